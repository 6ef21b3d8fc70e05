"""Backward rules: the forward pass as it is, the backward pass overridden.

A rule takes a step and its input tensors and returns the step's output and a function that takes
the signal at the output back to the inputs: a signal for each, None where nothing is to go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from vizreport import backend
from vizreport.graph.network import Step

Pull = Callable[[Any], Sequence[Any]]
Rule = Callable[..., tuple[Any, Pull]]


def true_gradient(step: Step, *inputs: Any) -> tuple[Any, Pull]:
    """Leave the gradient: of a linear operation its transpose, of a pooling its switches.

    Max pooling unpools through the switches of that very image; where windows overlap the
    signal is summed (Zeiler & Fergus 2013, section 2.1).
    """
    return backend.vjp(step.forward, *inputs)


def rectify_signal(step: Step, x: Any) -> tuple[Any, Pull]:
    """Rectify the signal coming down, whatever was rectified going up.

    ReLU: R(g) = max(g, 0). LeakyReLU of slope s: R(g) = g where g > 0, s g elsewhere. A
    ceiling (ReLU6) is ignored (Zeiler & Fergus 2013, section 2.1).
    """
    return step.forward(x), lambda signal: [_leaky(step, signal)]


def guide_signal(step: Step, x: Any) -> tuple[Any, Pull]:
    """Rectify the signal and pass it where the forward signal passed.

    Guided backpropagation (Springenberg et al. 2015): f'(x) R(g), with the true derivative
    f' of the activation, its ceiling included.
    """
    output, pull = backend.vjp(step.forward, x)
    return output, lambda signal: pull(_leaky(step, signal))


def pass_signal(step: Step, x: Any) -> tuple[Any, Pull]:
    """Pass the signal through unchanged: contrast (local response) normalisation."""
    return step.forward(x), lambda signal: [signal]


def hold_gate(step: Step, *inputs: Any) -> tuple[Any, Pull]:
    """Hold the gate of a product constant: the signal is scaled by the gate's value."""
    gate = step.parameters["gate"]

    def product(*others: Any) -> Any:
        return step.forward(*others[:gate], inputs[gate], *others[gate:])

    output, pull = backend.vjp(product, *inputs[:gate], *inputs[gate + 1 :])

    def shares(signal: Any) -> list[Any]:
        found = list(pull(signal))
        return [*found[:gate], None, *found[gate:]]

    return output, shares


def _leaky(step: Step, signal: Any) -> Any:
    slope = step.parameters["slope"]
    if isinstance(slope, float):
        return ops.relu(signal) if slope == 0 else ops.where(signal > 0, signal, slope * signal)
    return ops.where(signal > 0, signal, ops.cast(slope, signal.dtype) * signal)
