"""Mining's forward pass: each batch reduced to one number and one place an image and map.

What is kept of them is in ``strongest.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import keras
import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.finite import rectified, trusted_size
from vizreport.engine.interpreter import forward
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
from vizreport.graph.outputs import given_out, vector_output

Batch = TypeVar("Batch")


def one_ahead(
    compute: Callable[[Any], Any], batches: Iterable[Batch]
) -> Iterator[tuple[Batch, Any]]:
    """Compute each batch while the results of the one before it are used.

    A thread hands the batch to the device, which copies it there, so that neither waits for what
    the caller does with results.

    Parameters
    ----------
    compute : callable
        Takes a batch; returns tensors, which it need not wait for.
    batches : iterable
        One more than is handed out is taken from it.

    Yields
    ------
    tuple
        A batch and its results, as arrays.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        waiting: list[tuple[Batch, Future[Any]]] = []
        for batch in batches:
            waiting.append((batch, thread.submit(compute, batch)))
            if len(waiting) > 1:
                yield _finished(*waiting.pop(0))
        for each in waiting:
            yield _finished(*each)


def _finished(batch: Batch, computed: Future[Any]) -> tuple[Batch, Any]:
    return batch, keras.tree.map_structure(np.asarray, computed.result())


Reduced = tuple[list[tuple[Any, ...]], Any]
CheckedReduced = tuple[list[tuple[Any, ...]], Any, Any]


def reduction_function(
    graph: Graph, layers: list[ReportableLayer]
) -> Callable[[np.ndarray], Reduced]:
    """Compile the forward pass as :func:`checked_reduction_function`, without the last result."""
    reduce = checked_reduction_function(graph, layers, ())
    return lambda x: reduce(x)[:2]


def checked_reduction_function(
    graph: Graph, layers: list[ReportableLayer], checked: Sequence[ReportableLayer]
) -> Callable[[np.ndarray], CheckedReduced]:
    """Compile the forward pass that reduces a batch to maxima, places and means.

    Parameters
    ----------
    graph : Graph
        Of which the layers are nodes.
    layers : list of ReportableLayer
        From the input to the output.
    checked : sequence of ReportableLayer
        Layers whose values are looked at for any that is not finite, before and behind their
        activation: a ReLU may make 0 of what is not a number.

    Returns
    -------
    callable
        Takes preprocessed images [B, H, W, C]; returns for each layer (maxima [B, M], places
        int32 [B, M], means [B, M]), the place being the first of equals; what the network gives out
        [B, outputs] (no columns where the output has rows and columns); and for each of
        ``checked`` whether all its values are finite, bool [B, checked].
    """
    exact = _reduction(graph, layers, checked)
    if not checked:
        return exact
    seen = [number for number, layer in enumerate(layers) if rectified(graph, layer.node)]
    looked_at = {node for layer in checked for node in (layer.producer, layer.node)}
    limit = trusted_size(graph, looked_at, {0, *(layers[number].node for number in seen)})
    if not limit:
        return exact
    quick = _reduction(graph, layers, ())

    def reduce(x: np.ndarray) -> CheckedReduced:
        """Look at the maxima first: to look at all values takes as long as half the pass."""
        reduced, outputs, _ = quick(x)
        sizes = [np.max(np.abs(x)), *(np.max(np.asarray(reduced[number][0])) for number in seen)]
        if np.all(np.array(sizes) < limit) and all(
            np.isfinite(np.asarray(means)).all() for _, _, means in reduced
        ):
            return reduced, outputs, np.ones((len(x), len(checked)), bool)
        return exact(x)

    return reduce


def _reduction(
    graph: Graph, layers: list[ReportableLayer], checked: Sequence[ReportableLayer]
) -> Callable[[np.ndarray], CheckedReduced]:
    output = None if vector_output(graph) is None else given_out(graph)

    def reduce(x: Any) -> CheckedReduced:
        targets = [layer.node for layer in layers]
        looked_at = {node for layer in checked for node in (layer.producer, layer.node)}
        wanted = [*targets, *looked_at, *([] if output is None else [output])]
        values, batch = forward(graph, x, wanted), ops.shape(x)[0]
        finite = ops.ones((batch, len(checked)), "bool")
        if checked:
            columns = [
                _all_finite(values[layer.producer]) & _all_finite(values[layer.node])
                for layer in checked
            ]
            finite = ops.stack(columns, axis=1)
        reduced = []
        for node in targets:
            y = values[node]
            if len(y.shape) == 2:
                y = y[:, None, None, :]
            reduced.append((*_strongest(y), _means(y)))
        if output is None:
            return reduced, ops.zeros((batch, 0), x.dtype), finite
        count = int(np.prod(graph.nodes[output].shape))
        return reduced, ops.reshape(values[output], (batch, count)), finite

    images = Spec(("images", *graph.input_shape), graph.dtype)
    return backend.compiled(reduce, images, variables=graph.variables)


def strongest_function(graph: Graph, target: int) -> Callable[..., Any]:
    """Compile the search for one map's strongest place in each image.

    Returns
    -------
    callable
        Takes images [N, H, W, C] and a map's index; returns int32 [N] flat places, the first
        of equals.
    """

    def strongest(x: Any, feature_map: Any) -> Any:
        y = forward(graph, x, [target])[target]
        return backend.argmax(ops.reshape(y[..., feature_map], (ops.shape(y)[0], -1)), 1)

    images = Spec(("images", *graph.input_shape), graph.dtype)
    return backend.compiled(strongest, images, Spec((), "int32"), variables=graph.variables)


def _all_finite(y: Any) -> Any:
    """Whether an image's values are all finite: bool [B]."""
    return ops.all(ops.isfinite(y), axis=tuple(range(1, len(y.shape))))


def _means(y: Any) -> Any:
    """Return each map's mean over places [B, M]: as a product, five times faster than a mean."""
    height, width, maps = y.shape[1:]
    shares = ops.full((1, height * width), 1 / (height * width), y.dtype)
    return ops.matmul(shares, ops.reshape(y, (-1, height * width, maps)))[:, 0]


def _strongest(y: Any) -> tuple[Any, Any]:
    """Return each map's maximum [B, M] and its flat place, the first of equals, int32 [B, M].

    Row by row: the search for a place is several times slower than that for a maximum, so only
    the row that holds the maximum is searched. Rows are pooled, which is twice as fast as a
    maximum over an axis.
    """
    width, maps = y.shape[2:]
    rows = backend.max_pool(y, (1, width), (1, width), "valid")[:, :, 0]
    row = backend.argmax(rows, 1)
    in_row = ops.arange(width) * maps + ops.arange(maps)[:, None]
    place = row[:, :, None] * (width * maps) + in_row
    strongest_row = backend.gathered(ops.reshape(y, (ops.shape(y)[0], -1)), place, batched=True)
    return ops.max(rows, axis=1), row * width + backend.argmax(strongest_row, 2)
