"""Refinement: what is computed is exact, what is interpolated is bilinear."""

import numpy as np
import pytest

from vizreport.engine.occlusion import Scores, refine


def evaluator(values, asked):
    def evaluate(rows, cols):
        asked.append(len(rows))
        found = values[rows, cols]
        return Scores(found[:, 1:].astype(np.float32), found[:, 0].astype(np.float32))

    return evaluate


@pytest.mark.parametrize("shape", [(29, 29), (8, 5), (1, 7), (2, 2)])
def test_computed_places_are_exact_and_within_the_share(shape):
    random = np.random.default_rng(0)
    values = random.random((*shape, 4))
    asked = []
    scores, computed = refine(shape, evaluator(values, asked), 1)
    assert sum(asked) == computed.sum()
    if min(shape) > 8:
        assert computed.mean() <= 0.4
    found = np.concatenate([scores.activations[:, None], scores.outputs], axis=1)
    found = found.reshape(*shape, 4)
    np.testing.assert_allclose(found[computed], values[computed], rtol=1e-6)


def test_a_plane_is_interpolated_exactly():
    rows, cols = np.mgrid[0:15, 0:12]
    values = np.stack([rows + 2.0 * cols, 3.0 * rows, 0.5 - cols], axis=-1)
    scores, computed = refine((15, 12), evaluator(values, []), 0, share=0)
    assert computed.mean() < 0.4
    np.testing.assert_allclose(scores.activations, values[..., 0].ravel(), rtol=1e-5)
    np.testing.assert_allclose(scores.outputs[:, 1], values[..., 2].ravel(), atol=1e-4)


def test_cells_are_refined_where_the_map_changes():
    values = np.zeros((21, 21, 2))
    values[8:13, 8:13, 1] = 1  # one step in the watched probability
    _, computed = refine((21, 21), evaluator(values, []), 0, share=0.35)
    assert computed[7:9, 7:14].all()
    corner = computed[:6, :6]
    assert corner.mean() == pytest.approx(0.25)
