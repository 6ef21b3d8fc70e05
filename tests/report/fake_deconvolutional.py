"""A made-up deconvolutional network."""

from __future__ import annotations

import numpy as np

from tests.report.fake_results import HOSTILE
from vizreport.experiments.deconvolutional.result import DeconvolutionalResult


def make_deconvolutional(hostile: bool) -> DeconvolutionalResult:
    """Return 24 and 24 colour maps; or, hostile, 3 and 5 grey ones with dead maps in each layer."""
    random = np.random.default_rng(4)
    depth, size, held_out = (1, 32, 1) if hostile else (3, 64, 20)
    maps = [3, 5] if hostile else [24, 24]
    shown = min(3, held_out)
    y, x = np.mgrid[-1:1:7j, -1:1:7j]
    angles = random.uniform(0, np.pi, (depth, maps[0]))
    first = np.sin(4 * (x[..., None, None] * np.cos(angles) + y[..., None, None] * np.sin(angles)))
    second = random.normal(size=(5, 5, *maps))
    activations = [
        -np.sort(-random.gamma(2, 2, (count, 9)), 1).astype(np.float32) for count in maps
    ]
    activations[1][1, 4:] = 0
    if hostile:
        activations[0][2] = activations[1][0] = 0

    def noise(*shape: int) -> np.ndarray:
        return random.integers(-100, 101, shape).astype(np.int8)

    def pixels(*shape: int) -> np.ndarray:
        return random.integers(0, 256, shape).astype(np.uint8)

    return DeconvolutionalResult(
        data=HOSTILE[4] if hostile else "scenes (train)",
        data_fingerprint="f" * 64,
        pictures=4 if hostile else 80,
        settings={
            "input_size": size,
            "channels": "L" if hostile else "RGB",
            "maps": maps,
            "weights": [1.0, 0.5],
            "sides": [7, 5],
            "pooling": 2,
            "iterations": 15,
            "epochs": 3,
            "batch_size": 8,
            "seed": 0,
        },
        filters={
            "1": (first / np.sqrt((first**2).sum((0, 1, 2)))).astype(np.float32),
            "2": (second / np.sqrt((second**2).sum((0, 1, 2)))).astype(np.float32),
        },
        learning={"1": 2000 / np.arange(1.0, 31) ** 0.3, "2": 1500 / np.arange(1.0, 31) ** 0.2},
        inference={"1": 900 + 2000 * 0.6 ** np.arange(16), "2": 500 + 2400 * 0.5 ** np.arange(16)},
        snr={"1": random.normal(10, 1, held_out), "2": random.normal(12, 1, held_out)},
        active={"1": random.uniform(0.05, 0.1, held_out), "2": random.uniform(0.1, 0.3, held_out)},
        units={"1": (size + 6) ** 2 * maps[0], "2": (size // 2 + 7) ** 2 * maps[1]},
        examples=pixels(shown, size, size, 3),
        inputs=noise(shown, size, size, depth),
        reconstructions={name: noise(shown, size, size, depth) for name in ("1", "2")},
        step=4 / 127,
        signs={
            name: random.choice([-1, 1], n).astype(np.int8)
            for name, n in zip("12", maps, strict=True)
        },
        activations=dict(zip("12", activations, strict=True)),
        patches={"1": pixels(maps[0], 9, 7, 7, 3), "2": pixels(maps[1], 9, 16, 16, 3)},
        projections=noise(maps[1], 9, 16, 16, depth),
    )
