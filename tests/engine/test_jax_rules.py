"""Backward rules, crops and windows on JAX in float64, held by what holds them on TensorFlow."""

from __future__ import annotations

import re
from pathlib import Path

from tests.engine import test_crops, test_rules
from tests.engine.jax_process import on_jax

# Keras on JAX computes these in float32 whatever it is given, and batch normalisation too:
# the forward passes of ``resnet`` and ``mobile`` in test_crops.py differ by 1e-6 there.
IN_FLOAT32 = (
    "test_layer_normalisation_under_its_true_derivative",
    "test_linear_operations[mean by ops]",
)
CROPS = (
    "test_crops_and_windows_equal_whole_images[squeezenet-fire3]",
    "test_crops_and_windows_equal_whole_images[unet-up2_conv]",
    "test_the_forward_pass_is_the_models[shared]",
    "test_the_gradient_is_the_models",
)


def test_the_rules_and_crops_hold_on_jax_in_float64():
    path = Path(test_rules.__file__)
    crops = [f"{test_crops.__file__}::{name}" for name in CROPS]
    left_out = [f"--deselect=tests/engine/{path.name}::{name}" for name in IN_FLOAT32]
    options = ("-q", "-p", "no:cacheprovider", "--rootdir", path.parents[2])
    done = on_jax("pytest", path, *crops, *options, *left_out, JAX_ENABLE_X64="1")
    assert done.returncode == 0, done.stdout
    found = re.search(r"(\d+) passed, (\d+) deselected", done.stdout)
    assert found, done.stdout
    assert int(found[1]) > 150 + len(CROPS)
    assert int(found[2]) == len(IN_FLOAT32)
