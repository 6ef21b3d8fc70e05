"""Projections and patches of the nine strongest activations of feature maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from vizreport.data.truth import in_view
from vizreport.drawing import tone
from vizreport.drawing.tiles import (
    GREY,
    cut_tiles,
    display_scale,
    energy_by_side,
    mosaic,
    quantised,
    window_side,
)
from vizreport.engine.deconvnet import Deconvnet
from vizreport.engine.presets import rule_problem
from vizreport.errors import NotApplicable
from vizreport.experiments.mining.classes import counted_classes
from vizreport.experiments.mining.living import nearly_dead
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound, telling_layers
from vizreport.experiments.parts.result import PartsResult
from vizreport.experiments.settings import Given
from vizreport.experiments.top_patches.choice import Choice, choose_maps
from vizreport.experiments.top_patches.classes import purity
from vizreport.experiments.top_patches.energy import Shares, energy_shares
from vizreport.experiments.top_patches.pictures import (
    offsets,
    patch_encoder,
    projection_encoder,
)
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.graph.fields import Fields, unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

# Maps projected at once: bounds memory. The window is chosen on as many, spread over the sample.
_CHUNK = 16
_UNPROJECTED = 4  # maps whose gradients choose the window where the layer is not projected
_MASKS = 1000  # kept at hand: bounds memory
_STORED = (
    "window", "energy_share", "receptive_field", "fields", "scales", "map_scales", "tile_scales",
    "peaks", "strengths",
    "inside", "inside_area", "inside_elsewhere", "patches", "projections", "patch_offsets",
    "projection_offsets",
)  # fmt: skip
"""What is stored of each layer's projection."""


@dataclass(frozen=True)
class _Projected:
    """Projections of some maps' units, on crops, in RGB."""

    units: np.ndarray  # [u, 2] position in the chunk's maps, position among the nine
    projections: np.ndarray
    tops: np.ndarray
    lefts: np.ndarray
    fields: Fields


def compute(
    subject: Subject, settings: Given, mining: MiningResult, parts: PartsResult
) -> TopPatchesResult:
    """Project the strongest activations of a sample of maps of each chosen layer.

    A layer for which the rules are not defined keeps its patches.

    Reads the mining result and the parts, of which the mean mask is taken.
    """
    telling = telling_layers(mining)
    layers = [layer for layer in subject.chosen_layers(settings.layers) if layer.name in telling]
    if not layers:
        require_sound(mining)
        raise NotApplicable("the network has no layer whose rectified output can be shown")
    choices = {
        layer.name: choose_maps(mining, layer.name, settings.maps, settings.seed)
        for layer in layers
    }
    return project_maps(subject, settings, mining, parts, choices, {})


def project_maps(
    subject: Subject,
    settings: Given,
    mining: MiningResult,
    parts: PartsResult,
    choices: Mapping[str, Choice],
    windows: Mapping[str, tuple[int, float]],
) -> TopPatchesResult:
    """Project the strongest activations of some maps.

    Parameters
    ----------
    subject : Subject
        Has the network and the images.
    settings : Given
        ``layers``, ``rule`` and ``window``.
    mining : MiningResult
        The strongest activations.
    parts : PartsResult
        Where objects are, as far as it is known.
    choices : mapping of str to Choice
        Maps by layer.
    windows : mapping of str to (int, float)
        Side of a layer's tiles and the share of energy that lies in them, where they are given.
    """
    graph = subject.graph
    layers = [layer for layer in subject.chosen_layers(settings.layers) if layer.name in choices]
    chosen = {layer.name: choices[layer.name].maps for layer in layers}
    made: dict[str, dict[str, Any]] = {}
    status = {}
    shares = _shares_function(subject, mining, parts)
    with progress("projecting", sum(map(len, chosen.values())), "maps") as bar:
        work = _Work(subject, mining, settings.window, shares, windows, bar)
        for layer in layers:
            status[layer.name] = rule_problem(graph, layer.node, settings.rule)
            maps = chosen[layer.name]
            if not status[layer.name]:
                deconvnet = subject.deconvnet(settings.rule)
                try:
                    made[layer.name] = _layer(work, layer, maps, deconvnet)
                    continue
                except NotApplicable as problem:
                    status[layer.name] = str(problem)
            made[layer.name] = _layer(work, layer, maps, None)
    names = [layer.name for layer in layers]
    by_class = counted_classes(mining)
    labelled, classes = by_class.true, by_class.numbers
    taken = {
        field: {name: getattr(mining, field)[name][chosen[name]] for name in names}
        for field in ("values", "images", "rows", "cols")
    }
    shown = {
        layer.name: _shown(layer, taken["values"][layer.name], taken["images"][layer.name])
        for layer in layers
    }
    dead = {name: ~shown[name][:, 0] for name in names}
    return TopPatchesResult(
        layers=names,
        status=status,
        replaced=[] if settings.layers else subject.default_layers[1],
        maps=chosen,
        rank={name: choices[name].rank for name in names},
        selective={name: choices[name].selective for name in names},
        inactive={
            name: np.flatnonzero(nearly_dead(mining, name)).astype(np.int32) for name in names
        },
        **taken,
        **{field: {name: made[name][field] for name in names} for field in _STORED},
        shown=shown,
        dead=dead,
        purity={
            name: np.where(dead[name], np.nan, purity(taken["images"][name], classes)).astype(
                np.float32
            )
            for name in names
        },
        rule=settings.rule,
        labelled=labelled,
    )


def _shown(layer: ReportableLayer, values: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Tell which of the strongest units are shown: those above 0, of an output all: bool [m, K]."""
    return (images >= 0) & ((values > 0) | (layer.kind == "output"))


_SharesFunction = Callable[["_Projected", np.ndarray], Shares]


def _shares_function(
    subject: Subject, mining: MiningResult, parts: PartsResult
) -> _SharesFunction | None:
    """Return what measures projections of some images against their objects, where known."""
    truth = subject.dataset.truth
    if truth is None:
        return None

    @lru_cache(_MASKS)
    def mask(image: int) -> np.ndarray:
        return in_view(truth(int(mining.records[image])), subject.preprocessing).mask

    def shares(found: _Projected, images: np.ndarray) -> Shares:
        masks = np.stack([mask(int(image)) for image in images])
        fields = found.fields.clipped(masks.shape[1:])
        return energy_shares(
            found.projections, found.tops, found.lefts, fields, masks, parts.mean_mask
        )

    return shares


@dataclass(frozen=True)
class _Work:
    """What the tiles of all layers are made from; ``window`` is how their side is chosen."""

    subject: Subject
    mining: MiningResult
    window: str
    shares: _SharesFunction | None
    windows: Mapping[str, tuple[int, float]]
    bar: Any


def _layer(
    work: _Work, layer: ReportableLayer, maps: np.ndarray, deconvnet: Deconvnet | None
) -> dict[str, Any]:
    """Project, cut and encode one layer's tiles; without a deconvnet patches alone."""
    subject, mining, shares = work.subject, work.mining, work.shares
    graph, count = subject.graph, mining.values[layer.name].shape[1]
    shape = graph.input_shape
    rows, cols = mining.rows[layer.name][maps], mining.cols[layer.name][maps]
    fields = unit_fields(graph, layer.node, rows.ravel(), cols.ravel())
    full = max(fields.size)
    side, share = work.windows.get(layer.name, (full, 1.0))
    encoded: dict[str, list[bytes]] = {"patches": [], "projections": []}
    map_scales = np.zeros(len(maps), np.float32)
    scales = np.zeros((len(maps), count), np.float32)
    tile_scales, peaks, strengths = (np.zeros_like(scales) for _ in range(3))
    energies = Shares(*(np.full(scales.shape, np.nan, np.float32) for _ in range(3)))
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(maps), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            found, pictures = _project(subject, deconvnet, mining, layer, maps[chunk])
            if start == 0 and work.window == "energy":
                sample: _Projected | None = found
                most = _CHUNK if deconvnet else _UNPROJECTED
                if len(maps) > most or deconvnet is None:
                    spread = np.linspace(0, len(maps) - 1, most).round().astype(int)
                    sample = _sample(subject, deconvnet, mining, layer, maps[np.unique(spread)])
                if sample is not None:
                    energy = energy_by_side(
                        sample.projections, sample.tops, sample.lefts, sample.fields
                    )
                    side, share = window_side(energy, full)
            signed = np.zeros((len(maps[chunk]), count, side, side, 3), np.float32)
            signed[tuple(found.units.T)] = cut_tiles(
                found.projections, found.tops, found.lefts, found.fields, side, 0.0
            )
            map_scales[chunk], tile_scales[chunk], peaks[chunk] = _measured(signed)
            scales[chunk] = np.maximum(
                tile_scales[chunk], np.minimum(map_scales[chunk, None], peaks[chunk])
            )
            tiles = quantised(signed.reshape(-1, side, side, 3), scales[chunk].ravel()).reshape(
                signed.shape
            )
            strengths[chunk] = [
                tone.root_mean_squares(tone.signed(nine), full)
                for nine, full in zip(tiles, scales[chunk], strict=True)
            ]
            if shares is not None and len(found.units):
                units = found.units + [start, 0]
                images = mining.images[layer.name][maps[units[:, 0]], units[:, 1]]
                energies.put(units, shares(found, images))
            patches = _patches(subject, mining, layer, maps[chunk], pictures, side)
            encoded["patches"] += pool.map(patch_encoder(side, len(maps)), map(mosaic, patches))
            if deconvnet:
                encode = projection_encoder(side, len(maps))
                encoded["projections"] += pool.map(encode, map(mosaic, tiles))
            else:
                encoded["projections"] += [b""] * len(tiles)
            work.bar.update(len(maps[chunk]))
    return {
        "window": side,
        "energy_share": share,
        "receptive_field": [0, 0] if fields.everywhere else list(fields.size),
        "fields": fields.clipped(shape).reshape(len(maps), count, 4),
        "scales": scales,
        "map_scales": map_scales,
        "tile_scales": tile_scales,
        "peaks": peaks,
        "strengths": strengths,
        "inside": energies.inside,
        "inside_area": energies.area,
        "inside_elsewhere": energies.elsewhere,
        **{name: np.frombuffer(b"".join(parts), np.uint8) for name, parts in encoded.items()},
        "patch_offsets": offsets(encoded["patches"]),
        "projection_offsets": offsets(encoded["projections"]),
    }


def _sample(
    subject: Subject,
    deconvnet: Deconvnet | None,
    mining: MiningResult,
    layer: ReportableLayer,
    maps: np.ndarray,
) -> _Projected | None:
    """Project what the window is chosen by; without a deconvnet gradients, where finite."""
    if deconvnet is not None:
        return _project(subject, deconvnet, mining, layer, maps)[0]
    try:
        gradient = subject.deconvnet("gradient")
        return _project(subject, gradient, mining, layer, maps)[0]
    except NotApplicable:
        return None


def _project(
    subject: Subject,
    deconvnet: Deconvnet | None,
    mining: MiningResult,
    layer: ReportableLayer,
    maps: np.ndarray,
) -> tuple[_Projected, dict[int, np.ndarray]]:
    """Project the active units of some maps; also return the pictures by image.

    Without a deconvnet no unit is projected.
    """
    values, images = mining.values[layer.name][maps], mining.images[layer.name][maps]
    wanted = np.unique(images[images >= 0])
    pictures = subject.pictures(mining.records[wanted])
    units = np.argwhere(values > 0) if deconvnet else np.zeros((0, 2), np.int64)
    taken = tuple(units.T)
    numbers = np.searchsorted(wanted, images[taken])
    rows, cols = mining.rows[layer.name][maps][taken], mining.cols[layer.name][maps][taken]
    inputs = subject.preprocessing.tensor(pictures)
    parts = (
        list(deconvnet.project_units(inputs, layer, numbers, rows, cols, maps[units[:, 0]]))
        if deconvnet
        else []
    )
    order = np.concatenate([part.chosen for part in parts]) if parts else np.zeros(0, int)
    found = _Projected(
        units[order],
        np.concatenate([subject.to_rgb(part.pictures) for part in parts])
        if parts
        else np.zeros((0, 1, 1, 3), np.float32),
        np.concatenate([part.tops for part in parts]) if parts else order,
        np.concatenate([part.lefts for part in parts]) if parts else order,
        unit_fields(subject.graph, layer.node, rows[order], cols[order]),
    )
    seen = subject.preprocessing.shown(pictures)
    return found, dict(zip(wanted.tolist(), seen, strict=True))


def _measured(signed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the scale of each map's nine together [m], that of each tile, and its peak [m, K]."""
    strength = np.abs(signed).reshape(*signed.shape[:2], -1)
    maps = [display_scale(nine) for nine in strength]
    tiles = [[display_scale(tile) for tile in nine] for nine in strength]
    return np.array(maps), np.array(tiles), strength.max(axis=2)


def _patches(
    subject: Subject,
    mining: MiningResult,
    layer: ReportableLayer,
    maps: np.ndarray,
    pictures: dict[int, np.ndarray],
    side: int,
) -> np.ndarray:
    """Cut the pictures' tiles: uint8 [m, K, s, s, 3]; dead maps stay grey."""
    values, images = mining.values[layer.name][maps], mining.images[layer.name][maps]
    patches = np.full((*images.shape, side, side, 3), GREY, np.uint8)
    living = _shown(layer, values, images)[:, :1]
    shown = tuple(np.argwhere((images >= 0) & living).T)
    rows, cols = mining.rows[layer.name][maps][shown], mining.cols[layer.name][maps][shown]
    if len(rows):
        fields = unit_fields(subject.graph, layer.node, rows, cols)
        none = np.zeros(len(rows), int)
        stack = np.stack([pictures[image] for image in images[shown]])
        patches[shown] = cut_tiles(stack, none, none, fields, side, GREY)
    return patches
