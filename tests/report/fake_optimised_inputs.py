"""Made-up results: optimised inputs."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.optimised_inputs.result import OptimisedInputsResult, OptimisedLayer
from vizreport.experiments.top_patches.result import TopPatchesResult

_SIDE = 24


def make_optimised_inputs(
    random: np.random.Generator, top: TopPatchesResult, hostile: bool
) -> OptimisedInputsResult:
    variants, steps = 1 + 3 * hostile, 12
    rise = np.linspace(0, 2, steps, dtype=np.float32)

    def drawn(*shape: int) -> np.ndarray:
        return random.integers(0, 256, (*shape, _SIDE, _SIDE, 3), dtype=np.uint8)

    def layer_of(maps: np.ndarray) -> OptimisedLayer:
        count = len(maps)
        strongest = np.full(count, -2.0 if hostile else 40.0, np.float32)
        return OptimisedLayer(
            maps=maps,
            pictures=drawn(count, variants),
            plain=drawn(count),
            natural=drawn(count),
            reached=np.full((count, variants), 80, np.float32),
            plain_reached=np.full(count, 95, np.float32),
            strongest=strongest,
            contrasts=np.full(count, 55, np.float32),
            curves=strongest[:, None] * rise,
        )

    names = [*top.layers][-2 if hostile else 0 :]
    return OptimisedInputsResult(
        layers={name: layer_of(top.layers[name].maps[:5]) for name in names},
        mean_colour=np.array([120, 115, 104], np.float32),
        steps=steps,
        plain_steps=steps // 3,
        multiplications=6.5e11,
    )
