"""Contrast normalisation against SciPy's Gaussian filter."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from vizreport.deconvolutional.contrast import FLAT, RADIUS, SIGMA, normalise_contrast


def smooth(picture: np.ndarray) -> np.ndarray:
    return gaussian_filter(picture, (SIGMA, SIGMA, 0), mode="mirror", radius=(RADIUS, RADIUS, 0))


def test_it_is_subtraction_and_division_of_gaussian_means():
    picture = np.random.default_rng(0).random((20, 24, 3))
    picture[:, :12] = 0.1 * picture[:, :12] + 0.5
    centred = picture - smooth(picture)
    spread = np.sqrt(smooth((centred**2).mean(-1, keepdims=True)))
    expected = centred / np.maximum(spread, max(spread.mean(), FLAT))
    np.testing.assert_allclose(normalise_contrast(picture[None])[0], expected, atol=1e-5)


def test_contrast_and_brightness_leave_no_trace_and_flat_pictures_are_zero():
    picture = np.random.default_rng(1).random((1, 16, 16, 1))
    np.testing.assert_allclose(
        normalise_contrast(0.3 * picture + 0.2), normalise_contrast(picture), atol=1e-5
    )
    np.testing.assert_allclose(normalise_contrast(np.full((1, 16, 16, 3), 0.4)), 0, atol=1e-5)
