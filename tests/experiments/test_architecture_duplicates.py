"""Duplicates, by cases worked by hand and by NumPy's correlation."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.architecture.duplicates import Moments, cosines, earlier_twins


def test_filters_by_hand():
    edge = np.array([[1.0, -1.0], [1.0, -1.0]])
    filters = np.stack([edge, edge.T, 3 * edge, -edge, np.zeros((2, 2)), edge + edge.T])[..., None]
    alike = cosines(filters)
    np.testing.assert_allclose(alike[0, [1, 2, 3]], [0, 1, -1], atol=1e-12)
    twins, similarity = earlier_twins(alike)
    # The opposite sign is another feature after rectification; the zero filter is like none.
    assert twins.tolist() == [-1, 0, 0, 1, -1, 0]
    np.testing.assert_allclose(similarity[[1, 2, 3, 5]], [0, 1, 0, np.sqrt(0.5)], atol=1e-6)
    assert np.isnan(similarity[[0, 4]]).all()


def test_correlations_are_numpys():
    random = np.random.default_rng(0)
    maps = random.gamma(2, 1, (7, 5, 6, 4))
    maps[..., 2] = 2.5 * maps[..., 0] + 1
    moments = Moments(4)
    for part in (maps[:3], maps[3:4], maps[4:]):
        moments.add(part)
    expected = np.corrcoef(maps.reshape(-1, 4).T)
    np.testing.assert_allclose(moments.correlations(), expected, atol=1e-9)
    twins, similarity = earlier_twins(moments.correlations())
    assert twins[2] == 0
    assert similarity[2] > 1 - 1e-6


def test_constant_maps_correlate_with_none():
    random = np.random.default_rng(1)
    maps = random.random((50, 3)).astype(np.float32)
    maps[:, 0], maps[:, 1] = 0, 1 / 3
    moments = Moments(3)
    moments.add(maps)
    alike = moments.correlations()
    assert np.isnan(alike[0]).all()
    assert np.isnan(alike[1]).all()
    assert earlier_twins(alike)[0].tolist() == [-1, -1, -1]
