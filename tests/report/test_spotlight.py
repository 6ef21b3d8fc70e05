"""The spotlight: against a slow oracle, and by hand."""

import math

import numpy as np

from vizreport.report.spotlight import light, spotlight


def slow_light(values, inside=None):
    """Smooth the energy a pixel at a time, in float64, and take the rule as it is said."""
    height, width = values.shape[:2]
    sigma = max(height, width) / 20
    energy = [
        [sum(float(v) ** 2 for v in values[y, x]) for x in range(width)] for y in range(height)
    ]

    def weights(place, length):
        raw = [math.exp(-0.5 * ((place - other) / sigma) ** 2) for other in range(length)]
        return [one / sum(raw) for one in raw]

    smooth = np.zeros((height, width))
    for y in range(height):
        down = weights(y, height)
        for x in range(width):
            across = weights(x, width)
            smooth[y, x] = sum(
                down[j] * across[i] * energy[j][i] for j in range(height) for i in range(width)
            )
    top, bottom, left, right = (0, height, 0, width) if inside is None else inside
    mean = smooth[top:bottom, left:right].mean()
    return np.clip((smooth / mean - 0.5) / 2.5, 0, 1)


def test_the_light_is_the_smoothed_energy():
    values = np.random.default_rng(2).standard_normal((12, 17, 3)).astype(np.float32)
    np.testing.assert_allclose(light(values), slow_light(values), atol=1e-6)
    # The mean is that of the image's part.
    found = light(values, np.array([3, 2, 17, 9]))
    np.testing.assert_allclose(found, slow_light(values, (2, 9, 3, 17)), atol=1e-6)
    # Neither sign nor scale matter.
    np.testing.assert_allclose(light(values * -1e-5), slow_light(values), atol=1e-6)


def test_colour_stays_where_the_projection_lies():
    patch = np.zeros((40, 40, 3), np.uint8)
    patch[..., 0] = 200
    values = np.zeros((40, 40, 3), np.float32)
    values[10:20, 10:20] = 0.7
    shown = spotlight(patch, values).astype(int)
    assert shown[15, 15].tolist() == [200, 0, 0]
    # Far from it: 0.7 of the pale grey and 0.3 of the lightness, 0.299 of 200.
    assert shown[39, 39].tolist() == [round(0.7 * 224 + 0.3 * 0.299 * 200)] * 3


def test_energy_that_is_spread_evenly_lights_nothing_fully():
    noise = np.random.default_rng(4).standard_normal((60, 60, 3)).astype(np.float32)
    lit = light(noise)
    assert lit.max() < 0.6
    line = np.zeros_like(noise)
    line[28:32] = noise[28:32]
    assert light(line)[29:31].min() == 1


def test_without_a_projection_all_is_pale():
    patch = np.random.default_rng(3).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    shown = spotlight(patch, np.zeros((8, 8, 3), np.float32)).astype(int)
    assert np.ptp(shown, axis=2).max() == 0
    assert shown.min() >= 156
