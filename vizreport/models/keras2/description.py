"""Translate Keras 2's description of a network into Keras 3's. JSON to JSON, no TensorFlow.

Keras 2 wrote two forms: that of ``.h5`` files (``class_name``, ``config``) and, from 2.12 on, that
of ``.keras`` files (with ``module`` and ``registered_name``). Keras 3 reads the second, with
another form of the graph's edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vizreport.models.keras2.layers import is_of_keras, plain, translate_layer
from vizreport.models.keras2.operations import LAMBDAS, translate_operation
from vizreport.models.keras2.untranslatable import UntranslatableError

Json = Any
_CONSTANT = "_CONSTANT_VALUE"
_GRAPHS = ("Functional", "Model")


@dataclass(frozen=True)
class Translation:
    """A layer or network of Keras 2 in the terms of Keras 3.

    Attributes
    ----------
    name : str
        As the file has it; Keras 3 allows no "/".
    class_name : str
        In Keras 2.
    entry : dict
        Description for ``keras.saving.deserialize_keras_object``.
    trainable : bool
        In Keras 2, on which the order of stored weights depends. Unset in Keras 3.
    layers : tuple of Translation
        Of a network, in the order in which Keras 2 stored their weights.
    """

    name: str
    class_name: str
    entry: dict[str, Json]
    trainable: bool = True
    layers: tuple[Translation, ...] = ()

    @property
    def new_name(self) -> str:
        """Name in Keras 3."""
        return str(self.entry["config"]["name"])


def is_keras_2(version: str) -> bool:
    """Whether a file with this ``keras_version`` is one of Keras 2, tf.keras or tf_keras."""
    return version.startswith("2.")


def translate(description: dict[str, Json], own: frozenset[str] = frozenset()) -> Translation:
    """Translate the description of a network.

    Parameters
    ----------
    description : dict
        As Keras 2 wrote it; it is left as it is.
    own : frozenset of str
        Classes of the user's, which an ``.h5`` file does not tell from Keras' own.

    Returns
    -------
    Translation

    Raises
    ------
    UntranslatableError
        A layer or function has no equal in Keras 3.
    KeyError, IndexError, TypeError, ValueError
        This is not a Keras 2 description.
    """
    return _entry(_mark(description, own), None)


def _mark(value: Json, own: frozenset[str]) -> Json:
    """Give the user's classes the form that they have in ``.keras`` files."""
    if isinstance(value, list):
        return [_mark(each, own) for each in value]
    if not isinstance(value, dict):
        return value
    marked = {key: _mark(each, own) for key, each in value.items()}
    if "module" not in value and value.get("class_name") in own:
        marked.update(module=None, registered_name=value["class_name"])
    return marked


def _entry(entry: dict[str, Json], new_name: str | None) -> Translation:
    config = entry["config"]
    name = str(entry.get("name") or config.get("name") or entry["class_name"].lower())
    new_name = new_name or name.replace("/", "_")
    layers: tuple[Translation, ...] = ()
    if entry["class_name"] == "Lambda" and is_of_keras(entry):
        raise ValueError("a Lambda layer is disallowed")
    if not isinstance(config.get("layers"), list):
        translated = translate_layer(entry, name)
    elif entry["class_name"] == "Sequential":
        layers, translated = _sequential(config)
    else:
        layers, translated = _functional(entry)
    translated["config"]["name"] = new_name
    if is_of_keras(entry):
        translated["config"].pop("trainable", None)
    trainable = bool(config.get("trainable", True))
    return Translation(name, entry["class_name"], translated, trainable, layers)


def _new_names(layers: list[dict[str, Json]]) -> dict[str, str]:
    """Return a name without "/" for each layer, one that no other layer has."""
    names = [str(entry.get("name") or entry["config"]["name"]) for entry in layers]
    taken = {name for name in names if "/" not in name}
    new_names = {}
    for name in names:
        new_name = name.replace("/", "_")
        while "/" in name and new_name in taken:
            new_name += "_"
        taken.add(new_name)
        new_names[name] = new_name
    return new_names


def _sequential(config: dict[str, Json]) -> tuple[tuple[Translation, ...], dict[str, Json]]:
    entries = list(config["layers"])
    first = entries[0]["config"] if entries else {}
    shape = first.get("batch_input_shape") or config.get("build_input_shape")
    if shape and entries[0]["class_name"] != "InputLayer" and "layers" not in first:
        inputs = {"batch_input_shape": plain(shape), "name": f"{first['name']}_input"}
        entries.insert(0, {"class_name": "InputLayer", "config": inputs})
    names = _new_names(entries)
    layers = tuple(
        _entry(entry, names[str(entry.get("name") or entry["config"]["name"])]) for entry in entries
    )
    translated = {
        "module": "keras",
        "class_name": "Sequential",
        "registered_name": None,
        "config": {"layers": [layer.entry for layer in layers]},
    }
    return layers, translated


def _functional(entry: dict[str, Json]) -> tuple[tuple[Translation, ...], dict[str, Json]]:
    config = entry["config"]
    names = _new_names(config["layers"])
    # The call of a network on its own inputs is call 0 of it in Keras 2, unless it has none.
    first_calls = {
        str(each["name"]): int(each["config"]["layers"][0]["class_name"] == "InputLayer")
        for each in config["layers"]
        if isinstance(each["config"].get("layers"), list)
    }
    graph = _Edges(names, first_calls)
    layers, entries = [], []
    for each in config["layers"]:
        layer, nodes = graph.layer(each)
        layers.append(layer)
        entries.append({**layer.entry, "name": layer.new_name, "inbound_nodes": nodes})
    is_sequential = {
        str(each["name"]): each["class_name"] == "Sequential" for each in config["layers"]
    }
    rest = {k: v for k, v in config.items() if k not in ("layers", "input_layers", "output_layers")}
    translated: dict[str, Json] = {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "registered_name": "Functional",
        "config": {
            "layers": entries,
            "input_layers": graph.ends(config["input_layers"], is_sequential),
            "output_layers": graph.ends(config["output_layers"], is_sequential),
        },
    }
    if entry["class_name"] not in _GRAPHS or not is_of_keras(entry):
        translated.update(
            module=entry.get("module"),
            class_name=entry["class_name"],
            registered_name=entry.get("registered_name", entry["class_name"]),
        )
        translated["config"] = {**rest, **translated["config"]}
    return tuple(layers), translated


@dataclass(frozen=True)
class _Edges:
    """Edges of one functional network.

    Attributes
    ----------
    names : dict
        New name of each layer.
    first_calls : dict
        Of each nested network, how many of its calls do not count in Keras 3.
    """

    names: dict[str, str]
    first_calls: dict[str, int]

    def layer(self, entry: dict[str, Json]) -> tuple[Translation, list[Json]]:
        """Translate a layer and its calls."""
        calls = [self.call(node) for node in entry["inbound_nodes"]]
        if entry["class_name"] not in LAMBDAS or not is_of_keras(entry):
            layer = _entry(entry, self.names[str(entry["name"])])
            nodes = [{"args": [inputs], "kwargs": kwargs} for inputs, kwargs in calls]
            return layer, nodes
        name = str(entry["name"])
        operations = [
            translate_operation(entry["config"]["function"], inputs, kwargs)
            for inputs, kwargs in calls
        ]
        translated = dict(operations[0].entry)
        translated["config"] = {**translated["config"], "name": self.names[name]}
        if any(other.entry != operations[0].entry for other in operations):
            raise UntranslatableError(f"the operation {name!r} called in several ways")
        nodes = [{"args": list(each.args), "kwargs": {}} for each in operations]
        return Translation(name, entry["class_name"], translated), nodes

    def call(self, node: Json) -> tuple[Json, dict[str, Json]]:
        """Translate one call; returns its first argument and the named ones."""
        named: dict[str, Json] = {}

        def place(value: Json) -> Json:
            if _is_place(value):
                if len(value) > 3:
                    named.update(value[3])
                return plain(value[2]) if value[0] == _CONSTANT else self.tensor(value)
            if isinstance(value, dict):
                return {key: place(each) for key, each in value.items()}
            return [place(each) for each in value]

        inputs = place(node)
        if isinstance(inputs, list) and len(inputs) == 1 and not _is_place(node):
            inputs = inputs[0]
        return inputs, {key: self.argument(value) for key, value in named.items()}

    def argument(self, value: Json) -> Json:
        """Translate a named argument, which may be or hold tensors."""
        if _is_place(value) and value[0] in self.names:
            return self.tensor(value)
        if isinstance(value, list):
            return [self.argument(each) for each in value]
        return plain(value)

    def tensor(self, place: list[Json]) -> dict[str, Json]:
        """Return Keras 3's name of a layer's output."""
        name, call, output = place[:3]
        history = [self.names[name], call - self.first_calls.get(name, 0), output]
        # Shape and type are not looked at: the tensor of this history takes the place.
        config = {"shape": [None], "dtype": "float32", "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}

    def ends(self, places: Json, is_sequential: dict[str, bool]) -> Json:
        """Translate the list of inputs or outputs."""
        if _is_place(places):
            name, call, output = places
            if name in self.first_calls:  # Keras 3 counts call 0 of functional networks here only
                call += int(not is_sequential[name]) - self.first_calls[name]
            return [self.names[name], call, output]
        if isinstance(places, dict):
            return {key: self.ends(each, is_sequential) for key, each in places.items()}
        if len(places) == 1 and _is_place(places[0]):
            return self.ends(places[0], is_sequential)
        return [self.ends(each, is_sequential) for each in places]


def _is_place(value: Json) -> bool:
    """Whether this is [layer, number of the call, number of the output] and perhaps arguments."""
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and type(value[1]) is int
    )
