"""Activation functions as primitive operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from vizreport.graph.geometry import Pointwise
from vizreport.graph.network import Step

HERE = (Pointwise(), Pointwise())


def rectifier(slope: float = 0.0, ceiling: float | None = None, threshold: float = 0.0) -> Step:
    """Rectifier, leaky where ``slope`` is not 0, cut off at ``ceiling``.

    f(x) = min(x, ceiling) for x >= threshold, slope * (x - threshold) below.
    """

    def forward(x: Any) -> Any:
        if threshold:
            above = ops.where(x >= threshold, x, ops.zeros_like(x))
            below = slope * ops.minimum(x - threshold, 0) if slope else 0.0
            y = above + below
        elif slope:
            y = ops.where(x > 0, x, slope * x)  # ops.leaky_relu keeps its slope in float32
        else:
            y = ops.relu(x)
        return y if ceiling is None else ops.minimum(y, ceiling)

    return Step("relu", forward, HERE, {"slope": slope}, text="ReLU")


def parametric_rectifier(alpha: Any) -> Step:
    """Leaky rectifier whose slopes were learned (PReLU)."""

    def forward(x: Any) -> Any:
        return ops.relu(x) - ops.cast(alpha, x.dtype) * ops.relu(-x)

    # A slope for each place ties the operation to absolute position.
    shared = all(size == 1 for size in alpha.shape[:-1])
    return Step("relu", forward, HERE if shared else None, {"slope": alpha}, text="PReLU")


def softmax(axis: int = -1) -> Step:
    """Softmax over the maps, or over another axis, which then reaches globally."""
    across_maps = axis in (-1, 3)
    return Step("softmax", lambda x: ops.softmax(x, axis), HERE if across_maps else None)


def curved(name: str, function: Callable[[Any], Any]) -> Step:
    """Return an elementwise function that is not piecewise linear."""
    return Step(name, function, HERE, {"elementwise": True}, text=name)


IDENTITY = Step("identity", lambda x: x, HERE)

CURVED = (
    "celu elu exponential gelu glu hard_sigmoid hard_silu hard_shrink hard_tanh log_sigmoid mish "
    "selu sigmoid silu soft_shrink softplus softsign sparse_plus squareplus tanh tanh_shrink"
).split()

# Keras's activation functions and TensorFlow's, by the name they have there.
_RECTIFIERS: dict[str, Callable[[], Step]] = {
    "relu": rectifier,
    "relu6": lambda: rectifier(ceiling=6.0),
}


def lower_activation(activation: Any) -> list[Step]:
    """Return the primitive operations of a layer's ``activation=``.

    Parameters
    ----------
    activation : None or function
        As a layer keeps it.

    Returns
    -------
    list of Step
        Empty for None and the linear activation. A function that is not known becomes a
        step of its own name, which has no backward rule.
    """
    if activation is None or activation is keras.activations.linear:
        return []
    name = getattr(activation, "__name__", type(activation).__name__)
    module = getattr(activation, "__module__", "") or ""
    trusted = module.startswith(("keras.", "tensorflow.", "vizreport."))
    if trusted and name in _RECTIFIERS:
        return [_RECTIFIERS[name]()]
    if trusted and name == "leaky_relu":
        # Keras's function leaks 0.2, TensorFlow's too, unless told otherwise.
        return [rectifier(slope=0.2)]
    if trusted and name in ("softmax", "softmax_v2"):
        return [softmax()]
    if trusted and name in ("hard_swish", "swish"):
        name = {"hard_swish": "hard_silu", "swish": "silu"}[name]
    if trusted and name in CURVED:
        return [curved(name, activation)]
    # Never the bare name: a function of the user's called "relu" must not get relu's rule.
    return [Step(f"{name}()", activation, None, text=name)]
