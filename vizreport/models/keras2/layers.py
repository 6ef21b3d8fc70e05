"""What a layer of Keras 2 is in Keras 3. JSON to JSON, no TensorFlow."""

from __future__ import annotations

from typing import Any

from vizreport.models.keras2.untranslatable import UntranslatableError
from vizreport.wording.foreign_text import quoted

Json = Any

HARD_SIGMOID = "vizreport>hard_sigmoid"
"""Name under which ``functions`` registers Keras 2's, of slope 1/5; Keras 3's has the slope 1/6."""

_ACTIVATIONS = (
    "elu exponential gelu hard_silu hard_swish leaky_relu linear log_softmax mish relu relu6 selu "
    "sigmoid silu softmax softplus softsign swish tanh"
).split()
"""Those that both have and that are the same."""

_LOST = ("_initializer", "_regularizer", "_constraint")
"""Ends of entries that matter in training only; the weights come from the file."""

_WITHOUT_MEANING: dict[str, Json] = {
    "groups": 1,
    "time_major": False,
    "renorm": False,
    "virtual_batch_size": None,
    "adjustment": None,
    "ragged": False,
    "softmax_robust_masking": False,
    "experimental_full_batch": False,
}
"""Entries of layers that Keras 3 has without them, by the value at which they do nothing."""

_NEVER_A_MEANING = (
    "batch_input_shape",
    "fused",
    "implementation",
    "input_dtype",
    "input_spec",
    "optional",
    "rng_type",
)
_NOT_TAKEN = {
    "DepthwiseConv1D": ("filters",),
    "DepthwiseConv2D": ("filters",),
    "MultiHeadAttention": ("query_shape", "key_shape", "value_shape"),
    "SpatialDropout1D": ("noise_shape",),
    "SpatialDropout2D": ("noise_shape",),
    "SpatialDropout3D": ("noise_shape",),
}
"""Entries that these classes inherited or found out by themselves."""
_HAVE_GROUPS = ("Conv1D", "Conv2D", "Conv3D", "GroupNormalization")
_RENAMED_CLASSES = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution2D": "Conv2D",
    "SyncBatchNormalization": "BatchNormalization",
    "RandomCrop": "Resizing",
    "RandomHeight": "Identity",
    "RandomWidth": "Identity",
    "ThresholdedReLU": "ReLU",
}
_RENAMED_ENTRIES = {
    "LeakyReLU": {"alpha": "negative_slope"},
    "ThresholdedReLU": {"theta": "threshold"},
}
_MODULES = {
    "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
    "LayerScale": "keras.src.applications.convnext",
    "StochasticDepth": "keras.src.applications.convnext",
}
"""Of layers that are Keras' own without being among ``keras.layers``."""
_IDENTITIES = ("RandomHeight", "RandomWidth")
"""Layers that do nothing at inference, and that Keras 3 lacks."""
_HOLD_LAYERS = ("layer", "forward_layer", "backward_layer", "activation", "recurrent_activation")


def is_of_keras(entry: dict[str, Json]) -> bool:
    """Whether an object is one of Keras' own, as far as its description shows."""
    if "module" not in entry:
        return ">" not in str(entry["class_name"])
    return str(entry["module"]).split(".")[0] in ("keras", "tf_keras", "tensorflow")


def plain(value: Json) -> Json:
    """Undo Keras 2's own forms of tuples, shapes and policies."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") in ("__tuple__", "TensorShape"):
        return [plain(each) for each in value["items"]]
    if value.get("class_name") in ("Policy", "PolicyV1"):
        return value["config"]["name"]
    if value.get("class_name") == "__numpy__":  # numbers of Keras 2.12
        return value["config"]["value"]
    return {key: plain(each) for key, each in value.items()}


def translate_layer(entry: dict[str, Json], name: str) -> dict[str, Json]:
    """Translate a layer.

    Parameters
    ----------
    entry : dict
        In Keras 2; of a layer of someone's own only the form is changed.
    name : str
        What a message calls it.

    Returns
    -------
    dict
        ``module``, ``class_name``, ``registered_name`` and ``config`` in Keras 3.

    Raises
    ------
    UntranslatableError
        Keras 3 has no such layer.
    """
    class_name = str(entry["class_name"])
    config = {key: plain(value) for key, value in entry["config"].items()}
    if not is_of_keras(entry):
        config.pop("batch_input_shape", None)
        return {
            "module": entry.get("module"),
            "class_name": class_name.rpartition(">")[2],
            "registered_name": entry.get("registered_name", class_name),
            "config": config,
        }
    new_name = _RENAMED_CLASSES.get(class_name, class_name)
    return {
        "module": _MODULES.get(class_name, "keras.layers"),
        "class_name": new_name,
        "registered_name": new_name,  # allowed to be that of one of Keras' own
        "config": _config(class_name, config, name),
    }


def _config(class_name: str, config: dict[str, Json], name: str) -> dict[str, Json]:
    if class_name in _IDENTITIES:
        return {key: config[key] for key in ("name", "dtype") if key in config}
    result: dict[str, Json] = {}
    for key, value in config.items():
        if key.endswith(_LOST) or key in _NOT_TAKEN.get(class_name, ()):
            continue
        if key in _WITHOUT_MEANING and not (key == "groups" and class_name in _HAVE_GROUPS):
            if value != _WITHOUT_MEANING[key]:
                raise UntranslatableError(
                    f"a {class_name} layer {quoted(name)} with {key} = {value}"
                )
        elif key not in _NEVER_A_MEANING:
            new_key = _RENAMED_ENTRIES.get(class_name, {}).get(key, key)
            result[new_key] = _value(key, value, name)
    if class_name == "InputLayer":
        result["batch_shape"] = config.get("batch_shape") or config["batch_input_shape"]
    if class_name == "SyncBatchNormalization":
        result["synchronized"] = True
    if class_name.endswith("BatchNormalization") and isinstance(result.get("axis"), list):
        (result["axis"],) = result["axis"]
    if class_name == "RandomCrop":  # at inference; Keras 3 leaves the size as it is
        result.pop("seed", None)
        result["crop_to_aspect_ratio"] = True
    return result


def _value(key: str, value: Json, name: str) -> Json:
    if key in _HOLD_LAYERS:
        if isinstance(value, str) and value not in _ACTIVATIONS:
            name = HARD_SIGMOID if value == "hard_sigmoid" else value
            return {
                "module": "builtins",
                "class_name": "function",
                "config": name,
                "registered_name": name,
            }
        if isinstance(value, dict) and isinstance(value.get("config"), dict):
            if isinstance(value["config"].get("layers"), list):
                raise UntranslatableError(f"a network inside the layer {quoted(name)}", True)
            return translate_layer(value, name)
    return value
