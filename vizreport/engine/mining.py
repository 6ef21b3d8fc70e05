"""Mining: in one pass over the data, the strongest activations of every feature map.

The network reduces each batch to one number and one place for each image and map; what is kept
of them, the top K a map, is merged by an associative operation. So memory does not grow with
the data, and shards of the data can be mined anywhere and merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
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
MOST_COMPARED = 1024  # maps of a layer, beyond which they are not compared with each other


@dataclass(frozen=True)
class Strongest:
    """The strongest activations of one layer over some images.

    Attributes
    ----------
    values : float32 [M, k]
        In falling order, ties in the order of the images; at most one an image; k <= K.
    images, places : int32 [M, k]
        Image and flat place (row * columns + column) of each.
    sums : float64 [M]
        Sum over images of the mean activation over places.
    active : int64 [M]
        Images in which the map is somewhere above 0.
    count : int
        Number of images.
    peaks : float64 [M]
        Sum over images of the strongest activation.
    products : float64 [M, M]
        Sum over images of the products of two maps' strongest activations; [0, 0] for layers of
        more than ``MOST_COMPARED`` maps.
    """

    values: np.ndarray
    images: np.ndarray
    places: np.ndarray
    sums: np.ndarray
    active: np.ndarray
    count: int
    peaks: np.ndarray
    products: np.ndarray

    def similarity(self) -> np.ndarray:
        """Return how two maps' strongest activations go together over images, int8 [M, M].

        Pearson's correlation in hundredths; 0 for maps that are the same in every image, and
        [0, 0] where products were not kept.
        """
        if not self.products.size:
            return np.zeros((0, 0), np.int8)
        means = self.peaks / self.count
        covariance = self.products / self.count - means[:, None] * means
        spread = np.sqrt(np.maximum(np.diag(covariance), 0))
        # What is left of a constant map is rounding.
        spread[spread <= 1e-6 * np.abs(means)] = np.inf
        with np.errstate(divide="ignore"):
            found = covariance / (np.where(spread > 0, spread, np.inf)[:, None] * spread)
        return np.rint(100 * np.clip(np.nan_to_num(found), -1, 1)).astype(np.int8)


def merge(first: Strongest, second: Strongest, k: int) -> Strongest:
    """Join what was mined from two sets of images.

    Associative and commutative: the result does not depend on how images were split.

    Parameters
    ----------
    first, second : Strongest
        Of different images.
    k : int
        Number of activations to keep a map.
    """
    values = np.concatenate([first.values, second.values], axis=1)
    images = np.concatenate([first.images, second.images], axis=1)
    places = np.concatenate([first.places, second.places], axis=1)
    order = _order(values, images, k)
    return Strongest(
        np.take_along_axis(values, order, axis=1),
        np.take_along_axis(images, order, axis=1),
        np.take_along_axis(places, order, axis=1),
        first.sums + second.sums,
        first.active + second.active,
        first.count + second.count,
        first.peaks + second.peaks,
        first.products + second.products,
    )


def _order(values: np.ndarray, images: np.ndarray, k: int) -> np.ndarray:
    """Return where each row's k largest values are, int [M, k]: ties in the order of the images.

    Value and image together are one whole number, so that only the k first are sorted: in IEEE
    754, floats above 0 are ordered as their bits are, those below the other way round.
    """
    bits = (values + np.float32(0)).view(np.int32).astype(np.int64)  # + 0 makes -0 to 0
    rising = np.where(bits < 0, np.int64(-(2**31)) - bits, bits)
    keys = -rising * 2**32 + images
    if k < keys.shape[1]:
        first = np.argpartition(keys, k - 1, axis=1)[:, :k]
    else:
        first = np.broadcast_to(np.arange(keys.shape[1]), keys.shape)
    sorted_keys = np.argsort(np.take_along_axis(keys, first, axis=1), axis=1)
    return np.take_along_axis(first, sorted_keys, axis=1)


def from_batch(
    maxima: np.ndarray, places: np.ndarray, means: np.ndarray, first_image: int, k: int
) -> Strongest:
    """Make one batch's strongest activations.

    Parameters
    ----------
    maxima : float [B, M]
        Strongest activation of each map in each image.
    places : int [B, M]
        Where it is.
    means : float [B, M]
        Mean over places.
    first_image : int
        Number of the batch's first image.
    k : int
        How many to keep of each map.
    """
    batch, count = maxima.shape
    compared = count if count <= MOST_COMPARED else 0
    values = np.ascontiguousarray(maxima.T, np.float32)
    numbers = np.broadcast_to(
        np.arange(first_image, first_image + batch, dtype=np.int32), values.shape
    )
    order = _order(values, numbers, k)
    exact = maxima[:, :compared].astype(np.float64)
    return Strongest(
        np.take_along_axis(values, order, axis=1),
        np.take_along_axis(numbers, order, axis=1),
        np.take_along_axis(places.T.astype(np.int32), order, axis=1),
        means.sum(axis=0, dtype=np.float64),
        (maxima > 0).sum(axis=0),
        batch,
        maxima.sum(axis=0, dtype=np.float64),
        exact.T @ exact,
    )


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
    the row that holds the maximum is searched.
    """
    rows = ops.max(y, axis=2)
    row = backend.argmax(rows, 1)
    width, maps = y.shape[2:]
    place = (row[:, :, None] * width + ops.arange(width)) * maps + ops.arange(maps)[:, None]
    strongest_row = backend.gathered(ops.reshape(y, (ops.shape(y)[0], -1)), place, batched=True)
    return ops.max(rows, axis=1), row * width + backend.argmax(strongest_row, 2)
