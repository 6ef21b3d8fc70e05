"""The strongest activations of a layer that was not mined with the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vizreport.experiments.mining.mined_images import MinedImages, joined, mine, mined_layer
from vizreport.experiments.mining.result import MiningResult
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
    """
    if layer.name in mining.layers:
        return mining
    k = next(iter(mining.layers.values())).values.shape[1]
    found = mined_layer(_strongest(subject, pieces, mining, layer, k), layer, k)
    return replace(mining, layers={**mining.layers, layer.name: found})


def _strongest(
    subject: Subject, pieces: Pieces, mining: MiningResult, layer: ReportableLayer, k: int
) -> Strongest:
    work = Work(
        name=f"layer-{layer.node}",
        make=mine,
        arguments=(k, [layer], [], mining.labels, False),
        pieces=image_pieces(len(mining.records), subject.batch_size, mining.records),
        kind=MinedImages,
        doing=f"mining {layer.name}",
        unit="images",
    )
    return joined(pieces.map(subject, work), k).layers[layer.name]
