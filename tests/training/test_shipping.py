"""Checkpoints with float16 weights."""

from __future__ import annotations

import numpy as np

from vizreport.models.load import load_checkpoint
from vizreport.models.sidecar import read_sidecar
from vizreport.training.shipping import store_as_float16


def test_half_the_size_and_the_same_network(unbroken, tmp_path):
    source, target = unbroken[0].checkpoint, tmp_path / "small.keras"
    store_as_float16(source, target)
    assert target.stat().st_size < 0.55 * source.stat().st_size
    assert read_sidecar(target) == read_sidecar(source)
    model, small = load_checkpoint(source), load_checkpoint(target)
    for weights, halved in zip(model.get_weights(), small.get_weights(), strict=True):
        assert halved.dtype == np.float32
        np.testing.assert_array_equal(halved, weights.astype(np.float16).astype(np.float32))
