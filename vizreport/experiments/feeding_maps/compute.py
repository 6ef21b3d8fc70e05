"""The top-9 of maps that the choice left out though they feed maps that are shown."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.contributions.result import ContributionsResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.parts.result import PartsResult
from vizreport.experiments.settings import Given
from vizreport.experiments.top_patches.choice import MapChoice
from vizreport.experiments.top_patches.compute import project_maps
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject


def compute(
    subject: Subject,
    settings: Given,
    top_patches: TopPatchesResult,
    contributions: ContributionsResult,
    mining: MiningResult,
    parts: PartsResult,
    pieces: Pieces,
) -> TopPatchesResult:
    """Project the strongest units of these maps, as the top-9 do, in tiles of the same size.

    Reads the results of mining, parts, the top-9 and the contributions.

    Returns
    -------
    TopPatchesResult
        Without the layers of which all such maps are shown.
    """
    choices = {
        name: _all_of(layer.feeding)
        for name, layer in contributions.layers.items()
        if len(layer.feeding)
    }
    tiles = {name: top_patches.layers[name].tiles for name in choices}
    windows = {name: (each.window, each.energy_share) for name, each in tiles.items()}
    same = Given(layers=settings.layers, rule=settings.rule, window="given")
    return project_maps(subject, pieces, same, mining, parts, choices, windows)


def _all_of(maps: np.ndarray) -> MapChoice:
    return MapChoice(maps, np.arange(len(maps), dtype=np.int32), np.zeros(len(maps), bool))
