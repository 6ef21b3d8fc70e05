"""Functions of Keras 2 that mean something else in Keras 3."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="vizreport")
def hard_sigmoid(x: Any) -> Any:
    """Keras 2's piecewise linear sigmoid, ``clip(x / 5 + 1 / 2, 0, 1)``; Keras 3 has x / 6."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)
