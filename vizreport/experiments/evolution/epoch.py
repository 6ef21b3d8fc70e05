"""One epoch's strongest units and their projections, computed wherever that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from vizreport.drawing.tiles import GREY, cut_tiles, display_scale, quantised
from vizreport.experiments.evolution.similarity import cosines
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.models.epochs import EpochCheckpoint
from vizreport.parallel.piece import Compute
from vizreport.subject.network import StoredNetwork
from vizreport.subject.subject import Subject

if TYPE_CHECKING:
    from vizreport.engine import Deconvnet


@dataclass(frozen=True)
class Followed:
    """Some maps of each layer at one epoch: m of a layer, tiles of s px.

    Attributes
    ----------
    layers : list of str
        Those followed.
    values, images, rows, cols : dict of arrays [m]
        Each map's strongest unit over all images: activation, image and place.
    scales : dict of float32 [m]
        Display scale of each tile.
    similarity, own_similarity : dict of float [m]
        Of the last epoch's unit, and of this epoch's own, to the last epoch's tile.
    projections, patches : dict of uint8 [m, s, s, 3]
        Of this epoch's own units.
    tiles : dict of float32 [m, s, s, 3]
        The last epoch's projections; empty for other epochs.
    """

    layers: list[str]
    values: Annotated[dict[str, np.ndarray], "float32 [m] by layers"]
    images: Annotated[dict[str, np.ndarray], "int32 [m] by layers"]
    rows: Annotated[dict[str, np.ndarray], "[m] by layers"]
    cols: Annotated[dict[str, np.ndarray], "[m] by layers"]
    scales: Annotated[dict[str, np.ndarray], "float32 [m] by layers"]
    similarity: Annotated[dict[str, np.ndarray], "[m] by layers"]
    own_similarity: Annotated[dict[str, np.ndarray], "[m] by layers"]
    projections: Annotated[dict[str, np.ndarray], "uint8 [m, s, s, 3] by layers"]
    patches: Annotated[dict[str, np.ndarray], "uint8 [m, s, s, 3] by layers"]
    tiles: dict[str, np.ndarray]


_COLUMNS = ("values", "images", "rows", "cols", "scales", "similarity", "own_similarity",
            "projections", "patches")  # fmt: skip
"""Fields of :class:`Followed` that every epoch has."""


@dataclass(frozen=True)
class EpochUnits:
    """The strongest unit of m maps of one layer at one epoch."""

    values: np.ndarray  # float32 [m]
    images: np.ndarray  # int32 [m], as are rows and cols
    rows: np.ndarray
    cols: np.ndarray


@dataclass(frozen=True)
class LayerToFollow:
    """Which m maps of a layer, the side of their tiles, and their units at the last epoch."""

    layer: ReportableLayer
    maps: np.ndarray  # int [m]
    side: int
    mined: EpochUnits


def follow(
    subject: Subject,
    records: np.ndarray,
    layers: Sequence[LayerToFollow],
    rule: str,
    last: dict[str, np.ndarray] | None,
) -> Compute:
    """Return what searches the strongest units of an epoch and projects them.

    Parameters
    ----------
    subject : Subject
        Network, of the last epoch, and data.
    records : int array [N]
        The images, as records of the data.
    layers : sequence of LayerToFollow
        From the input to the output.
    rule : str
        Preset of backward rules.
    last : dict of float32 [m, s, s, 3], or None
        The last epoch's tiles, with which others are compared; None for itself.

    Returns
    -------
    callable
        From an epoch's checkpoint to what was :class:`Followed`.
    """
    deconvnet = subject.deconvnet(rule)

    def followed(strongest: dict[str, EpochUnits]) -> Followed:
        found: dict[str, dict[str, np.ndarray]] = {name: {} for name in (*_COLUMNS, "tiles")}
        for each in layers:
            name, units = each.layer.name, strongest[each.layer.name]
            arguments = subject, records, deconvnet, each
            tiles = _project(*arguments, units)
            held, reference = tiles, tiles
            if last is not None:
                held, reference = _project(*arguments, each.mined), last[name]
            else:
                found["tiles"][name] = tiles
            scales = np.array([display_scale(np.abs(tile)) for tile in tiles], np.float32)
            column = (
                units.values.astype(np.float32),
                units.images,
                units.rows,
                units.cols,
                scales,
                cosines(held, reference),
                cosines(tiles, reference),
                quantised(tiles, scales),
                _patches(subject, records, each, units),
            )
            for field, values in zip(_COLUMNS, column, strict=True):
                found[field][name] = values
        return Followed([*strongest], **found)

    def epoch(checkpoint: EpochCheckpoint, done: Callable[[int], Any]) -> Followed:
        if last is None:
            return followed({each.layer.name: each.mined for each in layers})
        with _weights_of(checkpoint, subject):
            return followed(_strongest(subject, records, layers))

    return epoch


@contextmanager
def _weights_of(checkpoint: EpochCheckpoint, subject: Subject) -> Iterator[None]:
    """Lend an epoch's weights to the subject's network: what is compiled reads them."""
    own = subject.model.get_weights()
    other = StoredNetwork(checkpoint.path).load(subject.options)
    try:
        subject.model.set_weights(other.get_weights())
        yield
    finally:
        subject.model.set_weights(own)


def _strongest(
    subject: Subject, records: np.ndarray, layers: Sequence[LayerToFollow]
) -> dict[str, EpochUnits]:
    """Return the strongest units of each layer's maps over all images."""
    from vizreport.engine.mining import reduction_function

    reduce = subject.traced.compiled(
        ("reduced", *(each.layer.node for each in layers)),
        lambda: reduction_function(subject.graph, [each.layer for each in layers]),
    )
    batches: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in layers]
    size = subject.batch_size
    for start in range(0, len(records), size):
        pictures = subject.pictures(records[start : start + size])
        reduced, _ = reduce(subject.preprocessing.tensor(pictures))
        for each, (maxima, places, _), batch in zip(layers, reduced, batches, strict=True):
            batch.append((np.asarray(maxima)[:, each.maps], np.asarray(places)[:, each.maps]))
    strongest = {}
    for each, batch in zip(layers, batches, strict=True):
        maxima, places = (np.concatenate(part) for part in zip(*batch, strict=True))
        images = maxima.argmax(axis=0)  # the first of equals, as in mining
        found = images, np.arange(len(images))
        rows, cols = np.divmod(places[found], each.layer.cols)
        strongest[each.layer.name] = EpochUnits(maxima[found], images.astype(np.int32), rows, cols)
    return strongest


def _project(
    subject: Subject,
    records: np.ndarray,
    deconvnet: Deconvnet,
    followed: LayerToFollow,
    units: EpochUnits,
) -> np.ndarray:
    """Project one unit of each map: float32 [m, s, s, 3]; nothing of those not above 0."""
    layer, maps, side = followed.layer, followed.maps, followed.side
    tiles = np.zeros((len(maps), side, side, 3), np.float32)
    wanted, indices = np.unique(units.images, return_inverse=True)
    inputs = subject.preprocessing.tensor(subject.pictures(records[wanted]))
    for part in deconvnet.project_units(inputs, layer, indices, units.rows, units.cols, maps):
        above = part.activations > 0
        which = part.chosen[above]
        fields = unit_fields(deconvnet.graph, layer.node, units.rows[which], units.cols[which])
        projections = deconvnet.to_rgb(part.pictures[above])
        tiles[which] = cut_tiles(projections, part.tops[above], part.lefts[above], fields, side, 0)
    return tiles


def _patches(
    subject: Subject, records: np.ndarray, followed: LayerToFollow, units: EpochUnits
) -> np.ndarray:
    """Cut the images' tiles: uint8 [m, s, s, 3]; those of maps not above 0 are grey."""
    pictures = subject.shown(records[units.images])
    fields = unit_fields(subject.graph, followed.layer.node, units.rows, units.cols)
    none = np.zeros(len(pictures), int)
    patches = cut_tiles(pictures, none, none, fields, followed.side, GREY)
    patches[units.values <= 0] = GREY
    return patches
