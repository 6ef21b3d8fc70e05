"""One epoch's strongest units and their projections, computed wherever that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from vizreport.drawing.tiles import GREY, cut_tiles, display_scale, quantised
from vizreport.experiments.evolution.similarity import cosines
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
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
class _EpochUnits:
    """The strongest unit of m maps of one layer at one epoch."""

    values: np.ndarray  # float32 [m]
    images: np.ndarray  # int32 [m], as are rows and cols
    rows: np.ndarray
    cols: np.ndarray


def follow(
    subject: Subject,
    records: np.ndarray,
    layers: Sequence[ReportableLayer],
    maps: dict[str, np.ndarray],
    windows: dict[str, int],
    rule: str,
    last: Followed | None,
) -> Compute:
    """Compile the search for the strongest units, and their deconvnet.

    Parameters
    ----------
    subject : Subject
        Network and data.
    records : int array [N]
        The images, as records of the data.
    layers : sequence of ReportableLayer
        Those to follow.
    maps : dict of int array [m]
        Which maps of each.
    windows : dict of int
        Side of each layer's tiles, px.
    rule : str
        Preset of backward rules.
    last : Followed or None
        The last epoch, with which others are compared; None for itself.

    Returns
    -------
    callable
        From an epoch's checkpoint to what was :class:`Followed`.
    """
    from vizreport.engine import Deconvnet

    def compiled() -> tuple[Any, Deconvnet, Callable[..., Any]]:
        # A model of its own, whose weights become each epoch's in turn: what was compiled stays.
        model = subject.network.load(subject.options)
        deconvnet = Deconvnet(model, rule, subject.preprocessing)
        return model, deconvnet, _search_function(deconvnet.graph, layers, maps)

    chosen = [(layer.name, maps[layer.name].tolist()) for layer in layers]
    model, deconvnet, search = subject.compiled(("evolution", rule, chosen), compiled)

    def epoch(checkpoint: EpochCheckpoint, done: Callable[[int], Any]) -> Followed:
        other = StoredNetwork(checkpoint.path).load(subject.options)
        model.set_weights(other.get_weights())
        found: dict[str, dict[str, np.ndarray]] = {name: {} for name in (*_COLUMNS, "tiles")}
        strongest = _strongest(subject, records, search, layers)
        for layer, units in zip(layers, strongest, strict=True):
            name, side = layer.name, windows[layer.name]
            arguments = subject, records, deconvnet, layer, maps[name]
            tiles = _project(*arguments, units, side)
            held, reference = tiles, tiles
            if last is not None:
                reference = last.tiles[name]
                held = _project(*arguments, _units(last, name), side)
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
                _patches(subject, records, deconvnet.graph, layer, units, side),
            )
            for field, values in zip(_COLUMNS, column, strict=True):
                found[field][name] = values
        return Followed([layer.name for layer in layers], **found)

    return epoch


def _units(followed: Followed, layer: str) -> _EpochUnits:
    return _EpochUnits(
        followed.values[layer],
        followed.images[layer],
        followed.rows[layer],
        followed.cols[layer],
    )


def _search_function(
    graph: Graph, layers: Sequence[ReportableLayer], maps: dict[str, np.ndarray]
) -> Callable[[np.ndarray], list[tuple[Any, Any]]]:
    """Compile the pass that gives some maps' maxima [B, m] and flat places [B, m] a layer."""
    from keras import ops

    from vizreport import backend
    from vizreport.backend import Spec
    from vizreport.engine.interpreter import forward

    def search(x: Any) -> list[tuple[Any, Any]]:
        values = forward(graph, x, [layer.node for layer in layers])
        found = []
        for layer in layers:
            chosen = ops.take(values[layer.node], maps[layer.name], axis=-1)
            flat = ops.reshape(chosen, (ops.shape(x)[0], -1, len(maps[layer.name])))
            found.append((ops.max(flat, axis=1), backend.argmax(flat, 1)))
        return found

    images = Spec(("images", *graph.input_shape), graph.dtype)
    return backend.compiled(search, images, variables=graph.variables)


def _strongest(
    subject: Subject,
    records: np.ndarray,
    search: Callable[..., Any],
    layers: Sequence[ReportableLayer],
) -> list[_EpochUnits]:
    """Return each layer's strongest units over all images."""
    batches: list[list[tuple[np.ndarray, np.ndarray]]] = []
    size = subject.batch_size
    for start in range(0, len(records), size):
        pictures = subject.pictures(records[start : start + size])
        found = search(subject.preprocessing.tensor(pictures))
        batches.append([(np.asarray(maxima), np.asarray(places)) for maxima, places in found])
    strongest = []
    for layer, parts in zip(layers, zip(*batches, strict=True), strict=True):
        maxima, places = (np.concatenate(part) for part in zip(*parts, strict=True))
        images = maxima.argmax(axis=0)  # the first of equals, as in mining
        chosen = images, np.arange(len(images))
        rows, cols = np.divmod(places[chosen], layer.cols)
        strongest.append(_EpochUnits(maxima[chosen], images.astype(np.int32), rows, cols))
    return strongest


def _project(
    subject: Subject,
    records: np.ndarray,
    deconvnet: Deconvnet,
    layer: ReportableLayer,
    maps: np.ndarray,
    units: _EpochUnits,
    side: int,
) -> np.ndarray:
    """Project one unit of each map: float32 [m, s, s, 3]; nothing of those not above 0."""
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
    subject: Subject,
    records: np.ndarray,
    graph: Graph,
    layer: ReportableLayer,
    units: _EpochUnits,
    side: int,
) -> np.ndarray:
    """Cut the images' tiles: uint8 [m, s, s, 3]; those of maps not above 0 are grey."""
    pictures = subject.shown(records[units.images])
    fields = unit_fields(graph, layer.node, units.rows, units.cols)
    none = np.zeros(len(pictures), int)
    patches = cut_tiles(pictures, none, none, fields, side, GREY)
    patches[units.values <= 0] = GREY
    return patches
