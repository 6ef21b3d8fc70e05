"""Spectra, duplicates and aliasing of a network's first layers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np

from vizreport.drawing.tiles import cut_tiles, display_scale, energy_by_side, quantised
from vizreport.drawing.tiles import window_side as smallest_window
from vizreport.engine.choice import choose_layers
from vizreport.engine.features import feature_function
from vizreport.engine.presets import rule_problem
from vizreport.errors import NotApplicable
from vizreport.experiments.architecture.duplicates import Moments, cosines, earlier_twins
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.architecture.spectrum import (
    radial_spectra,
    radii,
)
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import first_layer
from vizreport.experiments.settings import Given
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer, reportable_layers
from vizreport.subject.subject import Subject

IMAGES = 64  # of the sample whose activations are correlated
_TOGETHER = 8  # of them at once, since all layers' outputs are held
PLACES = 16  # rows and columns of a map that are compared, at most
MAPS = 48  # of layer 2 that are projected
STRONGEST = 3  # projections a map
TILES = 32


@dataclass(frozen=True)
class _Second:
    """What the projections of layer 2 show; fields as in the result."""

    second: str = ""
    second_reason: str = ""
    tiles: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1, 3), np.uint8))
    tile_maps: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))


def compute(
    subject: Subject, settings: Given, mining: MiningResult, filters: FiltersResult
) -> ArchitectureResult:
    """Measure what Fig. 6 shows to the eye.

    Reads the mining result and the filters.
    """
    graph = subject.graph
    first = next(x for x in reportable_layers(graph) if x.name == filters.layer)
    reach = graph.nodes[first.producer].step.reach
    assert reach is not None
    stride = [int(axis.stride) for axis in reach]
    weights = filters.filters.astype(np.float64)
    spectra = radial_spectra(weights)
    filter_twins, similarity = earlier_twins(cosines(weights))
    twins, correlation, images = _correlated(subject, settings.seed, mining)
    return ArchitectureResult(
        layer=first.name,
        stride=stride,
        radii=radii().astype(np.float32),
        spectra=spectra.astype(np.float32),
        rms=np.sqrt(np.mean(np.square(weights), axis=(1, 2, 3))).astype(np.float32),
        filter_twins=filter_twins,
        filter_similarity=similarity,
        twins=twins,
        correlation=correlation,
        correlated_images=images,
        **vars(_second(subject, settings, mining, first)),
    )


def _correlated(
    subject: Subject, seed: int, mining: MiningResult
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], int]:
    """Correlate the maps of every mined layer with places over a sample of images."""
    graph = subject.graph
    layers = [
        layer
        for layer in reportable_layers(graph)
        if layer.name in mining.layers and layer.rows * layer.cols > 1
    ]
    random = np.random.default_rng([seed, zlib.crc32(b"architecture")])
    count = min(IMAGES, len(mining.records))
    chosen = np.sort(random.choice(len(mining.records), count, replace=False))
    moments = {layer.name: Moments(layer.maps) for layer in layers}
    steps = [(-(-layer.rows // PLACES), -(-layer.cols // PLACES)) for layer in layers]
    nodes = [layer.node for layer in layers]
    forward = subject.traced.compiled(
        ("features", *nodes), lambda: feature_function(graph, nodes, steps)
    )
    size = min(_TOGETHER, subject.batch_size)
    for start in range(0, count, size):
        pictures = subject.pictures(mining.records[chosen[start : start + size]])
        seen = forward(subject.preprocessing.tensor(pictures))
        for layer, maps in zip(layers, seen, strict=True):
            moments[layer.name].add(maps)
    found = {name: earlier_twins(each.correlations()) for name, each in moments.items()}
    return (
        {name: twins for name, (twins, _) in found.items()},
        {name: similarity for name, (_, similarity) in found.items()},
        count,
    )


def _second(
    subject: Subject,
    settings: Given,
    mining: MiningResult,
    first: ReportableLayer,
) -> _Second:
    """Project the strongest unit of a sample of layer 2's maps."""
    graph = subject.graph
    layer = next(
        (
            x
            for x in choose_layers(graph)
            if x.node > first.node and x.rows * x.cols > 1 and first.node in graph.ancestors(x.node)
        ),
        None,
    )
    if layer is None:
        return _Second("", "the network has no second spatial layer")
    if layer.name not in mining.layers and first_layer(mining):
        return _Second(layer.name, f"values of layer {layer.name} are not finite")
    if layer.name not in mining.layers:
        return _Second(layer.name, f"layer {layer.name} is not among the requested layers")
    problem = rule_problem(graph, layer.node, settings.rule)
    if problem:
        return _Second(layer.name, problem)
    alive = np.flatnonzero(mining.layers[layer.name].values[:, 0] > 0)
    if not len(alive):
        return _Second(layer.name, f"every map of layer {layer.name} is dead")
    random = np.random.default_rng([settings.seed, zlib.crc32(layer.name.encode())])
    maps = np.sort(random.choice(alive, min(MAPS, len(alive)), replace=False))
    try:
        projected = _project(subject, settings.rule, mining, layer, maps)
    except NotApplicable as problem:
        return _Second(layer.name, str(problem))
    if not len(projected.maps):
        return _Second(layer.name, f"no projection of layer {layer.name} reaches the input")
    tiles, tile_maps = _tiles(subject, layer, projected)
    return _Second(second=layer.name, tiles=tiles, tile_maps=tile_maps)


@dataclass(frozen=True)
class _SampleProjections:
    """Projections [U, h, w, 3] in RGB, none of them all zero, strongest first in each map."""

    pictures: np.ndarray
    tops: np.ndarray
    lefts: np.ndarray
    maps: np.ndarray
    rows: np.ndarray
    cols: np.ndarray


def _project(
    subject: Subject, rule: str, mining: MiningResult, layer: ReportableLayer, maps: np.ndarray
) -> _SampleProjections:
    mined = mining.layers[layer.name]
    values = mined.values[maps, :STRONGEST]
    units = np.argwhere(values > 0)
    place = (maps[units[:, 0]], units[:, 1])
    images, rows, cols = mined.images[place], mined.rows[place], mined.cols[place]
    wanted, indices = np.unique(images, return_inverse=True)
    inputs = subject.preprocessing.tensor(subject.pictures(mining.records[wanted]))
    deconvnet = subject.deconvnet(rule)
    parts = list(deconvnet.project_units(inputs, layer, indices, rows, cols, place[0]))
    order = np.concatenate([part.chosen for part in parts])
    back = np.argsort(order)
    pictures = np.concatenate([subject.to_rgb(part.pictures) for part in parts])[back]
    tops = np.concatenate([part.tops for part in parts])[back]
    lefts = np.concatenate([part.lefts for part in parts])[back]
    seen = pictures.any(axis=(1, 2, 3))
    return _SampleProjections(*(x[seen] for x in (pictures, tops, lefts, place[0], rows, cols)))


def _tiles(
    subject: Subject, layer: ReportableLayer, found: _SampleProjections
) -> tuple[np.ndarray, np.ndarray]:
    """Cut the strongest projection of each map, on its own scale, in the energy window."""
    fields = unit_fields(subject.graph, layer.node, found.rows, found.cols)
    energy = energy_by_side(found.pictures, found.tops, found.lefts, fields)
    side, _ = smallest_window(energy, max(fields.size))
    signed = cut_tiles(found.pictures, found.tops, found.lefts, fields, side, 0.0)
    maps, strongest = np.unique(found.maps, return_index=True)
    spread = np.linspace(0, len(maps) - 1, min(TILES, len(maps))).round().astype(int)
    chosen = signed[strongest[spread]]
    scales = np.array([display_scale(np.abs(tile)) for tile in chosen])
    return quantised(chosen, scales), maps[spread].astype(np.int32)
