"""Figures of filter banks whose spectra are known."""

from __future__ import annotations

import numpy as np
import pytest

from tests.experiments.filter_banks import deltas, gabors
from vizreport.experiments.architecture.spectrum import radial_spectra, radii


@pytest.mark.parametrize("side", [3, 7, 11])
def test_deltas_are_even(side):
    spectra = radial_spectra(deltas(6, side))
    np.testing.assert_allclose(spectra, 1 / len(radii()), rtol=1e-9)


@pytest.mark.parametrize("frequency", [0.09, 0.18, 0.36])
def test_gabors_have_their_energy_at_their_frequency(frequency):
    spectra = radial_spectra(gabors(41, frequency, 8))
    near = np.abs(np.log2(radii() / frequency)) < 0.5
    assert spectra[:, near].sum(axis=1).min() > 0.98


def test_radial_spectrum_is_the_fourier_transform():
    filters = np.random.default_rng(1).normal(size=(1, 5, 4, 2))
    expected = []
    for radius in radii():
        powers = []
        for k in range(24):
            v, u = radius * np.sin(np.pi * k / 24), radius * np.cos(np.pi * k / 24)
            waves = sum(
                filters[0, y, x] * np.exp(-2j * np.pi * (v * y + u * x))
                for y in range(5)
                for x in range(4)
            )
            powers.append((np.abs(waves) ** 2).sum())
        expected.append(np.mean(powers))
    expected = np.array(expected) / sum(expected)
    np.testing.assert_allclose(radial_spectra(filters)[0], expected, rtol=1e-9)


def test_a_filter_of_zeros_has_no_spectrum():
    filters = np.stack([np.zeros((3, 3, 1)), np.ones((3, 3, 1))])
    spectra = radial_spectra(filters)
    assert np.isnan(spectra[0]).all()
    assert spectra[1].sum() == pytest.approx(1)
