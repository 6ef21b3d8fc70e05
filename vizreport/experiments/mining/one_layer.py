"""The strongest activations of a layer that was not mined with the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vizreport.experiments.context import Context
from vizreport.experiments.mining.result import MiningResult
from vizreport.progress import progress

if TYPE_CHECKING:
    from vizreport.engine.mining import Strongest
    from vizreport.graph.layers import ReportableLayer


def with_layer(context: Context, mining: MiningResult, layer: ReportableLayer) -> MiningResult:
    """Return the mining result with a layer in it, in one more pass where it is not yet.

    Parameters
    ----------
    context : Context
        Has the network and the images of that pass.
    mining : MiningResult
        Of images whose values are finite in every layer.
    layer : ReportableLayer
        The layer to have.

    Returns
    -------
    MiningResult
        With the layer's ``values``, ``images``, ``rows`` and ``cols``; what else is known of layers
        is left as it is.
    """
    if layer.name in mining.layers:
        return mining
    top = next(iter(mining.values.values())).shape[1]
    found = _strongest(context, mining, layer, top)
    rows, cols = np.divmod(found.places, layer.cols)
    name = layer.name
    return replace(
        mining,
        layers=[*mining.layers, name],
        values={**mining.values, name: _widened(found.values, top, np.nan, np.float32)},
        images={**mining.images, name: _widened(found.images, top, -1, np.int32)},
        rows={**mining.rows, name: _widened(rows, top, -1, np.int32)},
        cols={**mining.cols, name: _widened(cols, top, -1, np.int32)},
    )


def _widened(array: np.ndarray, top: int, fill: float, kind: type) -> np.ndarray:
    """Widen [M, fewer than K] to [M, K]."""
    missing = ((0, 0), (0, top - array.shape[1]))
    return np.pad(array.astype(kind), missing, constant_values=fill)


def _strongest(
    context: Context, mining: MiningResult, layer: ReportableLayer, top: int
) -> Strongest:
    from vizreport.engine.mining import from_batch, merge, one_ahead, reduction_function

    reduce, size = reduction_function(context.graph, [layer]), context.batch_size
    found: Strongest | None = None

    def started(start: int) -> Any:
        pictures = context.pictures(mining.records[start : start + size])
        return reduce(context.preprocessing.tensor(pictures))

    with progress(f"mining {layer.name}", len(mining.records), "images") as bar:
        starts = range(0, len(mining.records), size)
        for start, (((maxima, places, means),), _) in one_ahead(started, starts):
            one = from_batch(maxima, places, means, start, top)
            found = merge(found, one, top) if found else one
            bar.update(len(maxima))
    assert found is not None
    return found
