"""How projections are drawn: against a slow oracle, and by hand."""

import numpy as np
import pytest

from vizreport.drawing import tone


def slow_tone(values):
    """Draw by the rule as it is said, a pixel at a time in float64."""
    height, width = values.shape[:2]
    mixed = np.zeros(values.shape, np.float64)
    for y in range(height):
        for x in range(width):
            red, green, blue = (float(v) for v in values[y, x])
            light = 0.299 * red + 0.587 * green + 0.114 * blue
            for c, own in enumerate((red, green, blue)):
                mixed[y, x, c] = 0.65 * light + 0.35 * own
    ranked = np.sort(np.abs(mixed).ravel())
    place = 0.995 * (len(ranked) - 1)
    below = int(place)
    full = ranked[below] + (place - below) * (ranked[min(below + 1, len(ranked) - 1)])
    full -= (place - below) * ranked[below]
    drawn = np.zeros(values.shape)
    for index, value in np.ndenumerate(mixed):
        share = min(abs(value) / full, 1) ** 0.55
        drawn[index] = 128 + 127 * (share if value > 0 else -share)
    return drawn


@pytest.mark.parametrize("scale", [1, 1e-6])
def test_the_tone_is_the_rule_as_it_is_said(scale):
    values = np.random.default_rng(4).standard_normal((13, 9, 3)) * scale
    shown = tone.toned(values.astype(np.float32))
    assert np.abs(shown - slow_tone(values)).max() <= 0.51


def test_zero_is_mid_grey_and_nothing_is_lifted_from_it():
    assert (tone.toned(np.zeros((4, 4, 3), np.float32)) == 128).all()
    values = np.zeros((4, 4, 3), np.float32)
    values[1, 1], values[2, 2] = 0.5, -0.5
    shown = tone.toned(values)
    assert (shown[1, 1] == 255).all()
    assert (shown[2, 2] == 1).all()
    assert (shown[0] == 128).all()


def test_a_thin_line_survives_reduction():
    # A white line beside a black one: the mean of the two is nothing.
    values = np.zeros((90, 90, 3), np.float32)
    values[:, 44], values[:, 45] = 1, -0.9
    small = tone.reduced(values, 30, 30)
    assert small.shape == (30, 30, 3)
    assert (small[:, 14] == 1).all()
    assert (small[:, 15] == np.float32(-0.9)).all()
    assert not np.delete(small, [14, 15], axis=1).any()
    drawn = np.asarray(tone.fitted((128 + 127 * values).round().astype(np.uint8), 30))
    assert (drawn[:, 14] == 255).all()


def test_each_reduced_pixel_is_the_strongest_that_it_stands_for():
    values = np.random.default_rng(5).standard_normal((11, 17, 2)).astype(np.float32)
    small = tone.reduced(values, 4, 5)
    rows, cols = ([i * n // m for i in range(m)] + [n] for n, m in ((11, 4), (17, 5)))
    for y in range(4):
        for x in range(5):
            part = values[rows[y] : rows[y + 1], cols[x] : cols[x + 1]]
            for c in range(2):
                flat = part[..., c].ravel()
                assert small[y, x, c] == flat[np.argmax(np.abs(flat))]


def test_what_is_small_is_enlarged_by_a_whole_factor():
    picture = np.full((4, 4, 3), 128, np.uint8)
    picture[0, 0] = 200
    assert tone.fitted(picture, 11).size == (8, 8)
    kept = np.asarray(tone.fitted(picture, 4, linear=True))
    assert (kept == picture).all()


def test_strength_is_measured_in_the_units_of_the_scale():
    values = np.zeros((2, 1, 2, 3), np.float32)
    values[0, 0, 0, 1], values[1, 0, 1] = 0.6, 1
    wanted = [2 * 0.6 / 6**0.5, 0.1 / 2**0.5]
    assert tone.root_mean_squares(values, np.array([2, 0.1])).tolist() == pytest.approx(wanted)


def test_blank_is_a_hundredth_of_the_median_map():
    strengths = np.array([[300.0, 4.0], [2.0, 0.021], [1.0, 0.019], [0.5, 0.03], [3.0, 0.0]])
    assert tone.blank(strengths).tolist() == [
        [False, False],
        [False, False],
        [False, True],
        [False, False],
        [False, True],
    ]
    assert tone.blank(np.zeros((2, 1))).all()
    assert tone.blank(np.array([[1.0], [0], [0]])).tolist() == [[False], [True], [True]]
