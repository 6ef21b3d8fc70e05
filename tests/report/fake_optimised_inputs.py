"""Made-up results: optimised inputs."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.optimised_inputs.result import OptimisedInputsResult
from vizreport.experiments.top_patches.result import TopPatchesResult

_SIDE = 24


def make_optimised_inputs(
    random: np.random.Generator, top: TopPatchesResult, hostile: bool
) -> OptimisedInputsResult:
    layers = [*top.layers][-2 if hostile else 0 :]
    variants, steps = 1 + 3 * hostile, 12
    maps = {name: top.layers[name].maps[:5] for name in layers}

    def drawn(*shape: int) -> np.ndarray:
        return random.integers(0, 256, (*shape, _SIDE, _SIDE, 3), dtype=np.uint8)

    strongest = {
        name: np.full(len(maps[name]), -2.0 if hostile else 40.0, np.float32) for name in layers
    }
    rise = np.linspace(0, 2, steps, dtype=np.float32)
    return OptimisedInputsResult(
        layers=layers,
        maps=maps,
        pictures={name: drawn(len(maps[name]), variants) for name in layers},
        plain={name: drawn(len(maps[name])) for name in layers},
        natural={name: drawn(len(maps[name])) for name in layers},
        reached={n: np.full((len(maps[n]), variants), 80, np.float32) for n in layers},
        plain_reached={n: np.full(len(maps[n]), 95, np.float32) for n in layers},
        strongest=strongest,
        contrasts={n: np.full(len(maps[n]), 55, np.float32) for n in layers},
        curves={n: strongest[n][:, None] * rise for n in layers},
        mean_colour=np.array([120, 115, 104], np.float32),
        steps=steps,
        plain_steps=steps // 3,
        multiplications=6.5e11,
    )
