"""Keras's description of a network (``config.json``), checked before Keras acts on it.

No TensorFlow here. A description names functions and classes, which Keras then calls: one that
names something else than a part of a network was altered by hand.
"""

from __future__ import annotations

import builtins
import json
import sys
from collections.abc import Iterator
from typing import Any

from vizreport.system.documents import JsonObject
from vizreport.wording.foreign_text import quoted

DEEPEST = 300
"""Levels of lists and objects in each other; a network of networks of networks has about 40."""

LARGEST = 2**31 - 1
"""Of any size, stride or number of maps."""

_KERAS_FUNCTIONS = (
    "keras.activations",
    "keras.applications",
    "keras.constraints",
    "keras.initializers",
    "keras.losses",
    "keras.metrics",
    "keras.ops",
    "keras.random",
    "keras.regularizers",
)
_SIZES = ("filters", "units", "kernel_size", "pool_size", "strides", "dilation_rate", "groups")
_NOT_A_SIZE = ("seed", "shared_object_id")


class BadDescription(Exception):
    """A description cannot be used; the message follows the file's path."""


def parse_description(content: str | bytes) -> JsonObject:
    """Read a description.

    Parameters
    ----------
    content : str or bytes
        JSON.

    Returns
    -------
    dict
        With ``class_name`` and ``config``.

    Raises
    ------
    BadDescription
        It is not such JSON, nested beyond ``DEEPEST``, holds a number beyond ``LARGEST``, or names
        a function or class that is not part of a network.
    """
    try:
        config = json.loads(content)
    except RecursionError as error:
        raise BadDescription("has a description of the network that is nested too deep") from error
    except (TypeError, ValueError) as error:
        raise BadDescription("has a network configuration that is not valid JSON") from error
    if not isinstance(config, dict) or not {"class_name", "config"} <= set(config):
        raise BadDescription("has a configuration that does not describe a Keras model")
    for layer, key, value in _values(config):
        if isinstance(value, dict):
            _check_object(layer, key, value)
        elif type(value) is int and abs(value) > LARGEST and key not in _NOT_A_SIZE:
            raise BadDescription(f"sets {key} = {quoted(value)}{_of(layer)}, too large a number")
        elif isinstance(value, str) and key in _SIZES:
            raise BadDescription(f"sets {key} = {quoted(value)}{_of(layer)}, which is not a number")
    return config


def _values(config: JsonObject) -> Iterator[tuple[str, str, Any]]:
    """Yield every value in a description with the layer and the key that it stands under."""
    waiting: list[tuple[str, str, Any, int]] = [("", "", config, 0)]
    while waiting:
        layer, key, value, depth = waiting.pop()
        if depth > DEEPEST:
            raise BadDescription("has a description of the network that is nested too deep")
        if isinstance(value, dict):
            inner = value.get("config")
            if isinstance(inner, dict) and isinstance(inner.get("name"), str):
                layer = inner["name"]
        yield layer, key, value
        if isinstance(value, dict):
            waiting += [
                (layer, name, each, depth + 1)
                for name, each in value.items()
                if name != "compile_config"  # never acted on
            ]
        elif isinstance(value, list):
            waiting += [(layer, key, each, depth + 1) for each in value]


def _check_object(layer: str, key: str, value: JsonObject) -> None:
    """Refuse what names a part of Python, or a function of Keras that computes nothing."""
    name, module = value.get("class_name"), value.get("module")
    is_function = name == "function"
    if is_function:
        name = value.get("config")
    if not isinstance(name, str) or not isinstance(module, str):
        return
    outside = module.split(".")[0] in sys.stdlib_module_names and module != "__main__"
    python = hasattr(builtins, name) if module == "builtins" else outside
    tool = (
        is_function
        and module.split(".")[0] == "keras"
        and not any(module == known or module.startswith(known + ".") for known in _KERAS_FUNCTIONS)
    )
    if python or tool:
        role = f"the {key}" if is_function else "the class"
        raise BadDescription(
            f"was tampered with: it names {module}.{name}, which is not part of a network, as "
            f"{role}{_of(layer)}"
        )


def _of(layer: str) -> str:
    return f" of its layer {quoted(layer)}" if layer else ""
