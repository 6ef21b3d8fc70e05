"""Put the numbers of a file of Keras 2 into the network that Keras 3 made.

Keras' own loaders go by the order of layers, which the two need not agree on where a network
branches. Here a layer of an ``.h5`` file is found by its name; in a ``.keras`` file, which holds
classes and counts ("conv2d_1") instead of names, by Keras 2's own order, that of the description.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import h5py
import keras
import numpy as np

from vizreport.models.keras2.description import Translation

_CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
_NO_WEIGHTS = ("StateVar",)
"""State of random generators, which Keras 2.6 to 2.8 stored as a weight."""


def fit_hdf5(model: keras.Model, translation: Translation, group: h5py.Group) -> None:
    """Set the weights of a network from the group ``model_weights`` of an ``.h5`` file.

    Raises
    ------
    ValueError
        They do not fit; the message names the layer.
    KeyError
        The file is damaged.
    """
    layers = {each.name: each for each in translation.layers}
    left = {each.name for each in translation.layers if _variables(_layer(model, each))}
    for name in _strings(group, "layer_names"):
        stored = [
            (weight, group[name][weight])
            for weight in _strings(group[name], "weight_names")
            if not weight.rpartition("/")[2].startswith(_NO_WEIGHTS)
        ]
        if not stored:
            continue
        if name not in layers:
            raise ValueError(f"Layer count mismatch: layer '{name}' is not described")
        layer = _layer(model, layers[name])
        trainable, others = _in_order(layer, layers[name])
        _set(name, [*trainable, *others], stored)
        left.discard(name)
        for part in _parts(layer, layers[name]):
            if isinstance(part, keras.layers.Normalization):
                part.finalize_state()
    if left:
        raise ValueError(f"Layer count mismatch: layer '{sorted(left)[0]}' has no weights")


def fit_archive(model: Any, translation: Translation, group: h5py.Group) -> None:
    """Set the weights of a network from the ``model.weights.h5`` of a ``.keras`` file.

    Raises
    ------
    ValueError
        They do not fit; the message names the layer.
    KeyError
        The file is damaged.
    """
    container: Any = next((group[name] for name in _CONTAINERS if name in group), {})
    used: Counter[str] = Counter()
    for each in translation.layers:
        kind = _snake_case(each.class_name.rpartition(">")[2])
        groups = _numbered(container, kind)
        layer = _layer(model, each)
        if used[kind] < len(groups):
            stored = container[groups[used[kind]]]
            if each.layers:
                fit_archive(layer, each, stored)
            elif layer is not None:
                _fit_layer(layer, each.name, stored)
        elif _variables(layer):
            raise ValueError(f"Layer count mismatch: layer '{each.name}' has no weights")
        used[kind] += 1


def _fit_layer(layer: Any, name: str, group: h5py.Group) -> None:
    """Set the weights of a layer and of the layers that it is made of."""
    stored = {number: np.asarray(data) for number, data in group.get("vars", {}).items()}
    if stored:
        try:
            layer.load_own_variables(stored)
        except ValueError as error:
            raise ValueError(f"Shape mismatch in layer '{name}' : {error}") from error
    elif layer.weights and not any(part != "vars" for part in group):
        raise ValueError(f"Weight count mismatch for layer '{name}' : none is stored")
    parts = vars(layer)
    for part in group:
        if part != "vars" and isinstance(parts.get(part), keras.layers.Layer):
            _fit_layer(parts[part], name, group[part])


def _layer(model: Any, translation: Translation) -> Any:
    """Return the layer of a description; None for a function, which is not a layer."""
    named = {layer.name: layer for layer in model.layers}
    return named.get(translation.new_name)


def _variables(layer: Any) -> list[Any]:
    return [] if layer is None else list(layer.weights)


def _in_order(layer: Any, translation: Translation) -> tuple[list[Any], list[Any]]:
    """Return trainable and other variables in Keras 2's order, those of networks included."""
    if not translation.layers:
        trainable, others = list(layer.trainable_weights), list(layer.non_trainable_weights)
    else:
        trainable, others = [], []
        for each in translation.layers:
            child = _layer(layer, each)
            if child is not None:
                its_trainable, its_others = _in_order(child, each)
                trainable += its_trainable
                others += its_others
    if not translation.trainable:
        trainable, others = [], trainable + others
    return _once(trainable), _once(others)


def _parts(layer: Any, translation: Translation) -> Iterable[Any]:
    """Yield a layer, or the layers of a network."""
    if not translation.layers:
        yield layer
    for each in translation.layers:
        child = _layer(layer, each)
        if child is not None:
            yield from _parts(child, each)


def _once(variables: list[Any]) -> list[Any]:
    return list({id(variable): variable for variable in variables}.values())


def _set(name: str, variables: list[Any], stored: list[tuple[str, h5py.Dataset]]) -> None:
    if len(variables) != len(stored):
        raise ValueError(
            f"Weight count mismatch for layer '{name}' : {len(stored)} for {len(variables)}"
        )
    kinds = [weight.rpartition("/")[2].partition(":")[0] for weight, _ in stored]
    own = [variable.name for variable in variables]
    if sorted(kinds) == sorted(own) and kinds != own:
        raise ValueError(f"Weight count mismatch for layer '{name}' : another order")
    for variable, (_, data) in zip(variables, stored, strict=True):
        if tuple(variable.shape) != data.shape:
            raise ValueError(f"Shape mismatch in layer '{name}' : {data.shape}")
        variable.assign(np.asarray(data))


def _strings(group: h5py.Group, name: str) -> list[str]:
    """Return a list of strings among the attributes; Keras cuts long ones into pieces."""
    pieces = [group.attrs[name]] if name in group.attrs else []
    while f"{name}{len(pieces)}" in group.attrs:
        pieces.append(group.attrs[f"{name}{len(pieces)}"])
    values = [value for piece in pieces for value in piece]
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _numbered(container: Any, kind: str) -> list[str]:
    """Names of the groups of a class, "conv2d", "conv2d_1" ..., by number."""
    found = [re.fullmatch(rf"{re.escape(kind)}(?:_(\d+))?", name) for name in container]
    matches = sorted((int(match[1] or 0), match[0]) for match in found if match)
    return [name for _, name in matches]


def _snake_case(name: str) -> str:
    """As Keras names the groups of a class."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
