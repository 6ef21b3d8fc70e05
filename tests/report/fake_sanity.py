"""Made-up results: sanity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.report import fake_pictures
from tests.report.fake_results import make_layers
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.sanity.result import (
    METHODS,
    SanityResult,
    States,
    TestedLayer,
    TestedUnits,
)


def make_sanity(
    random: np.random.Generator, mining: MiningResult, seen: np.ndarray, hostile: bool
) -> SanityResult:
    chosen = make_layers(hostile)
    layers = [chosen[2][0], chosen[3][0]]
    methods = list(METHODS[:1] if hostile else METHODS)
    pieces = {
        layers[0]: [[chosen[2][0]], [chosen[1][0], "fire5"], ["conv1"]],
        layers[1]: [[chosen[3][0]], *([f"fire{n}", f"fire{n}_1x1"] for n in range(8, 1, -1))],
    }
    units = 2 if hostile else 8
    tested: dict[str, TestedLayer] = {}
    for layer, steps in pieces.items():
        states = 1 + len(steps) + 3
        fall = np.linspace(0.9, 0.3, len(steps))[None, :, None, None]
        noise = random.uniform(-0.1, 0.1, (len(methods), len(steps), units, 4))
        apart = np.array([0.5, 0.3, 0.15])[None, :, None, None]
        tile = fake_pictures.projection(seen[0])[20:170, 40:200]
        shape = (len(methods), states)
        scales = np.geomspace(2, 0.001, states)[None].repeat(len(methods), 0).astype(np.float32)
        blank = np.zeros(shape, np.int32)
        if hostile:
            scales[0, -4], blank[0, -4], blank[0, 0] = 0, 1, 1
        cascade = (fall + noise).astype(np.float32)
        controls = np.broadcast_to(apart, (len(methods), 3, units, 4)).astype(np.float32)
        if hostile:
            cascade[:, :, 1], controls[:, :, 1] = np.nan, np.nan
        ends = np.stack([cascade[:, 0], cascade[:, -1], controls[:, 2]], axis=1)
        tested[layer] = TestedLayer(
            scores=layer == layers[1],
            steps=steps,
            poolings=0 if hostile else 3,
            tried=16,
            visible=11,
            units=TestedUnits(
                images=np.arange(units, dtype=np.int32),
                maps=np.arange(units, dtype=np.int32),
                rows=np.zeros(units, np.int32),
                cols=np.zeros(units, np.int32),
                values=np.full(units, 9.5, np.float32),
            ),
            states=States(
                fields=np.tile(np.array([40, 20, 200, 170], np.int32), (units, 1)),
                cascade=cascade,
                controls=controls,
                drawn=ends[:, None].repeat(3, axis=1),
                blank=blank,
                pictures=seen[0, 20:170, 40:200],
                projections=np.broadcast_to(tile, (*shape, *tile.shape)).copy(),
                scales=scales,
            ),
        )
    maps = 0 if hostile else 2
    cut = seen[:9, 60:120, 60:120]
    tiles = np.stack([fake_pictures.projection(one) for one in cut])
    panel = {
        "panel_maps": np.arange(maps, dtype=np.int32),
        "panel_others": np.arange(1, maps + 1, dtype=np.int32),
        "panel_alike": np.stack([np.full((maps, 9), value, np.float32) for value in (0.2, 0.7)]),
        "panel_rectifiers": ["fire5", "conv1"][:maps],
        "panel_passed": np.array([[0.4, 0.02], [0.3, 0.5]], np.float32)[:, :maps],
        "panel_shown": np.ones((maps, 9), bool),
        "panel_insides": np.tile(np.array([0, 0, 60, 60], np.int32), (maps, 9, 1)),
        "panel_patches": np.stack([cut] * 2)[:maps],
        "panel_projections": np.stack([np.stack([tiles] * 2)[:maps]] * 2),
        "panel_strengths": np.ones((2, maps, 9), np.float32),
        "panel_peaks": np.ones((2, maps, 9), np.float32),
    }
    return SanityResult(
        layers=tested,
        methods=methods,
        problems={"guided": "guided has no rule for silu (layer 'x<y>')"} if hostile else {},
        **panel,
    )


def with_states(result: SanityResult, layer: str, **changed: np.ndarray) -> SanityResult:
    """Exchange some of what is known of a layer's states."""
    tested = result.layers[layer]
    tested = replace(tested, states=replace(tested.states, **changed))
    return replace(result, layers={**result.layers, layer: tested})
