"""One number a curve, against curves made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.experiments.invariance.curves import area, period

TURN = np.deg2rad(np.arange(0, 360, 10))


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
    degrees, strength = period(dips)
    assert degrees == 360 / folds
    assert strength == pytest.approx(1)


def test_no_period():
    degrees, strength = period(np.exp(-30 * np.sin(TURN / 2) ** 2))  # one dip a turn
    assert strength < 0.1
    noise = np.random.default_rng(0).normal(size=(300, 36))
    strengths = np.array([period(curve)[1] for curve in noise])
    assert (strengths < 0.5).mean() > 0.95
    for flat in (np.full(36, 0.1), np.full(36, np.nan), np.zeros(36)):
        assert np.isnan(period(flat)[1])


def test_strength_is_the_share_of_harmonics():
    # Amplitudes 2 and 1 twice and once a turn: 4/5 of the variance is in even harmonics.
    degrees, strength = period(2 * np.cos(2 * TURN + 1) + np.cos(TURN))
    assert degrees == 180
    assert strength == pytest.approx(2 * 4 / 5 - 1)
    # Directly: the autocorrelation by its definition.
    curve = np.random.default_rng(1).normal(size=36)
    centred = curve - curve.mean()

    def lag(steps: int) -> float:
        return (centred * np.roll(centred, steps)).sum() / (centred**2).sum()

    best, strength = period(curve)
    expected = {
        360 / n: np.mean([lag(36 // n * j) for j in range(1, n)]) for n in (2, 3, 4, 6, 9, 12, 18)
    }
    assert strength == pytest.approx(expected[best])
    assert strength == pytest.approx(max(expected.values()))
