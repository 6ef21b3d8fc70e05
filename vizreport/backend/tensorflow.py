"""The backend's functions for TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import tensorflow as tf


class Spec(NamedTuple):
    """Shape and dtype of an argument; None stands for a length that varies from call to call."""

    shape: tuple[int | None, ...]
    dtype: str


def compiled(function: Callable[..., Any], *arguments: Spec | Sequence[Spec]) -> Callable[..., Any]:
    """Compile a function of tensors.

    Parameters
    ----------
    function : callable
    *arguments : Spec or sequence of Spec
        What it takes: a tensor, or a list of them.

    Returns
    -------
    callable
        Takes arrays or tensors of those shapes.
    """
    signature = [
        tf.TensorSpec(*each) if isinstance(each, Spec) else [tf.TensorSpec(*one) for one in each]
        for each in arguments
    ]
    made: Callable[..., Any] = tf.function(function, input_signature=signature, autograph=False)
    return made


def vjp(function: Callable[..., Any], *inputs: Any) -> tuple[Any, Callable[[Any], list[Any]]]:
    """Apply a function; also return the product of a signal with its Jacobian.

    Parameters
    ----------
    function : callable
    *inputs : tensor or list of tensors

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
    """
    return tf.gather(x, places, batch_dims=int(batched))


def argmax(x: Any, axis: int) -> Any:
    """Return where along an axis the maximum lies, the first of equals: int32."""
    return tf.argmax(x, axis, output_type=tf.int32)
