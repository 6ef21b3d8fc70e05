"""Models in float64, and models with random weights of both signs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np


@contextmanager
def floats(name: str) -> Iterator[None]:
    """Build layers in this dtype."""
    before = keras.config.floatx()
    policy = keras.config.dtype_policy()
    keras.config.set_floatx(name)
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_floatx(before)
        keras.config.set_dtype_policy(policy)


def randomise(model: keras.Model, seed: int = 0, spread: float = 1.0) -> keras.Model:
    """Give every weight a random value; biases are not zero, variances are positive."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        shape = tuple(weight.shape)
        fan_in = max(1, int(np.prod(shape[:-1])))
        if "variance" in weight.path:
            value = random.uniform(0.5, 1.5, shape)
        elif "gamma" in weight.path:
            value = random.uniform(0.5, 1.5, shape) * random.choice([-1, 1], shape)
        elif len(shape) > 1:
            value = random.normal(0, spread * (2 / fan_in) ** 0.5, shape)
        else:
            value = random.normal(0, 0.3, shape)
        weight.assign(value.astype(weight.dtype))
    return model
