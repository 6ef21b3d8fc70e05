"""A network of ``channels_first`` layers, such as PyTorch's order gives, as ``channels_last``.

Each tensor [N, C, H, W] of the network has a twin [N, H, W, C]. Operations that know the axes, or
work on each value alone, are applied to twins; all others (a flatten, a reshape, a dense layer) to
the tensor in its own order, a transposition being put in front: no weight changes its order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from weakref import WeakSet

import keras
import numpy as np
from keras import layers, ops
from keras.src.models.functional import Functional

from vizreport import backend
from vizreport.errors import RequestError
from vizreport.graph.axis_order import (
    TO_FIRST,
    TO_LAST,
    bare,
    has_channels_first,
    takes_channels_first,
    uses,
)
from vizreport.graph.transposed_operations import (
    ARITHMETIC,
    NotTransposedError,
    copy_weights,
    permutation,
    transposed,
    transposed_constant,
    transposed_key,
)
from vizreport.wording.foreign_text import brief

_SIDE = 224  # of images for a network that leaves their size open
_TOLERANCE = 1e-3  # of a tensor's largest value; rounding adds up over the depth


_made_here: WeakSet[keras.Model] = WeakSet()


def is_channels_first(model: keras.Model) -> bool:
    """Whether a network of one image, or a part of it, has its channels in front."""
    return takes_channels_first(model) or has_channels_first(model)


def was_channels_first(model: keras.Model) -> bool:
    """Whether a network is what :func:`as_channels_last` made."""
    return model in _made_here


def as_channels_last(path: str | Path, model: keras.Model) -> keras.Model:
    """Rebuild a network for [N, H, W, C], and compare the two on noise.

    Parameters
    ----------
    path : str or Path
        The checkpoint, or another name of the network, for messages.
    model : keras.Model
        Functional or Sequential, of one image.

    Returns
    -------
    keras.Model
        Functional; layers keep their names and weights.

    Raises
    ------
    RequestError
        An operation cannot be transposed surely, or one of the new network differs.
    """
    name, model = model.name, bare(model)
    rebuilt = _Rebuilt(path)
    first = takes_channels_first(model)
    other = rebuilt.model(model, [first], name)
    end = rebuilt.top[id(model.outputs[0])]
    if len(model.outputs[0].shape) == 4 and end.last is None and first:
        last = next(use.operation for use in uses(model) if _made(use, model.outputs[0]))
        if permutation(last) != TO_LAST:
            raise RequestError(_not_sure(path, last, "is the output and depends on the axis order"))
    _require_same(path, model, other, first, rebuilt.top)
    _made_here.add(other)
    return other


def _not_sure(path: str | Path, operation: Any, reason: str) -> str:
    return (
        f"{path}: the network is channels_first, and its layer {operation.name!r} "
        f"({type(operation).__name__}) cannot be transposed reliably, since it {reason}; build "
        "the network with data_format='channels_last' and load its weights"
    )


class _Twins:
    """A tensor of the network: in its own order of axes, as [N, H, W, C], or both."""

    def __init__(self, own: Any = None, last: Any = None) -> None:
        self.own = own
        self.last = last


class _Rebuilt:
    """Layers that are made already, so that one used twice stays one."""

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self.made: dict[int, Any] = {}
        self.nested: dict[int, tuple[keras.Model, list[bool]]] = {}
        self.top: dict[int, _Twins] = {}
        self.moves = 0

    def model(self, model: Functional, first: list[bool], name: str) -> Functional:
        """Rebuild one model, each of its inputs being [N, H, W, C] where ``first`` says so."""
        twins: dict[int, _Twins] = {}
        inputs = []
        for tensor, is_first in zip(model.inputs, first, strict=True):
            shape = tuple(tensor.shape[axis] for axis in TO_LAST) if is_first else tensor.shape
            inputs.append(keras.Input(batch_shape=shape, dtype=tensor.dtype))
            twins[id(tensor)] = _Twins(**{"last" if is_first else "own": inputs[-1]})
        for use in uses(model):
            outputs = self.use(use, [twins[id(tensor)] for tensor in use.input_tensors])
            twins.update(zip(map(id, use.outputs), outputs, strict=True))
        self.top = twins
        ends = [twins[id(tensor)] for tensor in model.outputs]
        outputs = [end.own if end.last is None else end.last for end in ends]
        other = Functional(
            inputs[0] if len(inputs) == 1 else inputs,
            outputs[0] if len(outputs) == 1 else outputs,
            name=name,
        )
        self.nested[id(model)] = (other, [end.last is not None for end in ends])
        return other

    def use(self, use: Any, inputs: list[_Twins]) -> list[_Twins]:
        """Apply an operation of the network to the twins of its inputs."""
        operation = use.operation
        try:
            if isinstance(operation, (Functional, keras.Sequential)):
                return self.model_in_it(use, inputs)
            order = permutation(operation)
            if order == TO_LAST and inputs[0].last is not None:
                return [_Twins(own=inputs[0].last)]
            if order == TO_FIRST:
                return [_Twins(last=self.own(inputs[0]))]
            is_first = getattr(operation, "data_format", None) == "channels_first"
            if is_first or any(twin.last is not None for twin in inputs):
                found = self.on_twins(use, inputs)
                if found is not None:
                    return found
        except NotTransposedError as error:
            raise RequestError(_not_sure(self.path, operation, str(error))) from error
        given = {
            id(tensor): self.own(twin)
            for tensor, twin in zip(use.input_tensors, inputs, strict=True)
        }
        args, kwargs = use.arguments.fill_in(given)
        return [_Twins(own=tensor) for tensor in keras.tree.flatten(operation(*args, **kwargs))]

    def on_twins(self, use: Any, inputs: list[_Twins]) -> list[_Twins] | None:
        """Apply it to [N, H, W, C]; None where that is not possible."""
        operation = use.operation
        if any(len(tensor.shape) != 4 for tensor in use.input_tensors):
            return None
        if id(operation) not in self.made:
            self.made[id(operation)] = transposed(operation)
        other = self.made[id(operation)]
        if other is None:
            return None
        args, kwargs = use.arguments.args, use.arguments.kwargs
        name = type(operation).__name__
        if name in ARITHMETIC:
            args, kwargs = keras.tree.map_structure(_constant, (args, kwargs))
        if name == "GetItem":
            whole = [*args] + [*kwargs.values()]
            key = transposed_key(whole[1])
            if key is None:
                return None
            args, kwargs = (whole[0], key), {}
        given = {
            id(tensor): self.last(twin)
            for tensor, twin in zip(use.input_tensors, inputs, strict=True)
        }
        args, kwargs = keras.tree.map_structure(
            lambda x: given[id(x)] if isinstance(x, keras.KerasTensor) else x, (args, kwargs)
        )
        outputs = keras.tree.flatten(other(*args, **kwargs))
        if other is not operation and isinstance(operation, keras.Layer):
            copy_weights(operation, other)
        return [
            _Twins(**{"last" if len(tensor.shape) == 4 else "own": tensor}) for tensor in outputs
        ]

    def model_in_it(self, use: Any, inputs: list[_Twins]) -> list[_Twins]:
        nested = bare(use.operation)
        images = [len(tensor.shape) == 4 for tensor in use.input_tensors]
        first = [is_image and takes_channels_first(nested) for is_image in images]
        if id(nested) not in self.nested:
            if any(first) or has_channels_first(nested):
                self.model(nested, first, use.operation.name)
            else:
                self.nested[id(nested)] = (use.operation, [False] * len(nested.outputs))
        other, last = self.nested[id(nested)]
        given = [
            self.last(twin) if is_first else self.own(twin)
            for twin, is_first in zip(inputs, first, strict=True)
        ]
        outputs = keras.tree.flatten(other(given[0] if len(given) == 1 else given))
        return [
            _Twins(**{"last" if is_last else "own": tensor})
            for tensor, is_last in zip(outputs, last, strict=True)
        ]

    def own(self, twin: _Twins) -> Any:
        if twin.own is None:
            twin.own = self.move("channels_first", TO_FIRST)(twin.last)
        return twin.own

    def last(self, twin: _Twins) -> Any:
        if twin.last is None:
            twin.last = self.move("channels_last", TO_LAST)(twin.own)
        return twin.last

    def move(self, name: str, order: tuple[int, ...]) -> Any:
        self.moves += 1
        return layers.Permute(order[1:], name=f"to_{name}_{self.moves}")


def _constant(value: Any) -> Any:
    return value if isinstance(value, keras.KerasTensor) else transposed_constant(value)


def _made(use: Any, tensor: Any) -> bool:
    return any(output is tensor for output in use.outputs)


def _require_same(
    path: str | Path, model: keras.Model, other: keras.Model, first: bool, twins: dict[int, _Twins]
) -> None:
    """Compare every tensor with that of the network itself.

    TensorFlow has no channels_first convolutions for CPUs, but its compiler XLA has.
    """
    compared = [use for use in uses(model) if len(use.outputs) == 1]
    tensors = [use.outputs[0] for use in compared]
    moved = [twins[id(tensor)].own is None for tensor in tensors]
    mine = [
        twins[id(tensor)].last if is_moved else twins[id(tensor)].own
        for tensor, is_moved in zip(tensors, moved, strict=True)
    ]
    shape = [size or _SIDE for size in other.inputs[0].shape[1:]]
    images = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
    network = Functional(model.inputs[0], tensors)
    compiled = backend.by_xla(lambda x: network(x, training=False))
    try:
        theirs = compiled(ops.convert_to_tensor(images.transpose(TO_FIRST) if first else images))
        ours = Functional(other.inputs[0], mine)(ops.convert_to_tensor(images), training=False)
    except Exception as error:  # whatever XLA, or a layer of the user's, does not take
        raise RequestError(
            f"{path}: the network is channels_first and cannot be compared with its channels_last "
            f"equivalent ({brief(error, 160)}); build it with data_format='channels_last' and "
            "load its weights"
        ) from error
    pairs = zip(compared, keras.tree.flatten(theirs), keras.tree.flatten(ours), moved, strict=True)
    for use, a, b, is_moved in pairs:
        a, b = (ops.convert_to_numpy(y).astype("float64") for y in (a, b))
        b = b.transpose(TO_FIRST) if is_moved else b
        finite = np.isfinite(a)
        scale = np.abs(a, where=finite, out=np.zeros_like(a)).max()
        if a.shape != b.shape or not (np.abs(a - b)[finite] <= _TOLERANCE * scale).all():
            raise RequestError(
                f"{path}: the network is channels_first, and its channels_last equivalent differs "
                f"at layer {use.operation.name!r} ({type(use.operation).__name__}); build "
                "it with data_format='channels_last' and load its weights"
            )
