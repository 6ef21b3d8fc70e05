"""The spotlight: against a slow oracle, and by hand."""

import math

import numpy as np

from vizreport.drawing.spotlight import light, spotlight


def slow_light(patch, values, inside=None):
    """Smooth energy and contrast a pixel at a time, in float64, and take the rule as it is said."""
    height, width = values.shape[:2]
    top, bottom, left, right = (0, height, 0, width) if inside is None else inside
    sigma = max(height, width) / 20
    energy = [
        [sum(float(v) ** 2 for v in values[y, x]) for x in range(width)] for y in range(height)
    ]

    def lightness(y, x):
        red, green, blue = map(float, patch[y, x])
        return 0.299 * red + 0.587 * green + 0.114 * blue

    def slope(y, x, down, across):
        """Half the difference of both neighbours; at an edge that of the pixel and its one."""
        places = [(y + sign * down, x + sign * across) for sign in (1, -1)]
        there = [
            place if top <= place[0] < bottom and left <= place[1] < right else (y, x)
            for place in places
        ]
        apart = sum(place == other for place, other in zip(places, there, strict=True))
        return (lightness(*there[0]) - lightness(*there[1])) / apart

    contrast = [
        [
            slope(y, x, 1, 0) ** 2 + slope(y, x, 0, 1) ** 2
            if top <= y < bottom and left <= x < right
            else 0
            for x in range(width)
        ]
        for y in range(height)
    ]

    def weights(place, length):
        raw = [math.exp(-0.5 * ((place - other) / sigma) ** 2) for other in range(length)]
        return [one / sum(raw) for one in raw]

    def smoothed(given):
        smooth = np.zeros((height, width))
        for y in range(height):
            down = weights(y, height)
            for x in range(width):
                across = weights(x, width)
                smooth[y, x] = sum(
                    down[j] * across[i] * given[j][i] for j in range(height) for i in range(width)
                )
        return smooth

    part = slice(top, bottom), slice(left, right)
    beside = smoothed(contrast)
    found = smoothed(energy) / (0.5 + 0.5 * beside / beside[part].mean())
    return np.clip((found / found[part].mean() - 0.5) / 2.5, 0, 1)


def test_the_light_is_the_smoothed_energy_beside_the_contrast():
    random = np.random.default_rng(2)
    patch = random.integers(0, 256, (12, 17, 3)).astype(np.uint8)
    values = random.standard_normal((12, 17, 3)).astype(np.float32)
    whole = slow_light(patch, values)
    np.testing.assert_allclose(light(patch, values), whole, atol=1e-6)
    # Means, and what is an edge, are those of the image's part.
    found = light(patch, values, np.array([3, 2, 17, 9]))
    np.testing.assert_allclose(found, slow_light(patch, values, (2, 9, 3, 17)), atol=1e-6)
    # Neither sign nor scale matter.
    np.testing.assert_allclose(light(patch, values * -1e-5), whole, atol=1e-6)


def test_what_follows_the_contrast_alone_is_lit_less_than_what_is_strong_for_it():
    patch = np.full((60, 60, 3), 90, np.uint8)
    patch[:, 14:16] = patch[:, 44:46] = 200  # two lines of one contrast
    values = np.zeros((60, 60, 3), np.float32)
    values[:, 12:18] = values[:, 42:48] = 0.3
    both = light(patch, values)
    alone = light(np.full_like(patch, 90), values)
    assert both[30, [15, 45]].max() < alone[30, [15, 45]].min() - 0.1
    values[:, 42:48] = 0.9
    strong = light(patch, values)
    assert strong[30, 45] > strong[30, 15] + 0.7


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
    flat = np.full(noise.shape, 90, np.uint8)
    assert light(flat, noise).max() < 0.6
    line = np.zeros_like(noise)
    line[28:32] = noise[28:32]
    assert light(flat, line)[29:31].min() == 1


def test_without_a_projection_all_is_pale():
    patch = np.random.default_rng(3).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    shown = spotlight(patch, np.zeros((8, 8, 3), np.float32)).astype(int)
    assert np.ptp(shown, axis=2).max() == 0
    assert shown.min() >= 156
