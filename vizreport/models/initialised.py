"""Layers whose weights are as they were initialised: never trained, or never loaded.

A layer is named where its filters follow its initialiser's law (Kolmogorov-Smirnov test, its
variance, and no value beyond the law's limits) and something that training cannot leave alone is
untouched: its biases, else the normalisation right behind it. Without either, a bounded law of many
values is evidence enough, since the first steps of training push some of them over the limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from vizreport.graph.network import Use

LEVEL = 1e-3
"""Of the tests of the law together: one fresh array of weights in 1,000 is missed."""
BY_LAW_ALONE = 4_000
"""Values of a bounded law from which it needs no other evidence."""

_SAMPLE = 20_000  # values of an array that are compared with the law; all with its limits
_ROWS = 256  # of an orthogonal matrix that are compared with each other
# Rounding of float32 draws, and of the types they may have been stored in.
_ROUNDING = {"float16": 2e-3, "bfloat16": 1e-2}
_TRUNCATED = 0.87962566103423978  # Keras' standard deviation of a normal law cut off at 2


@dataclass(frozen=True)
class Initialised:
    """Layers as initialised.

    Attributes
    ----------
    layers : tuple of str
        Paths, in the order of the forward pass.
    tested : int
        Layers whose initialiser has a known law.
    """

    layers: tuple[str, ...]
    tested: int


@dataclass(frozen=True)
class _Array:
    """An array of weights and its ``keras.initializers.Initializer``."""

    values: np.ndarray
    initialiser: Any


def as_initialised(uses: Sequence[Use]) -> Initialised:
    """Return the layers of a network whose weights are as initialised.

    Parameters
    ----------
    uses : sequence of Use
        Of the network's graph.
    """
    norms = {use.inputs: use.operation for use in uses if _is_batch_normalization(use.operation)}
    seen: set[int] = set()
    named, tested = [], 0
    for use in uses:
        parts = [part for part in _parts(use.operation) if id(part) not in seen]
        seen.update(map(id, parts))
        verdicts = [_is_fresh(part, norms.get(use.outputs)) for part in parts]
        known = [verdict for verdict in verdicts if verdict is not None]
        tested += bool(known)
        if known and all(known):
            named.append(use.layer)
    return Initialised(tuple(named), tested)


def _is_batch_normalization(operation: Any) -> bool:
    return hasattr(operation, "moving_mean_initializer")


def _parts(operation: Any) -> Iterator[Any]:
    """Yield a layer and those inside it, such as the projections of an attention."""
    flatten = getattr(operation, "_flatten_layers", None)
    return iter(flatten()) if flatten else iter(())


def _is_fresh(layer: Any, norm: Any) -> bool | None:
    """Whether a layer is as initialised; None where it has no filters of a known law.

    Parameters
    ----------
    layer : keras.Layer
        Built, with its weights.
    norm : keras.Layer or None
        The normalisation right behind it.
    """
    arrays = list(_arrays(layer))
    filters = [array for array in arrays if array.values.ndim > 1]
    follow = [_follows(array) for array in filters]
    if not filters or None in follow:
        return None
    if not all(follow):
        return False
    rest = [array for array in arrays if array.values.ndim == 1]
    if rest:
        return all(_follows(array) for array in rest)
    if norm is not None and all(_follows(array) for array in _arrays(norm)):
        return True
    return all(
        array.values.size >= BY_LAW_ALONE and _is_bounded(array.initialiser) for array in filters
    )


def _arrays(layer: Any) -> Iterator[_Array]:
    """Yield a layer's own arrays of weights that have an initialiser."""
    for variable in [
        *getattr(layer, "_trainable_variables", ()),
        *getattr(layer, "_non_trainable_variables", ()),
    ]:
        name = variable.name
        own = "depthwise" if type(layer).__name__.startswith("Depthwise") else name
        for attribute in (name, name.removesuffix("_kernel"), own):
            initialiser = getattr(layer, f"{attribute}_initializer", None)
            if initialiser is not None and hasattr(initialiser, "get_config"):
                yield _Array(np.asarray(variable), initialiser)
                break


def _follows(array: _Array) -> bool | None:
    """Whether weights follow their initialiser's law; None where that is not known."""
    values, initialiser = array.values, array.initialiser
    name = type(initialiser).__name__
    if (
        not np.issubdtype(np.asarray(values).dtype, np.floating)
        and _ROUNDING.get(str(values.dtype)) is None
    ):
        return None  # quantised
    rounding = _ROUNDING.get(str(values.dtype), 1e-5)
    flat = np.asarray(values, np.float64)
    if name in ("Zeros", "Ones", "Constant"):
        value = np.asarray(initialiser.value if name == "Constant" else float(name == "Ones"))
        return bool((np.abs(flat - value) <= rounding * np.abs(value)).all())
    if name == "Orthogonal":
        return _is_orthogonal(flat, initialiser.gain, rounding)
    law = _law(initialiser, flat.shape)
    if law is None:
        return None
    distribution, low, high = law
    slack = rounding * max(abs(low), abs(high)) if math.isfinite(high) else 0.0
    if flat.min() < low - slack or flat.max() > high + slack:
        return False
    from scipy import stats  # slow to import

    sample = flat.ravel()[:: max(1, flat.size // _SAMPLE)]
    shape = stats.kstest(sample, distribution.cdf).pvalue
    mean, variance, kurtosis = distribution.stats("mvk")
    spread = variance * np.sqrt((kurtosis + 2) / flat.size)
    excess = (((flat - mean) ** 2).mean() - variance) / spread
    return bool(min(shape, 2 * stats.norm.sf(abs(excess))) >= LEVEL / 2)


Law = tuple[Any, float, float]
"""A distribution of scipy's, and its limits."""


def _law(initialiser: Any, shape: tuple[int, ...]) -> Law | None:
    """Return the law of an initialiser of Keras; None for any other."""
    name = type(initialiser).__name__
    if name == "RandomUniform":
        return _uniform(initialiser.minval, initialiser.maxval)
    if name in ("RandomNormal", "TruncatedNormal"):
        limit = 2.0 if name == "TruncatedNormal" else math.inf
        return _normal(initialiser.mean, initialiser.stddev, limit)
    if not {"scale", "mode", "distribution"} <= vars(initialiser).keys():
        return None
    fan_in, fan_out = _fans(initialiser, shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out}.get(initialiser.mode, (fan_in + fan_out) / 2)
    variance = initialiser.scale / max(1.0, fan)
    if initialiser.distribution == "truncated_normal":
        return _normal(0.0, math.sqrt(variance) / _TRUNCATED, 2.0)
    if initialiser.distribution == "untruncated_normal":
        return _normal(0.0, math.sqrt(variance), math.inf)
    limit = math.sqrt(3 * variance)
    return _uniform(-limit, limit)


def _is_bounded(initialiser: Any) -> bool:
    if type(initialiser).__name__ == "Orthogonal":
        return True
    law = _law(initialiser, (1, 1))
    return law is not None and math.isfinite(law[2])


def _uniform(low: float, high: float) -> Law | None:
    from scipy import stats

    return (stats.uniform(low, high - low), low, high) if high > low else None


def _normal(mean: float, deviation: float, limit: float) -> Law | None:
    from scipy import stats

    if not deviation > 0:
        return None
    law = stats.truncnorm(-limit, limit, mean, deviation)
    return law, mean - limit * deviation, mean + limit * deviation


def _fans(initialiser: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the number of inputs and outputs of a unit, as Keras counts them."""
    inputs = getattr(initialiser, "input_axes", None)
    outputs = getattr(initialiser, "output_axes", None)
    if inputs is not None and outputs is not None:
        return math.prod(shape[i] for i in inputs), math.prod(shape[i] for i in outputs)
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def _is_orthogonal(values: np.ndarray, gain: float, rounding: float) -> bool:
    matrix = values.reshape(-1, values.shape[-1])
    matrix = matrix.T if len(matrix) > matrix.shape[1] else matrix
    matrix = matrix[:_ROWS]
    off = matrix @ matrix.T - gain**2 * np.eye(len(matrix))
    return bool(np.abs(off).max() <= max(rounding, 1e-4) * gain**2)
