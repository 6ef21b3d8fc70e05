"""The engine on JAX gives what it gives on TensorFlow, which the other tests hold to oracles."""

from __future__ import annotations

import numpy as np

from tests.engine.contract import results
from tests.engine.jax_process import on_jax


def test_jax_gives_the_same(tmp_path):
    path = tmp_path / "jax.npz"
    done = on_jax("tests.engine.contract", path)
    assert done.returncode == 0, done.stderr
    with np.load(path) as archive:
        assert archive["backend"] == "jax"
        found = {name: archive[name] for name in archive.files if name != "backend"}
    wanted = results()
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        limit = 1e-5 * np.abs(array).max()
        assert limit > 0, name
        np.testing.assert_allclose(found[name], array, rtol=0, atol=limit, err_msg=name)
    # Windows and crops, and either way of occlusion, agree within a backend as well.
    for one, other in (("crops", "windows"), ("plain outputs", "incremental outputs")):
        np.testing.assert_allclose(found[one], found[other], atol=1e-5)
