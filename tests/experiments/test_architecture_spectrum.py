"""Figures of filter banks whose spectra are known."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.experiments.architecture.spectrum import (
    band_shares,
    grid_phases,
    padded_size,
    power_spectrum,
    radial_spectra,
    radii,
    share_beyond,
)


def gabors(side: int, frequency: float, sigma: float, count: int = 8) -> np.ndarray:
    """Return a bank of one frequency in several directions and phases, without mean."""
    place = np.arange(side) - (side - 1) / 2
    y, x = place[:, None], place[None]
    envelope = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    bank = []
    for k in range(count):
        angle, phase = np.pi * k / count, np.pi * k / 3
        wave = np.cos(2 * np.pi * frequency * (x * np.cos(angle) + y * np.sin(angle)) + phase)
        wave = envelope * wave
        bank.append(wave - envelope * wave.sum() / envelope.sum())
    colours = np.array([0.2, 0.5, 0.3])
    return np.stack(bank)[..., None] * colours


def deltas(count: int, side: int) -> np.ndarray:
    bank = np.zeros((count, side, side, 3))
    random = np.random.default_rng(0)
    rows, cols = random.integers(0, side, (2, count))
    bank[np.arange(count), rows, cols] = random.normal(size=(count, 3))
    return bank


@pytest.mark.parametrize("side", [3, 7, 11])
def test_deltas_have_a_third_in_each_octave(side):
    spectra = radial_spectra(deltas(6, side))
    np.testing.assert_allclose(spectra, 1 / len(radii()), rtol=1e-9)
    np.testing.assert_allclose(band_shares(spectra), 1 / 3, rtol=1e-9)


@pytest.mark.parametrize(("frequency", "band"), [(0.09, 0), (0.18, 1), (0.36, 2)])
def test_gabors_lie_in_their_band(frequency, band):
    shares = band_shares(radial_spectra(gabors(41, frequency, 8)))
    assert shares[:, band].min() > 0.98
    # A filter of the size of a first layer is broader, and still tells its octave.
    small = band_shares(radial_spectra(gabors(11, frequency, 2.5)))
    assert (small.argmax(axis=1) == band).all()


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


def test_padded_size_has_bins_at_the_folding_frequency():
    assert padded_size((27, 31), (4, 4)) == 32
    assert padded_size((33, 5), (2, 3)) == 36
    assert padded_size((7, 7), (1, 1)) == 8


def spectrum_of(pictures: np.ndarray, stride: int) -> np.ndarray:
    return power_spectrum(pictures, padded_size(pictures.shape[1:3], (stride, stride)))


@pytest.mark.parametrize("stride", [2, 3, 4])
def test_deltas_have_all_but_the_grids_share_beyond_it(stride):
    beyond = share_beyond(spectrum_of(deltas(5, 13), stride), (stride, stride))
    assert beyond == pytest.approx(1 - 1 / stride**2, abs=1e-12)


@pytest.mark.parametrize(
    ("frequency", "stride", "expected"),
    [(0.06, 4, 0), (0.06, 2, 0), (0.2, 2, 0), (0.2, 4, 1), (0.4, 2, 1)],
)
def test_gabors_lie_on_one_side_of_the_folding_frequency(frequency, stride, expected):
    # In a direction between the axes a frequency counts by its larger component.
    bank = gabors(61, frequency, 12)[[0, 4]]
    assert share_beyond(spectrum_of(bank, stride), (stride, stride)) == pytest.approx(
        expected, abs=0.02
    )


def test_strides_may_differ_by_axis():
    bank = gabors(61, 0.2, 12)[[0]]  # varies along the columns
    power = power_spectrum(bank, padded_size((61, 61), (2, 4)))
    assert share_beyond(power, (2, 4)) > 0.98
    power = power_spectrum(bank, padded_size((61, 61), (4, 2)))
    assert share_beyond(power, (4, 2)) < 0.02


def test_power_spectrum_weighs_pictures_alike():
    random = np.random.default_rng(2)
    pictures = random.normal(size=(2, 6, 5, 3))
    power = power_spectrum(pictures * np.array([1, 1000])[:, None, None, None], 8)
    assert power.sum() == pytest.approx(1)
    single = [power_spectrum(picture[None], 8) for picture in pictures]
    np.testing.assert_allclose(power, np.mean(single, axis=0), rtol=1e-9)


def projections(kernel: np.ndarray, stride: int, count: int = 30) -> np.ndarray:
    """Put a filter at random places of a grid, as a deconvnet does."""
    random = np.random.default_rng(3)
    side = kernel.shape[0]
    pictures = np.zeros((count, 12 * stride + side, 12 * stride + side, kernel.shape[2]))
    for picture in pictures:
        for row, col in random.integers(0, 12, (4, 2)) * stride:
            picture[row : row + side, col : col + side] += random.random() * kernel
    return pictures


def test_an_aliased_bank_shows_the_grid_and_a_smooth_one_does_not():
    zeros = np.zeros(30, int)
    # Two pixels of four: the phases along an axis are 2, 2, 0, 0.
    aliased, _ = grid_phases(projections(np.ones((2, 2, 3)), 4), zeros, zeros, (4, 4))
    np.testing.assert_allclose(aliased, np.outer([2, 2, 0, 0], [2, 2, 0, 0]), atol=1e-12)
    assert aliased.std() == pytest.approx(np.sqrt(3))
    smooth, chance = grid_phases(projections(gabors(31, 0.05, 5)[0], 4), zeros, zeros, (4, 4))
    assert smooth.mean() == pytest.approx(1)
    assert smooth.std() < 0.01
    assert chance < 0.01


def test_filters_whose_side_the_stride_does_not_divide():
    # 11 = 4 + 4 + 3: one phase gets 2 pixels where the others get 3 (Odena et al. 2016).
    phases, _ = grid_phases(np.ones((1, 11, 11, 1)), np.zeros(1, int), np.zeros(1, int), (4, 4))
    axis = np.array([3, 3, 3, 2]) * 4 / 11
    np.testing.assert_allclose(phases, np.outer(axis, axis), rtol=1e-12)


def test_phases_count_from_the_input():
    pictures = np.random.default_rng(4).normal(size=(1, 9, 8, 3))
    here, _ = grid_phases(pictures, np.array([0]), np.array([0]), (4, 2))
    there, _ = grid_phases(pictures, np.array([-3]), np.array([5]), (4, 2))
    np.testing.assert_allclose(np.roll(here, (-3, 5), (0, 1)), there)


def test_chance_is_what_random_shifts_give():
    pictures = np.random.default_rng(5).normal(size=(12, 10, 10, 1)) ** 3
    tops = lefts = np.zeros(12, int)
    _, chance = grid_phases(pictures, tops, lefts, (4, 4))
    random = np.random.default_rng(6)
    found = [
        grid_phases(pictures, *random.integers(0, 4, (2, 12)), (4, 4))[0].std() ** 2
        for _ in range(400)
    ]
    assert np.sqrt(np.mean(found)) == pytest.approx(chance, rel=0.05)
