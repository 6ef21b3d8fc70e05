"""From a Keras model to a graph of primitive operations that shares its weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from inspect import signature
from typing import Any

import keras
import numpy as np
from keras import ops
from keras.src.models.functional import Functional

from vizreport import backend
from vizreport.backend import Spec
from vizreport.errors import RequestError
from vizreport.graph.activations import HERE
from vizreport.graph.channels_first import was_channels_first
from vizreport.graph.layers_table import lower_layer
from vizreport.graph.network import Graph, Node, Step, Use
from vizreport.graph.operations_table import lower_operation

_SQUASHING = {"sigmoid", "hard_sigmoid", "softmax"}
_TRANSPARENT = {"identity", "reshape", "affine", "upsampling", "slice"}


def trace(model: keras.Model, input_size: tuple[int, int] | None = None) -> Graph:
    """Walk a model, nested models and ``keras.ops`` functions included.

    Parameters
    ----------
    model : keras.Model
        Functional or Sequential, with one image input, ``channels_last``. It is left as it is.
    input_size : tuple of int, optional
        Height and width; needed where the model leaves them open.

    Returns
    -------
    Graph
        Node 0 is the input. Layers with an activation of their own become two nodes.

    Raises
    ------
    RequestError
        If the model is of another kind or its input size is not known.
    """
    functional = _functional(model)
    inputs = keras.tree.flatten(functional.inputs)
    if len(inputs) != 1 or len(inputs[0].shape) != 4:
        raise RequestError(
            f"model {model.name!r} must have one image input [batch, rows, columns, channels]; it "
            f"has {[tuple(tensor.shape) for tensor in inputs]}"
        )
    _, height, width, channels = inputs[0].shape
    if input_size is not None:
        height, width = input_size
    if height is None or width is None:
        raise RequestError(f"model {model.name!r} has no fixed input size; pass --input-size")
    walked = _walked(functional)
    weights = sum(int(np.prod(w.shape)) for w in model.weights)
    nodes = _with_shapes(walked.nodes, (height, width, channels), walked.dtype, model.name)
    return Graph(
        model.name,
        _with_gates(nodes),
        tuple(walked.outputs),
        walked.dtype,
        weights,
        tuple(walked.made),
        (*_transposed(model), *_notes(walked.trained)),
    )


def walk(model: keras.Model) -> tuple[list[Node], list[Use]]:
    """Walk a model without computing anything: nodes without shapes, and the uses of layers.

    Raises
    ------
    RequestError
        If the model is neither functional nor Sequential.
    """
    walked = _walked(_functional(model))
    return walked.nodes, walked.made


def _walked(model: Functional) -> _Tracer:
    walked = _Tracer("float64" if any(w.dtype == "float64" for w in model.weights) else "float32")
    walked.add("input", Step("input", lambda x: x, HERE, text="input"), ())
    walked.outputs = walked.functional(model, [0], "")
    return walked


def _functional(model: keras.Model) -> Functional:
    if isinstance(model, keras.Sequential):
        if model._functional is None:
            raise RequestError(
                f"Sequential model {model.name!r} has never been built; add an Input layer at the "
                "start, or call it once, and save it again"
            )
        model = model._functional
    if not isinstance(model, Functional):
        raise RequestError(
            f"model {model.name!r} is a subclassed model, whose graph cannot be traced; rebuild "
            "it with the functional API (keras.Model(inputs, outputs)) and load its weights"
        )
    return model


class _Tracer:
    """Nodes collected so far; one instance a trace."""

    def __init__(self, dtype: str) -> None:
        self.dtype = dtype
        self.nodes: list[Node] = []
        self.uses: Counter[str] = Counter()
        self.made: list[Use] = []
        self.trained: list[str] = []
        self.outputs: list[int] = []

    def add(self, layer: str, step: Step, parents: tuple[int, ...]) -> int:
        # The one place where outputs become the graph's dtype, whatever a layer's policy.
        step = replace(
            step,
            forward=self.in_dtype(step.forward),
            unpadded=step.unpadded and self.in_dtype(step.unpadded),
        )
        self.nodes.append(Node(len(self.nodes), layer, step, parents, ()))
        return len(self.nodes) - 1

    def functional(self, model: Functional, inputs: list[int], prefix: str) -> list[int]:
        """Walk one model, its inputs being nodes that are there already."""
        place = {
            id(tensor): node
            for tensor, node in zip(keras.tree.flatten(model.inputs), inputs, strict=True)
        }
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for use in model._nodes_by_depth[depth]:
                if isinstance(use.operation, keras.layers.InputLayer):
                    continue
                parents = [place[id(tensor)] for tensor in use.input_tensors]
                outputs = self.operation(use, parents, prefix)
                for tensor, node in zip(use.outputs, outputs, strict=True):
                    place[id(tensor)] = node
        return [place[id(tensor)] for tensor in keras.tree.flatten(model.outputs)]

    def operation(self, use: Any, parents: list[int], prefix: str) -> list[int]:
        """Add one use of an operation; return the nodes of its outputs."""
        operation = use.operation
        path = prefix + getattr(operation, "name_in_file", operation.name)
        count = self.uses[path]
        self.uses[path] += 1
        if count:
            path = f"{path}@{count}"
        if use.arguments.kwargs.get("training") and not _trains_by_default(operation):
            self.trained.append(path)
        if isinstance(operation, (keras.Sequential, Functional)):
            return self.functional(_functional(operation), parents, path + "/")
        inputs = tuple(parents)
        steps = self.steps(use)
        if isinstance(operation, keras.layers.Layer):
            steps[0] = replace(steps[0], variables=tuple(operation.weights))
        for number, step in enumerate(steps):
            parents = [self.add(path, step, tuple(parents) if number == 0 else (parents[0],))]
        if len(use.outputs) > 1:
            parents = [
                self.add(path, Step("slice", lambda x, i=i: x[i], HERE), (parents[0],))
                for i in range(len(use.outputs))
            ]
        self.made.append(Use(operation, path, inputs, tuple(parents)))
        return parents

    def steps(self, use: Any) -> list[Step]:
        operation = use.operation

        def run(*inputs: Any) -> Any:
            given = dict(zip((id(t) for t in use.input_tensors), inputs, strict=True))
            filled, named = use.arguments.fill_in(given)
            if getattr(operation, "_call_has_training_arg", False):
                named = {**named, "training": False}
            outputs = operation(*filled, **named)
            # Of several outputs a flat list, from which slices take theirs.
            return outputs if len(use.outputs) == 1 else keras.tree.flatten(outputs)

        if isinstance(operation, keras.layers.Layer):
            found = lower_layer(operation)
            if found:
                return found
            kind = f"{type(operation).__name__}()"  # never the name of a kind that has a rule
            weights = sum(int(np.prod(w.shape)) for w in operation.weights)
            return [Step(kind, run, None, {}, weights, kind.removesuffix("()"))]
        step = lower_operation(operation, use.arguments.args, use.arguments.kwargs, run)
        kind = type(operation).__name__
        return [step or Step(f"{kind}()", run, None, text=kind)]

    def in_dtype(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        def cast(x: Any) -> Any:
            floats = hasattr(x, "dtype") and keras.backend.is_float_dtype(x.dtype)
            return ops.cast(x, self.dtype) if floats else x

        return lambda *inputs: keras.tree.map_structure(cast, forward(*inputs))


def _trains_by_default(operation: Any) -> bool:
    """Whether a layer's ``call`` has ``training=True`` unasked, as those for augmentation have."""
    parameter = signature(operation.call).parameters.get("training")
    return parameter is not None and parameter.default is True


def _transposed(model: keras.Model) -> tuple[str, ...]:
    if not was_channels_first(model):
        return ()
    return (
        "The network is channels_first (N × channels × rows × columns) and was transposed on "
        "loading; layers, shapes and images here are rows × columns × channels.",
    )


def _notes(trained: list[str]) -> tuple[str, ...]:
    """State which layers are called with training=True, which no prediction of Keras follows."""
    if not trained:
        return ()
    several = len(trained) > 1
    return (
        f"{'Layers' if several else 'Layer'} {', '.join(map(repr, trained))} "
        f"{'are' if several else 'is'} called with training=True (Monte Carlo dropout, or batch "
        "statistics), which Keras' predict overrides; the report also shows the network in "
        "inference mode.",
    )


def _with_shapes(
    nodes: list[Node], shape: tuple[int, int, int], dtype: str, name: str
) -> tuple[Node, ...]:
    """Let the backend infer the shape of every node's output at the input size."""

    def outputs(x: Any) -> list[Any]:
        values: list[Any] = []
        for node in nodes:
            inputs = [values[parent] for parent in node.parents] or [x]
            values.append(node.step.forward(*inputs))
        return [y[0] if isinstance(y, (list, tuple)) else y for y in values]

    try:
        shapes = backend.shapes(outputs, Spec((None, *shape), dtype))
    except backend.ERRORS as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise RequestError(
            f"model {name!r} cannot take images of {shape[0]}x{shape[1]}: {reason}"
        ) from error
    return tuple(replace(node, shape=shapes[node.index]) for node in nodes)


def _with_gates(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Mark in each product of two signals which of them is the gate, where one is."""
    marked = []
    for node in nodes:
        if node.kind == "multiply" and len(node.parents) == 2:
            gate = _gate(nodes, node)
            if gate is not None:
                parameters = {**node.step.parameters, "gate": gate}
                node = replace(node, step=replace(node.step, parameters=parameters))
        marked.append(node)
    return tuple(marked)


def _gate(nodes: tuple[Node, ...], product: Node) -> int | None:
    """Return which factor is a gate: one value for all places, or the output of a sigmoid."""
    first, second = (nodes[parent] for parent in product.parents)
    places = [node.shape[:2] if node.spatial else () for node in (first, second)]
    single = [not place or place == (1, 1) for place in places]
    if single[0] != single[1]:
        return 0 if single[0] else 1
    squashed = [_is_squashed(nodes, node) for node in (first, second)]
    if squashed[0] != squashed[1]:
        return 0 if squashed[0] else 1
    return None


def _is_squashed(nodes: tuple[Node, ...], node: Node) -> bool:
    while node.kind in _TRANSPARENT and len(node.parents) == 1:
        node = nodes[node.parents[0]]
    return node.kind in _SQUASHING
