"""Aliasing and preferred frequencies of banks of known gratings."""

from __future__ import annotations

import numpy as np
import pytest

from tests.experiments.filter_banks import deltas, gabors, windowed
from vizreport.experiments.architecture.gratings import ambiguous_shares, bands, preferred


@pytest.mark.parametrize("frequency", [0.06, 0.2, 0.3, 0.45])
@pytest.mark.parametrize("stride", [2, 4])
def test_clean_gratings_are_not_aliased_wherever_they_lie(frequency, stride):
    # Beyond the Nyquist frequency 1/(2s), too: such a filter answers to no alias. Directions in
    # which a grating is not an alias of its own negative.
    bank = gabors(61, frequency, 10)[[1, 3]]
    assert ambiguous_shares(bank, (stride, stride)).max() < 0.05


@pytest.mark.parametrize("stride", [(2, 2), (4, 4), (1, 3), (2, 1)])
def test_a_pixel_answers_to_all_aliases_alike(stride):
    expected = 1 - 1 / (stride[0] * stride[1])
    found = ambiguous_shares(deltas(4, 7), stride)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_grating_and_its_alias_in_one_filter_are_aliased():
    # 0.1 and 0.1 + 1/4 cycles a pixel look alike to units 4 px apart, not to units 2 px apart.
    both = gabors(61, 0.1, 10)[:1] + gabors(61, 0.35, 10)[:1]
    assert ambiguous_shares(both, (1, 4))[0] == pytest.approx(0.5, abs=0.06)
    assert ambiguous_shares(both, (1, 2))[0] < 0.02


def test_against_gratings_shown_one_by_one():
    filters = np.random.default_rng(3).normal(size=(2, 7, 7, 1))
    frequencies = np.fft.fftfreq(64)
    y, x = np.mgrid[:7, :7]
    kept, total = np.zeros(2), np.zeros(2)
    for v in frequencies[frequencies >= 0][:16]:  # 16 of 32 in [0, 1/2): representatives modulo 1/4
        for u in frequencies[frequencies >= 0][:16]:
            seen = np.zeros((2, 4, 4))
            for i in range(4):
                for j in range(4):
                    wave = np.exp(-2j * np.pi * ((v + i / 4) * y + (u + j / 4) * x))
                    seen[:, i, j] = np.abs((filters[..., 0] * wave).sum(axis=(1, 2))) ** 2
            kept += seen.max(axis=(1, 2))
            total += seen.sum(axis=(1, 2))
    np.testing.assert_allclose(ambiguous_shares(filters, (4, 4)), 1 - kept / total, rtol=1e-9)


def test_white_noise_is_aliased_and_zeros_are_missing():
    noise = np.random.default_rng(0).normal(size=(40, 7, 7, 3))
    assert 0.5 < np.median(ambiguous_shares(noise, (2, 2))) < 0.7
    assert np.isnan(ambiguous_shares(np.zeros((1, 7, 7, 3)), (2, 2))).all()
    assert np.isnan(preferred(np.zeros((1, 7, 7, 3)))).all()


@pytest.mark.parametrize("frequency", [0.18, 0.3, 0.4])
def test_filters_prefer_their_own_frequency(frequency):
    np.testing.assert_allclose(preferred(gabors(41, frequency, 8)), frequency, atol=0.015)


@pytest.mark.parametrize(
    ("side", "frequency", "band"),
    [(7, 0.04, 0), (7, 0.08, 0), (7, 0.19, 1), (7, 0.35, 2), (11, 0.05, 0), (11, 0.15, 1)],
)
def test_bands_are_told_apart_at_the_filters_own_size(side, frequency, band):
    counts = bands(windowed(side, frequency))
    assert counts[band] >= 0.9 * counts.sum(), counts
