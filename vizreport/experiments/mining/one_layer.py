"""The strongest activations of a layer that was not mined with the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.shard import Shard, joined, mine
from vizreport.parallel.piece import Work, image_pieces
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject

if TYPE_CHECKING:
    from vizreport.engine.strongest import Strongest
    from vizreport.graph.layers import ReportableLayer


def with_layer(
    subject: Subject, pieces: Pieces, mining: MiningResult, layer: ReportableLayer
) -> MiningResult:
    """Return the mining result with a layer in it, in one more pass where it is not yet.

    Parameters
    ----------
    subject : Subject
        Has the network and the images of that pass.
    pieces : Pieces
        Maps over shards of the images.
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
    found = _strongest(subject, pieces, mining, layer, top)
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
    subject: Subject, pieces: Pieces, mining: MiningResult, layer: ReportableLayer, top: int
) -> Strongest:
    work = Work(
        name=f"layer-{layer.node}",
        make=mine,
        arguments=(top, [layer], [], mining.labels, False),
        pieces=image_pieces(len(mining.records), subject.batch_size, mining.records),
        kind=Shard,
        doing=f"mining {layer.name}",
        unit="images",
    )
    return joined(pieces.map(subject, work), top).strongest(layer.name)
