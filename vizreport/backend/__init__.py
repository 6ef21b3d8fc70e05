"""What the engine needs beside ``keras.ops``: compiled functions, derivatives, fast operations.

Keras' backend decides, as ``KERAS_BACKEND`` sets it: TensorFlow or JAX.
"""

from typing import TYPE_CHECKING

import keras

from vizreport.backend.spec import Spec
from vizreport.errors import RequestError

if TYPE_CHECKING or keras.backend.backend() == "tensorflow":
    from vizreport.backend.tensorflow import (
        ERRORS,
        GROUP_COST,
        TRACE_COST,
        VALUE_COST,
        WEIGHT_COST,
        argmax,
        average_pool,
        batch_length,
        by_xla,
        compiled,
        devices,
        full_precision,
        gathered,
        max_pool,
        maximum,
        shapes,
        vjp,
    )
    from vizreport.backend.tensorflow_convolutions import (
        convolution,
        depthwise_convolution,
        transposed_convolution,
    )
elif keras.backend.backend() == "jax":
    from vizreport.backend.jax import (
        ERRORS,
        GROUP_COST,
        TRACE_COST,
        VALUE_COST,
        WEIGHT_COST,
        argmax,
        average_pool,
        batch_length,
        by_xla,
        compiled,
        convolution,
        depthwise_convolution,
        devices,
        full_precision,
        gathered,
        max_pool,
        maximum,
        shapes,
        transposed_convolution,
        vjp,
    )
else:
    raise RequestError(
        f"Keras runs on {keras.backend.backend()}, vizreport on TensorFlow or JAX: set "
        "KERAS_BACKEND to tensorflow or jax"
    )

__all__ = [
    "ERRORS",
    "GROUP_COST",
    "TRACE_COST",
    "VALUE_COST",
    "WEIGHT_COST",
    "Spec",
    "argmax",
    "average_pool",
    "batch_length",
    "by_xla",
    "compiled",
    "convolution",
    "depthwise_convolution",
    "devices",
    "full_precision",
    "gathered",
    "max_pool",
    "maximum",
    "shapes",
    "transposed_convolution",
    "vjp",
]
