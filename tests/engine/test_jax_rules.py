"""The backward rules on JAX in float64, against the oracle that holds them on TensorFlow."""

from __future__ import annotations

import re
from pathlib import Path

from tests.engine import test_rules
from tests.engine.jax_process import on_jax

# Keras on JAX computes these in float32 whatever it is given.
IN_FLOAT32 = (
    "test_layer_normalisation_under_its_true_derivative",
    "test_linear_operations[mean by ops]",
)


def test_the_rules_hold_on_jax_in_float64():
    path = Path(test_rules.__file__)
    left_out = [f"--deselect=tests/engine/{path.name}::{name}" for name in IN_FLOAT32]
    options = ("-q", "-p", "no:cacheprovider", "--rootdir", path.parents[2])
    done = on_jax("pytest", path, *options, *left_out, JAX_ENABLE_X64="1")
    assert done.returncode == 0, done.stdout
    found = re.search(r"(\d+) passed, (\d+) deselected", done.stdout)
    assert found, done.stdout
    assert int(found[1]) > 150
    assert int(found[2]) == len(IN_FLOAT32)
