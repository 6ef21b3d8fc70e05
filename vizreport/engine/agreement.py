"""The traced graph against the network itself: the same images through both."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from vizreport import backend
from vizreport.errors import RequestError
from vizreport.graph.network import Graph, Use

# Largest difference allowed, relative to the largest value of a layer's output and, for rounding
# alone, to that of its inputs; and the same for half precision and quantised weights.
_FULL = (1e-4, 1e-6)
_REDUCED = (2e-2, 4e-3)


def require_agreement(model: keras.Model, graph: Graph, images: np.ndarray | None = None) -> None:
    """Run a few images through the model and, layer by layer, through its graph.

    The model is called once, ``model(x, training=False)``. Each layer of it, nested ones
    included, is computed a second time by the graph from the very inputs that it had there, so
    that rounding does not add up over the depth and the layer named is the one that differs.
    Memory does not grow with the depth. A softmax is part of its layer: scores are compared
    through it. Values that are not finite in the model are left out.

    Parameters
    ----------
    model : keras.Model
        The one that was traced, or a subclassed one of the same layers.
    graph : Graph
        Traced from the model.
    images : float array [N, H, W, C], optional
        Preprocessed; two are enough. Noise in their range is put beside them; without images,
        noise around 0 and noise from 0 to 255.

    Raises
    ------
    RequestError
        Naming the first layer that differs, or why the model cannot be run.
    """
    x = ops.convert_to_tensor(_inputs(model, graph, images))
    comparison = _GraphSide(graph, x)
    try:
        with backend.full_precision(), _watched(comparison.compare):
            outputs = keras.tree.flatten(model(_packed(model, x), training=False))
    except (TypeError, *backend.ERRORS) as error:
        raise RequestError(f"model {graph.name!r} cannot be run: {_reason(error)}") from error
    comparison.finish(outputs)
    if comparison.problem:
        raise RequestError(
            f"the graph traced from model {graph.name!r} does not compute what the network does, "
            f"{comparison.problem}; a report would describe a different network, so none is made; "
            "report this with the layer's configuration, or replace the layer"
        )


def _packed(model: keras.Model, x: Any) -> Any:
    """Return the input as the model wants it: bare, or alone in a list or dictionary."""
    structure = getattr(model, "_inputs_struct", None)
    return x if structure is None else keras.tree.pack_sequence_as(structure, [x])


def _inputs(model: keras.Model, graph: Graph, images: np.ndarray | None) -> np.ndarray:
    random = np.random.default_rng(0)
    shape = (1, *graph.input_shape)
    if images is None or not len(images):
        parts = [random.normal(size=shape), random.uniform(0, 255, shape)]
    else:
        parts = [images, random.uniform(images.min(), images.max(), shape)]
    x = np.concatenate(parts).astype(graph.dtype)
    taken = keras.tree.flatten(getattr(model, "inputs", ()))  # none of a subclassed model
    is_whole = any("float" not in tensor.dtype for tensor in taken)
    return np.clip(np.rint(x), 0, 255) if is_whole else x


class _GraphSide:
    """The graph's side: values of its nodes, computed as far as the model has come.

    Attributes
    ----------
    problem : str
        The first difference, "" while there is none.
    """

    def __init__(self, graph: Graph, x: Any) -> None:
        self.graph = graph
        self.waiting: defaultdict[int, deque[Use]] = defaultdict(deque)
        for use in graph.uses:
            self.waiting[id(use.operation)].append(use)
        self.last_use = {p: node.index for node in graph.nodes for p in node.parents}
        self.last_use.update(dict.fromkeys(graph.outputs, len(graph.nodes)))
        self.values: dict[int, Any] = {0: x}
        self.done = 0
        self.tolerance, self.rounding = _REDUCED if _is_reduced(graph) else _FULL
        self.problem = ""

    def compare(self, operation: Any, outputs: Any) -> None:
        """Take what an operation of the model gave out."""
        if self.problem or not self.waiting[id(operation)]:
            return  # of no interest any more, a nested model, or a layer inside a layer
        use = self.waiting[id(operation)].popleft()
        try:
            values = [self.value(node) for node in use.outputs]
        except (TypeError, *backend.ERRORS) as error:
            self.problem = f"first at layer {use.layer!r}, where it fails: {_reason(error)}"
            return
        for node, ours, theirs in zip(
            use.outputs, values, keras.tree.flatten(outputs), strict=True
        ):
            difference = self.difference(ours, theirs, use.inputs)
            if difference:
                kind = type(operation).__name__
                self.problem = f"first at layer {use.layer!r} ({kind}), where {difference}"
                return
            # What comes behind goes on from the model's own values.
            self.values[node] = ops.cast(theirs, ours.dtype)
        for node in [node for node in self.values if self.last_use.get(node, 0) <= self.done]:
            del self.values[node]

    def finish(self, outputs: list[Any]) -> None:
        """Take the model's outputs."""
        for node, theirs in zip(self.graph.outputs, outputs, strict=True):
            difference = self.problem or self.difference(self.value(node), theirs, ())
            if difference and not self.problem:
                self.problem = f"at its output, where {difference}"

    def value(self, index: int) -> Any:
        """Compute the graph as far as a node."""
        while self.done < index:
            node = self.graph.nodes[self.done + 1]
            inputs = [self.values[parent] for parent in node.parents]
            self.values[node.index] = node.step.forward(*inputs)
            self.done = node.index
        return self.values[index]

    def difference(self, ours: Any, theirs: Any, inputs: tuple[int, ...]) -> str:
        """Describe how two tensors differ; "" where they agree."""
        ours, theirs = self.array(ours), self.array(theirs)
        if ours.shape != theirs.shape:
            return f"outputs are of the shape {list(ours.shape)}, not {list(theirs.shape)}"
        finite = np.isfinite(theirs)
        if not finite.any():
            return ""
        scale = float(np.abs(theirs[finite]).max())
        found = float(np.abs(ours[finite] - theirs[finite]).max())
        if found <= self.tolerance * scale:
            return ""
        # A difference of large and nearly equal values is no more exact than they are.
        taken = [self.array(self.values[index]) for index in inputs if index in self.values]
        largest = max((float(np.abs(x).max()) for x in taken), default=0)
        if found <= self.tolerance * scale + self.rounding * largest:
            return ""
        return f"outputs up to {scale:.3g} in absolute value differ by up to {found:.3g}"

    def array(self, x: Any) -> np.ndarray:
        array: np.ndarray = ops.convert_to_numpy(ops.cast(x, self.graph.dtype))
        return array


def _reason(error: Exception) -> str:
    """Return an error's own line, without what Keras puts round it."""
    text = str(error)
    inner = re.search("\x1b\\[1m(.+?)\x1b\\[0m", text, re.DOTALL)
    return (inner.group(1) if inner else text).strip().splitlines()[0][:200]


def _is_reduced(graph: Graph) -> bool:
    """Whether some layer rounds more coarsely than float32."""
    return any(
        getattr(use.operation, "compute_dtype", "") in ("float16", "bfloat16")
        or getattr(use.operation, "quantization_mode", None) is not None
        for use in graph.uses
    )


@contextmanager
def _watched(told: Callable[[Any, Any], None]) -> Iterator[None]:
    """Pass on the outputs of every operation of Keras, except those that ``told`` runs."""
    original = keras.Operation.__call__
    busy = False

    def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal busy
        outputs = original(operation, *args, **kwargs)
        if not busy:
            busy = True
            try:
                told(operation, outputs)
            finally:
                busy = False
        return outputs

    keras.Operation.__call__ = call
    try:
        yield
    finally:
        keras.Operation.__call__ = original
