"""The backend's functions for TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import keras
import tensorflow as tf

from vizreport.backend.spec import Spec

GROUP_COST = int(3e8)
"""Multiplications that take as long as each call of one more size of windows."""
TRACE_COST = int(1e9)
"""Multiplications that take as long as compiling an operation in windows."""
WEIGHT_COST = 12
"""Multiplications that take as long as a call's reading one weight."""
VALUE_COST = 50
"""Multiplications that take as long as copying one value."""
ERRORS = (ValueError, tf.errors.OpError)
"""What an operation raises, beside TypeError, that cannot take its inputs."""


def compiled(
    function: Callable[..., Any],
    *arguments: Spec | Sequence[Spec],
    variables: Sequence[Any] = (),
) -> Callable[..., Any]:
    """Compile a function of tensors; float32 is multiplied in full precision.

    Parameters
    ----------
    function : callable
        Takes and returns tensors or lists of them; traced once for each combination of shapes.
    *arguments : Spec or sequence of Spec
        What it takes: a tensor, or a list of them.
    variables : sequence of keras.Variable
        What it reads; their values at each call count, not those at the first.

    Returns
    -------
    callable
        Takes arrays or tensors of those shapes.
    """
    signature = [
        _tensor(each) if isinstance(each, Spec) else [_tensor(one) for one in each]
        for each in arguments
    ]
    made = tf.function(function, input_signature=signature, autograph=False)

    @wraps(function)
    def call(*given: Any) -> Any:
        with full_precision():
            return made(*given)

    return call


def batch_length(most: int) -> int:
    """Return the longest batch of at most ``most``: one of any length is taken as it is."""
    return max(1, most)


def _tensor(spec: Spec) -> tf.TensorSpec:
    shape = [length if isinstance(length, int) else None for length in spec.shape]
    return tf.TensorSpec(shape, spec.dtype)


def shapes(function: Callable[..., Any], *arguments: Spec) -> list[tuple[int, ...]]:
    """Return the shapes of a function's outputs, without the batch; nothing is computed."""
    made = tf.function(function, autograph=False).get_concrete_function(*map(_tensor, arguments))
    return [tuple(output.shape[1:]) for output in made.structured_outputs]


def vjp(function: Callable[..., Any], *inputs: Any) -> tuple[Any, Callable[[Any], list[Any]]]:
    """Apply a function; also return the product of a signal with its Jacobian.

    Parameters
    ----------
    function : callable
        Takes ``inputs``; returns a tensor or a list of tensors.
    *inputs : tensor or list of tensors
        Where the Jacobian is taken.

    Returns
    -------
    output : tensor or list of tensors
    pull : callable
        Takes a signal like the output; returns one like each input. To be called once.
    """
    # Of its own, so that an input given twice has a share for each use.
    taken = keras.tree.map_structure(tf.identity, list(inputs))
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(taken)
        output = function(*taken)

    def pull(signal: Any) -> list[Any]:
        shares = tape.gradient(
            output,
            taken,
            output_gradients=signal,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return list(keras.tree.map_structure(tf.convert_to_tensor, shares))

    return output, pull


def gathered(x: Any, places: Any, batched: bool = False) -> Any:
    """Return parts of ``x`` along its first axis, or of each of ``x`` along its second one.

    Parameters
    ----------
    x : tensor [N, ...], or [B, N, ...] where batched
    places : int32 [...], or [B, ...] where batched
        Below N.
    batched : bool
        Whether the first axis counts images: each then has places of its own.
    """
    return tf.gather(x, places, batch_dims=int(batched))


def argmax(x: Any, axis: int) -> Any:
    """Return where along an axis the maximum lies, the first of equals: int32."""
    return tf.argmax(x, axis, output_type=tf.int32)


def maximum(x: Any, y: Any) -> Any:
    """Return the larger of two; a signal goes back to it, to the first of equals."""
    return tf.maximum(x, y)


def max_pool(x: Any, size: tuple[int, int], strides: tuple[int, int], padding: str) -> Any:
    """Return the maximum of each window; a signal goes back to the first of equals."""
    return tf.nn.max_pool2d(x, size, strides, padding.upper())


def average_pool(x: Any, size: tuple[int, int], strides: tuple[int, int], padding: str) -> Any:
    """Return the mean of each window's places that are not padding."""
    return tf.nn.avg_pool2d(x, size, strides, padding.upper())


@contextmanager
def full_precision() -> Iterator[None]:
    """Let a GPU multiply float32 as such: TensorFloat-32 keeps three digits."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)


def by_xla(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Compile a function by XLA, which has operations that the backend has not on CPUs."""
    made: Callable[[Any], Any] = tf.function(function, jit_compile=True)
    return made


def devices() -> list[str]:
    """Return the names of the devices there are: ``CPU``, or a GPU's own."""
    found = []
    for device in tf.config.get_visible_devices():
        details = tf.config.experimental.get_device_details(device)
        found.append(details.get("device_name", device.device_type))
    return found
