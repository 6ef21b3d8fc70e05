"""The loss that a checkpoint says its network was trained with. No TensorFlow here."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from vizreport.system.documents import JsonObject

_SHORT = {
    "bce": "binary_crossentropy",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}


@dataclass(frozen=True)
class StoredLoss:
    """A loss of Keras by name.

    Attributes
    ----------
    name : str
        As Keras names its loss functions, such as ``"binary_crossentropy"``.
    from_logits : bool
        Whether it applies the sigmoid or softmax itself.
    """

    name: str
    from_logits: bool = False


def stored_loss(
    path: str | Path, names: Sequence[str] = (), index: int | None = None
) -> StoredLoss | None:
    """Read the loss from a ``.keras`` or ``.h5`` file.

    Parameters
    ----------
    path : str or Path
        The checkpoint; only its description is read.
    names : sequence of str
        By which the reported output may be known, in a network with a loss for each output.
    index : int, optional
        Its position among the outputs, where there are several.

    Returns
    -------
    StoredLoss or None
        None where the file holds none (a network saved before it was compiled), or none that
        belongs to this output.
    """
    return parse_loss(_compile_config(Path(path)), names, index)


def parse_loss(
    config: JsonObject | None, names: Sequence[str] = (), index: int | None = None
) -> StoredLoss | None:
    """Read the loss from what :meth:`keras.Model.get_compile_config` returns.

    Parameters
    ----------
    config : dict or None
        None for a network that was not compiled.
    names, index
        As for :func:`stored_loss`.
    """
    loss = (config or {}).get("loss")
    if isinstance(loss, dict) and "class_name" not in loss:
        loss = next((loss[name] for name in names if name in loss), None)
    elif isinstance(loss, list):
        place = 0 if index is None and len(loss) == 1 else index
        loss = loss[place] if place is not None and place < len(loss) else None
    if isinstance(loss, str):
        return StoredLoss(_name(loss))
    if not isinstance(loss, dict):
        return None
    inner = loss.get("config")
    if isinstance(inner, str):  # a function
        return StoredLoss(_name(inner))
    settings = inner if isinstance(inner, dict) else {}
    # A loss of the user's own may be called anything: its class says what it is.
    return StoredLoss(_name(str(loss["class_name"])), bool(settings.get("from_logits", False)))


def _name(given: str) -> str:
    """Return the function's name: ``BinaryCrossentropy`` and ``bce`` are the same loss."""
    bare = given.rpartition(">")[2]
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", bare) if bare != bare.upper() else bare
    name = parted.lower().replace("kldivergence", "kl_divergence")
    return _SHORT.get(name, name)


def _compile_config(path: Path) -> JsonObject | None:
    try:
        if path.suffix == ".keras":
            with ZipFile(path) as archive:
                found = json.loads(archive.read("config.json")).get("compile_config")
        else:
            import h5py

            with h5py.File(path, "r") as file:
                found = json.loads(file.attrs["training_config"])
    except (OSError, KeyError, ValueError, BadZipFile):
        return None
    return found if isinstance(found, dict) else None
