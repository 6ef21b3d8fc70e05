"""Why Keras refused a checkpoint, in one sentence with a cure that works for that very case."""

from __future__ import annotations

import re
from pathlib import Path

import keras
from keras.src.ops.operation import Operation

from vizreport.models.checkpoint_file import damaged, keras_version, model_config
from vizreport.models.keras2.untranslatable import UntranslatableError
from vizreport.wording.foreign_text import brief, quoted

# How messages of the HDF5 library begin, whatever class h5py raises them as.
_HDF5_FAILS = ("Can't ", "Unable to ", "Object ", "Unspecified error in ")
AS_GRAPH = "build it as keras.Model(inputs, outputs) and save that"


def refusal(path: Path, error: Exception) -> str:
    """Explain an error of ``keras.models.load_model``.

    Parameters
    ----------
    path : Path
        A file that :func:`vizreport.models.checkpoint_file.check_file` let pass.
    error : Exception
        What Keras raised on it.
    """
    message = str(error)
    for explain in (_code, _unknown, _weights, _memory):
        sentence = explain(path, message)
        if sentence:
            return sentence
    if isinstance(error, MemoryError):
        return _memory(path, "OOM")
    if isinstance(error, OSError) or message.strip("'\"").startswith(_HDF5_FAILS):
        return damaged(path)
    newer = _newer(path)
    if newer:
        return newer
    what, reason = _innermost(message)
    reason = reason or type(error).__name__
    # Keras 3.15 cannot load the RandomShear that it saved; at inference the layer does nothing.
    without = " without that layer" if "RandomShear" in what else ""
    return f"{path}: Keras cannot rebuild {what} ({brief(reason, 160)}); {_rebuild(path, without)}"


def _rebuild(path: Path, how: str = "") -> str:
    """Return the cure for a description that is of no use beside weights that are."""
    return (
        f"build the network in code{how}, call model.load_weights({quoted(path.name)}) and save it "
        "with model.save"
    )


def _code(path: Path, message: str) -> str:
    """Layers that run a program out of the file."""
    if "disallowed" not in message:
        return ""
    if "ambda" in message:
        instead = " with a custom layer class in place of the Lambda"
        return (
            f"{path} has a Lambda layer, whose Python code is stored in the file and is not run; "
            f"{_rebuild(path, instead)}, then pass the module of the class with --import"
        )
    layer = re.search(r"\b(TFSMLayer|TorchModuleWrapper)\b", message)
    name = layer[1] if layer else "part"
    return (
        f"{path} has a {name} that would run code that is not part of the network, which is not "
        "allowed; build the network from Keras layers and save that"
    )


def _unknown(path: Path, message: str) -> str:
    """Classes and functions that Keras does not have."""
    unknown = re.search(r"Could not locate (class|function) '([^']+)'", message) or re.search(
        r"Unknown (\w[\w ]*): '([^']+)'", message
    )
    layer = re.search(r"Could not deserialize 'keras\.layers\.(\w+)' because", message)
    activation = re.search(r"Could not interpret activation function identifier: (\w+)", message)
    if unknown:
        kind, name = unknown.groups()
    elif layer:
        kind, name = "class", layer[1]
    elif activation:
        kind, name = "activation function", activation[1]
    else:
        return ""
    if path.suffix == ".h5" and name in {each.__name__ for each in Operation.__subclasses__()}:
        return (
            f"{path} uses {name} of keras.ops, which Keras cannot load from .h5 files; save the "
            f"network as a .keras file where it was trained, or {_rebuild(path)}"
        )
    registered = re.findall(r"'registered_name': '([^']+)'\}?", message)
    name = next((full for full in registered if full.endswith(">" + name)), name)
    cure = "pass the module that defines it with --import MODULE (this runs its code)"
    model_class = str(model_config(path)["class_name"])
    if name.rpartition(">")[2] == model_class.rpartition(">")[2]:
        return (
            f"{path} is a model of the class {name!r}, which Keras does not know; {cure}, or "
            f"{AS_GRAPH}"
        )
    return f"{path} needs the {kind} {name!r}, which Keras does not know; {cure}"


def keras_2_refusal(path: Path, error: UntranslatableError) -> str:
    """Explain what of a file of Keras 2 has no equal in Keras 3."""
    problem = f"{path}, written by Keras 2, has {error}, which cannot be translated for Keras 3"
    if error.has_equal:
        return f"{problem}; {_rebuild(path)}"
    instead = " with a custom layer class in place of it"
    return f"{problem}; {_rebuild(path, instead)}, then pass the module of the class with --import"


def _weights(path: Path, message: str) -> str:
    """Weights of another network than the one described."""
    if not re.search(
        r"objects could not be loaded|(Layer|Weight) count mismatch|Shape mismatch|"
        r"expected \d+ (variables|weights)",
        message,
    ):
        return ""
    layer = re.search(r"<(\w+) name=([\w/]+)|[Ll]ayer '?\"?([\w/]+)'?\"? ", message)
    name = next((group for group in (layer[2], layer[3]) if group), "") if layer else ""
    return (
        f"{path} contains weights that do not fit its architecture"
        + (f" (layer {name!r})" if name else "")
        + "; save the whole network again with model.save where it was trained"
    )


def _memory(path: Path, message: str) -> str:
    if not re.search(r"\bOOM\b|[Rr]esource ?[Ee]xhausted|allocate", message):
        return ""
    return (
        f"{path} describes a network that needs more memory than this machine has; use a larger "
        "one, or get the original file written by model.save"
    )


def _newer(path: Path) -> str:
    """Files of a Keras that is newer than the one installed."""
    written = keras_version(path)

    def order(version: str) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", version)[:3]]

    if not written or order(written) <= order(keras.__version__):
        return ""
    return (
        f"{path} was written by Keras {brief(written, 40)}, which Keras {keras.__version__} "
        "cannot load; install that version, or save the network with model.save in this one"
    )


def _innermost(message: str) -> tuple[str, str]:
    """Return what Keras was making, and the reason that it gave last."""
    classes = re.findall(r"Error when deserializing class '(\w+)'", message)
    what = f"its {classes[-1]} layer" if classes else "the network from its configuration"
    reason = message.rpartition("Exception encountered: ")[2].strip()
    # Whole configurations stand in Keras' messages; the sentence before them is enough.
    reason = re.split(r"\n|(?<=[.:]) (?:Received|Full (?:object )?config)", reason, maxsplit=1)[0]
    return what, re.split(r"(?<=[a-z)'\"`])\. ", reason, maxsplit=1)[0]
