"""The strongest activations of the same feature maps at several epochs, projected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine import Deconvnet
from vizreport.engine.interpreter import forward
from vizreport.errors import NotApplicable
from vizreport.experiments.context import Context
from vizreport.experiments.evolution.result import EvolutionResult
from vizreport.experiments.evolution.similarity import cosines, mean_between, settled
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.top_patches.pictures import SMALL, lossless, lossy, offsets
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
from vizreport.models.epochs import EpochCheckpoint
from vizreport.models.load import load_checkpoint
from vizreport.progress import progress
from vizreport.report.tiles import GREY, cut_tiles, display_scale, quantised
from vizreport.settings import Given
from vizreport.training.history import read_history

EPOCHS = 8
"""Epochs shown of a folder with more, as in the paper's Fig. 4."""
MAPS = 16
"""Maps followed of a layer: bounds memory where Top-9 shows all of them."""


@dataclass(frozen=True)
class _Units:
    """The strongest unit of m maps of one layer at one epoch."""

    values: np.ndarray  # float32 [m]
    images: np.ndarray  # int32 [m], as are rows and cols
    rows: np.ndarray
    cols: np.ndarray


def compute(context: Context, settings: Given, required: dict[str, Any]) -> EvolutionResult:
    """Follow some maps of each layer over the epochs of a folder of checkpoints.

    Reads the results of mining and of the top-9 patches, whose maps and windows are taken.

    Raises
    ------
    NotApplicable
        With fewer than two epochs, or no layer that can be projected.
    """
    mining: MiningResult = required["mining"]
    top: TopPatchesResult = required["top_patches"]
    found = context.source.epochs
    if len(found) < 2:
        raise NotApplicable(
            "it compares epochs, and there is one checkpoint only: give --checkpoint a folder of "
            "checkpoints whose sidecars name their epochs, as vizreport train leaves it"
        )
    shown = choose_epochs(found)
    projected = {name for name, problem in top.status.items() if not problem}
    layers = [layer for layer in context.chosen_layers(settings.layers) if layer.name in projected]
    if not layers:
        raise NotApplicable(next(iter(top.status.values())))
    maps = {layer.name: _spread(top.maps[layer.name]) for layer in layers}
    # A model of its own, whose weights become each epoch's in turn: what was compiled stays.
    source = context.source
    model = load_checkpoint(source.checkpoint, source.imports, source.output)
    deconvnet = Deconvnet(model, settings.rule, context.preprocessing)
    search = _search_function(deconvnet.graph, layers, maps)
    strips = {layer.name: _Strips(int(top.window[layer.name])) for layer in layers}
    with progress("following", len(shown), "epochs") as bar:
        # The last epoch first: the others are compared with it.
        for epoch in reversed(shown):
            other = load_checkpoint(epoch.path, source.imports, source.output)
            model.set_weights(other.get_weights())
            strongest = _strongest(context, mining.records, search, layers)
            for layer, units in zip(layers, strongest, strict=True):
                strip, chosen = strips[layer.name], maps[layer.name]
                held = strip.last or units
                tiles = [
                    _project(context, mining, deconvnet, layer, chosen, shown_units, strip.side)
                    for shown_units in ([units] if held is units else [units, held])
                ]
                patches = _patches(context, mining, deconvnet.graph, layer, units, strip.side)
                strip.add(units, tiles[0], tiles[-1], patches)
            bar.update()
    history = read_history(shown[0].path.parent)
    names = [layer.name for layer in layers]
    finished = {name: strips[name].finished([epoch.epoch for epoch in shown]) for name in names}
    followed: dict[str, Any] = {
        field: {name: finished[name][field] for name in names} for field in finished[names[0]]
    }
    curves: dict[str, Any] = {
        field: np.array([getattr(epoch, field) for epoch in history], np.float32)
        for field in ("training_loss", "validation_loss", "training_error", "validation_error")
    }
    return EvolutionResult(
        epochs=[epoch.epoch for epoch in shown],
        found=len(found),
        layers=top.layers,
        status=dict(top.status),
        maps=maps,
        window={name: strips[name].side for name in names},
        **followed,
        history_epochs=np.array([epoch.epoch for epoch in history], np.int32),
        **curves,
        rule=settings.rule,
    )


def choose_epochs(found: Sequence[EpochCheckpoint]) -> list[EpochCheckpoint]:
    """Choose at most ``EPOCHS``: the first, the last, and between them growing steps."""
    if len(found) <= EPOCHS:
        return list(found)
    epochs = np.array([each.epoch for each in found], float)
    left = np.arange(len(found))
    chosen = []
    # From the end, where the steps are wide; each wish takes the nearest epoch still there.
    for wish in np.geomspace(max(epochs[0], 1), epochs[-1], EPOCHS)[::-1]:
        nearest = left[np.argmin(np.abs(epochs[left] - wish))]
        chosen.append(int(nearest))
        left = left[left != nearest]
    return [found[i] for i in sorted(chosen)]


def _spread(maps: np.ndarray) -> np.ndarray:
    if len(maps) <= MAPS:
        return maps
    return maps[np.arange(MAPS) * len(maps) // MAPS]


def _search_function(
    graph: Graph, layers: list[ReportableLayer], maps: dict[str, np.ndarray]
) -> Callable[[np.ndarray], list[tuple[Any, Any]]]:
    """Compile the pass that gives some maps' maxima [B, m] and flat places [B, m] a layer."""

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
    context: Context,
    records: np.ndarray,
    search: Callable[..., Any],
    layers: list[ReportableLayer],
) -> list[_Units]:
    """Return each layer's strongest units over all images."""
    batches: list[list[tuple[np.ndarray, np.ndarray]]] = []
    size = context.batch_size
    for start in range(0, len(records), size):
        pictures = context.pictures(records[start : start + size])
        found = search(context.preprocessing.tensor(pictures))
        batches.append([(np.asarray(maxima), np.asarray(places)) for maxima, places in found])
    strongest = []
    for layer, parts in zip(layers, zip(*batches, strict=True), strict=True):
        maxima, places = (np.concatenate(part) for part in zip(*parts, strict=True))
        images = maxima.argmax(axis=0)  # the first of equals, as in mining
        chosen = images, np.arange(len(images))
        rows, cols = np.divmod(places[chosen], layer.cols)
        strongest.append(_Units(maxima[chosen], images.astype(np.int32), rows, cols))
    return strongest


def _project(
    context: Context,
    mining: MiningResult,
    deconvnet: Deconvnet,
    layer: ReportableLayer,
    maps: np.ndarray,
    units: _Units,
    side: int,
) -> np.ndarray:
    """Project one unit of each map: float32 [m, s, s, 3]; nothing of those not above 0."""
    tiles = np.zeros((len(maps), side, side, 3), np.float32)
    wanted, numbers = np.unique(units.images, return_inverse=True)
    inputs = context.preprocessing.tensor(context.pictures(mining.records[wanted]))
    for part in deconvnet.project_units(inputs, layer, numbers, units.rows, units.cols, maps):
        above = part.activations > 0
        which = part.chosen[above]
        fields = unit_fields(deconvnet.graph, layer.node, units.rows[which], units.cols[which])
        projections = deconvnet.to_rgb(part.pictures[above])
        tiles[which] = cut_tiles(projections, part.tops[above], part.lefts[above], fields, side, 0)
    return tiles


def _patches(
    context: Context,
    mining: MiningResult,
    graph: Graph,
    layer: ReportableLayer,
    units: _Units,
    side: int,
) -> np.ndarray:
    """Cut the images' tiles: uint8 [m, s, s, 3]; those of maps not above 0 are grey."""
    pictures = context.shown(mining.records[units.images])
    fields = unit_fields(graph, layer.node, units.rows, units.cols)
    none = np.zeros(len(pictures), int)
    patches = cut_tiles(pictures, none, none, fields, side, GREY)
    patches[units.values <= 0] = GREY
    return patches


class _Strips:
    """One layer's tiles, from the last epoch to the first, kept in 8 bits."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.last: _Units | None = None
        self._tiles = np.zeros(0)
        self._columns: dict[str, list[np.ndarray]] = {}

    def add(self, units: _Units, tiles: np.ndarray, held: np.ndarray, patches: np.ndarray) -> None:
        """Take the epoch before those there are.

        Parameters
        ----------
        units : _Units
            The epoch's own strongest.
        tiles, held : float array [m, s, s, 3]
            Projections of those, and of the last epoch's strongest units, at this epoch.
        patches : uint8 [m, s, s, 3]
            The images where the epoch's own strongest units look.
        """
        if self.last is None:
            self.last, self._tiles = units, tiles
        scales = np.array([display_scale(np.abs(tile)) for tile in tiles], np.float32)
        column = {
            "values": units.values.astype(np.float32),
            "images": units.images,
            "rows": units.rows,
            "cols": units.cols,
            "scales": scales,
            "similarity": cosines(held, self._tiles),
            "own_similarity": cosines(tiles, self._tiles),
            "projections": quantised(tiles, scales),
            "patches": patches,
        }
        for name, values in column.items():
            self._columns.setdefault(name, []).insert(0, values)

    def finished(self, epochs: list[int]) -> dict[str, Any]:
        """Return the layer's entries of the result."""
        stacked = {name: np.stack(column) for name, column in self._columns.items()}
        finished: dict[str, Any] = {
            "unrelated": mean_between(self._tiles),
            "settled": settled(epochs, stacked["similarity"]),
        }
        with ThreadPoolExecutor() as pool:
            for name, kind in (("projections", "projection"), ("patches", "patch")):
                # [E, m, s, s, 3] -> m strips [s, E s, 3]
                tiles = stacked.pop(name)
                strips = tiles.transpose(1, 2, 0, 3, 4).reshape(tiles.shape[1], self.side, -1, 3)
                encode = lossy if name == "patches" and self.side > SMALL else lossless
                encoded = list(pool.map(encode, strips))
                finished[name] = np.frombuffer(b"".join(encoded), np.uint8)
                finished[f"{kind}_offsets"] = offsets(encoded)
        return {**stacked, **finished}
