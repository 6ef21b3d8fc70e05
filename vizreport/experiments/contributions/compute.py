"""Contributions of the maps below, from the output down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vizreport.engine.contributions import contributions, layers_below
from vizreport.engine.projection.units import Units
from vizreport.experiments.contributions.result import (
    SOURCES,
    UNITS,
    ContributionsResult,
    SplitLayer,
)
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.settings import Given
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.graph.layers import ReportableLayer
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

_FOLLOWED = 4  # of a map's largest contributions: as many as its page shows
_MOST = 48  # maps of a layer that are pictured for what they give, or as many as it shows
_CHUNK = 128  # maps at once: bounds the images held


def compute(
    subject: Subject, settings: Given, mining: MiningResult, top_patches: TopPatchesResult
) -> ContributionsResult:
    """Split the strongest units of the maps shown, and of those that feed them.

    Reads the results of mining and of the top-9.
    """
    layers = [
        layer
        for layer in subject.chosen_layers(settings.layers)
        if layer.name in top_patches.layers
    ]
    graph = subject.graph
    below = {layer.name: layers_below(graph, layer, layers) for layer in layers}
    wanted: dict[str, list[tuple[int, float, int]]] = {layer.name: [] for layer in layers}
    found: dict[str, SplitLayer] = {}
    with progress("following contributions", len(layers), "layers") as bar:
        for layer in reversed(layers):  # what feeds the maps above is known by then
            shown = top_patches.layers[layer.name].maps
            feeding = _feeding(wanted[layer.name], shown, max(_MOST, len(shown)))
            maps = np.union1d(shown, feeding).astype(np.int32)
            split = _split(subject, mining, layer, below[layer.name], layers, maps)
            names = [other.name for other in below[layer.name]]
            found[layer.name] = SplitLayer(names, maps, feeding, *split)
            for sources, shares, _ in zip(*split, strict=True):
                for rank in range(_FOLLOWED):
                    place, source = sources[rank]
                    if place >= 0:
                        name = layers[place].name
                        wanted[name].append((rank, -float(shares[rank]), int(source)))
            bar.update(1)
    return ContributionsResult({layer.name: found[layer.name] for layer in layers})


def _feeding(wanted: Sequence[tuple[int, float, int]], shown: np.ndarray, most: int) -> np.ndarray:
    """Choose the maps that are not shown and feed most: largest contributions first, int32 [f]."""
    ranked = dict.fromkeys(source for *_, source in sorted(wanted))
    others = [source for source in ranked if source not in shown]
    return np.array(sorted(others[:most]), np.int32)


def _split(
    subject: Subject,
    mining: MiningResult,
    layer: ReportableLayer,
    below: Sequence[ReportableLayer],
    layers: Sequence[ReportableLayer],
    maps: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the largest contributions to some maps: sources, shares and what all explain."""
    sources = np.full((len(maps), SOURCES, 2), -1, np.int32)
    shares = np.full((len(maps), SOURCES), np.nan, np.float32)
    explained = np.full(len(maps), np.nan, np.float32)
    if not below:
        return sources, shares, explained
    owners = np.concatenate([np.full(other.maps, layers.index(other), np.int32) for other in below])
    indices = np.concatenate([np.arange(other.maps, dtype=np.int32) for other in below])
    for start in range(0, len(maps), _CHUNK):
        chunk = maps[start : start + _CHUNK]
        for place, given in enumerate(_shares(subject, mining, layer, below, chunk), start):
            if not np.isfinite(given).all():
                continue
            explained[place] = given.sum()
            largest = np.argsort(-given, kind="stable")[:SOURCES]
            largest = largest[given[largest] > 0]
            sources[place, : len(largest)] = np.stack([owners[largest], indices[largest]], axis=1)
            shares[place, : len(largest)] = given[largest]
    return sources, shares, explained


def _shares(
    subject: Subject,
    mining: MiningResult,
    layer: ReportableLayer,
    below: Sequence[ReportableLayer],
    maps: np.ndarray,
) -> np.ndarray:
    """Return what each map below gives to some maps, as a share: float [maps, M], or NaN."""
    values, images, rows, cols = (
        getattr(mining.layers[layer.name], field)[maps, :UNITS]
        for field in ("values", "images", "rows", "cols")
    )
    mean = np.full((len(maps), sum(other.maps for other in below)), np.nan)
    units = np.argwhere(values > 0)
    if not len(units):
        return mean
    taken = tuple(units.T)
    kept, inverse = np.unique(images[taken], return_inverse=True)
    inputs = subject.preprocessing.tensor(subject.pictures(mining.records[kept]))
    split = Units.of(inverse, rows[taken], cols[taken], maps[units[:, 0]])
    deconvnet = subject.deconvnet("gradient")
    given, activations = contributions(deconvnet, inputs, layer, below, split)
    with np.errstate(divide="ignore", invalid="ignore"):
        given = given.astype(np.float64) / activations[:, None]
    for place in np.unique(units[:, 0]):
        mean[place] = given[units[:, 0] == place].mean(axis=0)
    return mean
