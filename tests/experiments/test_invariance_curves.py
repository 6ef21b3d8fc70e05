"""One number a curve, against curves made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.experiments.invariance.curves import area, period

ANGLES = np.arange(0.0, 360.0, 10.0)
TURN = np.deg2rad(ANGLES)


def test_area():
    # A triangle of height 2 over half of the range; steps of different widths.
    assert area(np.array([0.0, 1.0, 4.0, 8.0]), np.array([0.0, 2.0, 0.0, 0.0])) == 0.5
    values = np.linspace(1, 1.8, 9)
    np.testing.assert_allclose(area(values, np.stack([np.full(9, 0.7), values])), [0.7, 1.4])
    assert np.isnan(area(values, np.full(9, np.nan)))
    assert area(np.array([0.0]), np.array([0.3])) == 0.3


@pytest.mark.parametrize("folds", [2, 3, 4, 6, 9, 12])
def test_period_of_what_repeats(folds):
    # A dip n times a turn, of any form, and shifted.
    dips = np.exp(-20 * np.sin(folds * (TURN - 0.4) / 2) ** 2) + 3
    degrees, strength = period(ANGLES, dips)
    assert degrees == 360 / folds
    assert strength == pytest.approx(1)


def test_the_dip_at_the_start_hides_no_period():
    own = 1 - np.exp(-60 * np.sin(TURN / 2) ** 2)
    assert own[4] > 0.99  # as good as gone behind 30 degrees
    degrees, strength = period(ANGLES, own + 0.05 * np.cos(4 * TURN))
    assert degrees == 90
    assert strength > 0.9


def test_no_period():
    hump = period(ANGLES, np.sqrt(np.abs(np.sin(TURN / 2))))  # rises to 180 degrees and falls
    assert hump[1] < 0.1
    noise = np.random.default_rng(0).normal(size=(300, 36))
    strengths = np.array([period(ANGLES, curve)[1] for curve in noise])
    assert (strengths < 0.5).mean() > 0.95
    flat_but_for_the_start = np.where(ANGLES == 0, 0.0, 0.1)
    for flat in (np.full(36, 0.1), np.full(36, np.nan), np.zeros(36), flat_but_for_the_start):
        assert np.isnan(period(ANGLES, flat)[1])


def test_strength_by_its_definition():
    curve = np.random.default_rng(1).normal(size=36)
    kept = range(4, 33)  # 40 to 320 degrees

    def correlation(lag: int) -> float:
        pairs = [(curve[i], curve[(i - lag) % 36]) for i in kept if (i - lag) % 36 in kept]
        return np.corrcoef(np.array(pairs).T)[0, 1]

    expected = {
        360 / n: np.mean([correlation(36 // n * j) for j in range(1, n)])
        for n in (2, 3, 4, 6, 9, 12, 18)
    }
    degrees, strength = period(ANGLES, curve)
    assert strength == pytest.approx(expected[degrees])
    assert strength == pytest.approx(max(expected.values()))
