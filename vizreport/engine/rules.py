"""Backward rules: the forward pass as it is, the way back overridden.

A rule takes a step and its input tensors and returns the step's output. What it changes is the
gradient of that output, by ``tf.custom_gradient``; the weights are the model's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from vizreport.graph.network import Step

Rule = Callable[..., tf.Tensor]


def true_gradient(step: Step, *inputs: tf.Tensor) -> tf.Tensor:
    """Leave the gradient: of a linear operation its transpose, of a pooling its switches.

    Max pooling unpools through the switches of that very image; where windows overlap the
    signal is summed (Zeiler & Fergus 2013, section 2.1).
    """
    return step.forward(*inputs)


def rectify_signal(step: Step, x: tf.Tensor) -> tf.Tensor:
    """Rectify the signal coming down, whatever was rectified going up.

    ReLU: R(g) = max(g, 0). LeakyReLU of slope s: R(g) = g where g > 0, s g elsewhere. A
    ceiling (ReLU6) is ignored (Zeiler & Fergus 2013, section 2.1).
    """
    slope = _slope(step, x)
    # Outside the override, which must not touch variables such as PReLU's slopes.
    y = tf.stop_gradient(step.forward(x))

    @tf.custom_gradient
    def override(x: tf.Tensor, slope: tf.Tensor) -> tuple[tf.Tensor, Any]:
        def backward(signal: tf.Tensor) -> tuple[tf.Tensor, None]:
            return _leaky(signal, slope), None

        return tf.identity(y), backward

    return override(x, slope)


def guide_signal(step: Step, x: tf.Tensor) -> tf.Tensor:
    """Rectify the signal and pass it where the forward signal passed.

    Guided backpropagation (Springenberg et al. 2015): f'(x) R(g), with the true derivative
    f' of the activation, its ceiling included.
    """
    slope = _slope(step, x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = step.forward(x)
    derivative = tape.gradient(y, x)
    y = tf.stop_gradient(y)

    @tf.custom_gradient
    def override(x: tf.Tensor, derivative: tf.Tensor, slope: tf.Tensor) -> tuple[tf.Tensor, Any]:
        def backward(signal: tf.Tensor) -> tuple[tf.Tensor, None, None]:
            return derivative * _leaky(signal, slope), None, None

        return tf.identity(y), backward

    return override(x, tf.stop_gradient(derivative), slope)


def pass_signal(step: Step, x: tf.Tensor) -> tf.Tensor:
    """Pass the signal through unchanged: contrast (local response) normalisation."""
    y = tf.stop_gradient(step.forward(x))

    @tf.custom_gradient
    def override(x: tf.Tensor) -> tuple[tf.Tensor, Any]:
        return tf.identity(y), lambda signal: signal

    return override(x)


def hold_gate(step: Step, *inputs: tf.Tensor) -> tf.Tensor:
    """Hold the gate of a product constant: the signal is scaled by the gate's value."""
    gate = step.parameters["gate"]
    held = [tf.stop_gradient(x) if i == gate else x for i, x in enumerate(inputs)]
    return step.forward(*held)


def _slope(step: Step, x: tf.Tensor) -> tf.Tensor:
    slope = step.parameters["slope"]
    if isinstance(slope, float):
        return tf.constant(slope, x.dtype)
    return tf.stop_gradient(tf.cast(tf.convert_to_tensor(slope), x.dtype))


def _leaky(signal: tf.Tensor, slope: tf.Tensor) -> tf.Tensor:
    if tf.get_static_value(slope) == 0:
        return tf.nn.relu(signal)
    return tf.where(signal > 0, signal, slope * signal)
