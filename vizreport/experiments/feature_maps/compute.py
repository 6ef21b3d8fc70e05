"""Whole images, projections under the other rules, and similarity of maps."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from vizreport.drawing.tiles import cut_tiles, display_scale, quantised
from vizreport.engine.deconvnet import Deconvnet
from vizreport.engine.presets import PRESETS, rule_problem
from vizreport.experiments.feature_maps import neighbours
from vizreport.experiments.feature_maps.images import MOST_IMAGES, wanted_images
from vizreport.experiments.feature_maps.result import (
    RANKS,
    FeatureMapsResult,
    OtherRules,
    PagedLayer,
)
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.settings import Given
from vizreport.experiments.top_patches.pictures import (
    lossy,
    offsets,
    projection_encoder,
)
from vizreport.experiments.top_patches.result import TopPatchesResult, first_places
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.subject.subject import Subject
from vizreport.system.processors import processors
from vizreport.system.progress import progress

_DECODED = 64  # at once: bounds memory


def compute(
    subject: Subject,
    settings: Given,
    mining: MiningResult,
    top_patches: TopPatchesResult,
    feeding_maps: TopPatchesResult,
) -> FeatureMapsResult:
    """Gather what the pages of single maps show.

    Reads the results of mining, of the top-9, and of the maps that feed them.
    """
    layers = [
        layer
        for layer in subject.chosen_layers(settings.layers)
        if layer.name in top_patches.layers
    ]
    images = np.union1d(
        wanted_images([top_patches.layers[layer.name] for layer in layers], MOST_IMAGES),
        wanted_images([*feeding_maps.layers.values()], MOST_IMAGES // 2),
    ).astype(np.int32)
    paged: dict[str, PagedLayer] = {}
    with (
        ThreadPoolExecutor(processors()) as pool,
        progress("comparing rules", len(layers), "layers") as bar,
    ):
        encoded = _pictures(subject, mining, images, pool)
        for layer in layers:
            similarity, maps = (
                mining.layers[layer.name].similarity,
                top_patches.layers[layer.name].maps,
            )
            near, how = neighbours.neighbours(similarity, maps)
            paged[layer.name] = PagedLayer(
                others=_compared(subject, mining, top_patches, layer, pool),
                neighbours=near,
                similarity=how,
                order=neighbours.side_by_side(similarity, maps),
            )
            bar.update(1)
    return FeatureMapsResult(
        layers=paged,
        size=list(subject.preprocessing.input_size),
        images=images,
        pictures=_joined(encoded),
        picture_offsets=offsets(encoded),
        rule=top_patches.rule,
    )


def _pictures(
    subject: Subject, mining: MiningResult, images: np.ndarray, pool: ThreadPoolExecutor
) -> list[bytes]:
    encoded: list[bytes] = []
    for start in range(0, len(images), _DECODED):
        part = images[start : start + _DECODED]
        encoded += pool.map(lossy, subject.shown(mining.records[part]))
    return encoded


def _compared(
    subject: Subject,
    mining: MiningResult,
    top: TopPatchesResult,
    layer: ReportableLayer,
    pool: ThreadPoolExecutor,
) -> OtherRules:
    """Project a sample of a layer's maps under the other rules."""
    graph, shown = subject.graph, top.layers[layer.name]
    side, maps = shown.tiles.window, shown.maps[first_places(shown)]
    rules = [
        rule for rule in PRESETS if rule != top.rule and not rule_problem(graph, layer.node, rule)
    ]  # fmt: skip
    rows, scales = [], np.zeros((len(maps), len(rules)), np.float32)
    for i, rule in enumerate(rules):
        tiles = _tiles(subject, subject.deconvnet(rule), mining, layer, maps, side)
        scales[:, i] = [display_scale(np.abs(three)) for three in tiles]
        flat = quantised(tiles.reshape(-1, side, side, 3), scales[:, i].repeat(RANKS))
        rows.append(flat.reshape(len(maps), RANKS, side, side, 3).swapaxes(1, 2))
    encoded = [b""] * len(maps)
    if rows:
        pictures = np.concatenate(rows, axis=1).reshape(len(maps), len(rules) * side, -1, 3)
        encoded = list(pool.map(projection_encoder(side, len(shown.maps)), pictures))
    return OtherRules(
        rules=rules,
        maps=maps,
        projections=_joined(encoded),
        projection_offsets=offsets(encoded),
        scales=scales,
    )


def _tiles(
    subject: Subject,
    deconvnet: Deconvnet,
    mining: MiningResult,
    layer: ReportableLayer,
    maps: np.ndarray,
    side: int,
) -> np.ndarray:
    """Project the strongest units of some maps: float32 [c, RANKS, s, s, 3]."""
    tiles = np.zeros((len(maps), RANKS, side, side, 3), np.float32)
    values, images, rows, cols = (
        getattr(mining.layers[layer.name], field)[maps, :RANKS]
        for field in ("values", "images", "rows", "cols")
    )
    units = np.argwhere(values > 0)
    if not len(units):
        return tiles
    taken = tuple(units.T)
    wanted, indices = np.unique(images[taken], return_inverse=True)
    inputs = subject.preprocessing.tensor(subject.pictures(mining.records[wanted]))
    for part in deconvnet.project_units(
        inputs, layer, indices, rows[taken], cols[taken], maps[units[:, 0]]
    ):
        chosen = tuple(units[part.chosen].T)
        fields = unit_fields(deconvnet.graph, layer.node, rows[chosen], cols[chosen])
        pictures = deconvnet.to_rgb(part.pictures)
        tiles[chosen] = cut_tiles(pictures, part.tops, part.lefts, fields, side, 0.0)
    return tiles


def _joined(parts: Iterable[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(parts), np.uint8)
