"""Made-up results: contributions, and the maps that feed those shown."""

from __future__ import annotations

import numpy as np

from tests.report.fake_projections import make_top_patches
from vizreport.experiments.contributions.result import SOURCES, ContributionsResult, SplitLayer
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.top_patches.result import TopPatchesResult

FEEDING = 2  # maps of the second layer


def make_contributions(
    random: np.random.Generator, mining: MiningResult, top: TopPatchesResult
) -> ContributionsResult:
    """Every living map is fed by seven of the layer below: one has no page, and one is dead.

    A map that is never above 0 feeds others where the activation is smooth.
    """
    names = list(top.layers)
    feeding = {name: np.zeros(0, np.int32) for name in names}
    others = np.setdiff1d(np.arange(len(mining.layers[names[1]].values)), top.layers[names[1]].maps)
    feeding[names[1]] = others[:FEEDING].astype(np.int32)
    maps = {
        name: np.union1d(top.layers[name].maps, feeding[name]).astype(np.int32) for name in names
    }
    layers = {}
    for place, name in enumerate(names):
        count = len(maps[name])
        sources = np.full((count, SOURCES, 2), -1, np.int32)
        shares = np.full((count, SOURCES), np.nan, np.float32)
        if place:
            lower = names[place - 1]
            shown = top.layers[lower]
            unseen = np.setdiff1d(np.arange(len(mining.layers[lower].values)), maps[lower])[0]
            for row in np.flatnonzero(mining.layers[name].values[maps[name], 0] > 0):
                living = random.permutation(shown.maps[~shown.dead])
                given = [*feeding[lower], *living][: SOURCES - 3]
                given.insert(1, unseen)
                given.insert(2, shown.maps[shown.dead][0])
                sources[row, : SOURCES - 1] = [(place - 1, number) for number in given]
                shares[row, : SOURCES - 1] = np.linspace(0.3, 0.05, SOURCES - 1)
        layers[name] = SplitLayer(
            below=names[place - 1 : place] if place else [],
            maps=maps[name],
            feeding=feeding[name],
            sources=sources,
            shares=shares,
            explained=np.where(shares[:, 0] > 0, 1.08, np.nan).astype(np.float32),
        )
    return ContributionsResult(layers)


def make_feeding_maps(
    mining: MiningResult, found: ContributionsResult, seen: np.ndarray, hostile: bool
) -> TopPatchesResult:
    maps = {name: each.feeding for name, each in found.layers.items() if len(each.feeding)}
    return make_top_patches(np.random.default_rng(12), mining, seen, hostile, maps)
