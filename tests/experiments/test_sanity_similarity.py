"""Likeness against SciPy's rank correlation and structural similarity by loops."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from vizreport.experiments.sanity.similarity import WINDOW, Original


def pair(shape=(20, 17, 3), seed=0):
    random = np.random.default_rng(seed)
    first = random.normal(size=shape).astype(np.float32)
    return first, (0.6 * first + random.normal(size=shape)).astype(np.float32)


def slow_ssim(a, b, extent):
    """Wang et al. 2004, eq. 13, with 7 x 7 windows inside the picture and sample covariances."""
    found = []
    for i in range(a.shape[0] - WINDOW + 1):
        for j in range(a.shape[1] - WINDOW + 1):
            x, y = (p[i : i + WINDOW, j : j + WINDOW].ravel() for p in (a, b))
            covariance = np.cov(x, y)
            c1, c2 = (0.01 * extent) ** 2, (0.03 * extent) ** 2
            top = (2 * x.mean() * y.mean() + c1) * (2 * covariance[0, 1] + c2)
            bottom = (x.mean() ** 2 + y.mean() ** 2 + c1) * (np.trace(covariance) + c2)
            found.append(top / bottom)
    return np.mean(found)


def test_four_measures():
    a, b = pair()
    found = Original(a, 2.0).similarity(b, 2.5)
    wanted = [
        spearmanr(np.abs(a).mean(2).ravel(), np.abs(b).mean(2).ravel()).statistic,
        spearmanr(a.ravel(), b.ravel()).statistic,
    ]
    x, y = np.clip(a / 2.0, -1, 1).astype(float), np.clip(b / 2.5, -1, 1).astype(float)
    wanted.append(slow_ssim(np.abs(x).mean(2), np.abs(y).mean(2), 1.0))
    x, y = 0.5 + x / 2, 0.5 + y / 2
    wanted.append(np.mean([slow_ssim(x[..., c], y[..., c], 1.0) for c in range(3)]))
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert 0.2 < found[1] < 0.9


def test_of_many_pixels_a_sample_is_ranked():
    a, b = pair((150, 140, 3))
    found = Original(a, 3.0).similarity(b, 3.0)
    assert found[1] == pytest.approx(spearmanr(a.ravel(), b.ravel()).statistic, abs=0.02)


def test_the_same_picture_is_exactly_1_and_its_size_does_not_matter():
    a, _ = pair()
    np.testing.assert_array_equal(Original(a, 1.5).similarity(a, 1.5), np.ones(4, np.float32))
    np.testing.assert_allclose(Original(a, 1.5).similarity(3 * a, 4.5), 1, atol=1e-6)
    negative = Original(a, 1.5).similarity(-a, 1.5)
    np.testing.assert_array_equal(negative[[0, 2]], 1)
    assert negative[1] == -1
    assert negative[3] < -0.9


def test_blank_pictures():
    a, _ = pair()
    nothing = np.zeros_like(a)
    assert np.isnan(Original(a, 1.0).similarity(nothing, 0.0)).all()
    assert np.isnan(Original(nothing, 0.0).similarity(a, 1.0)).all()
    flat = Original(a, 1.0).similarity(np.ones_like(a), 1.0)
    assert flat[0] == flat[1] == 0
