"""``keras.ops`` functions of a functional graph as primitive operations.

They are not in ``model.layers``: a graph walked by its layers would give them the plain
gradient without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from vizreport import backend
from vizreport.graph import adaptive_pooling
from vizreport.graph.activations import CURVED, HERE, curved, rectifier, softmax
from vizreport.graph.geometry import Shift, Window
from vizreport.graph.network import Keywords, Step

Run = Callable[..., Any]


def lower_operation(
    operation: Any, args: tuple[Any, ...], kwargs: Keywords, run: Run
) -> Step | None:
    """Return the primitive operation of one use of a ``keras.ops`` function.

    Parameters
    ----------
    operation : keras.Operation
        As Keras recorded it in the model.
    args, kwargs
        Its arguments, symbolic tensors among them.
    run : callable
        The operation as a function of its tensors alone.

    Returns
    -------
    Step or None
        None where nothing is known of it.
    """
    name = type(operation).__name__
    lower = _TABLE.get(name)
    if lower is not None:
        return lower(operation, args, kwargs, run)
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    return curved(snake, run) if snake in CURVED else None


def _tensors(args: tuple[Any, ...], kwargs: Keywords) -> list[Any]:
    flat = keras.tree.flatten((args, kwargs))
    return [value for value in flat if isinstance(value, keras.KerasTensor)]


def _constant_reach(args: tuple[Any, ...], kwargs: Keywords) -> Any:
    """Pointwise, unless an array among the arguments has rows or columns of its own."""
    for value in keras.tree.flatten((args, kwargs)):
        shape = getattr(value, "shape", ())
        if isinstance(value, keras.KerasTensor) or len(shape) < 2:
            continue
        if any(size != 1 for size in tuple(shape)[-3:-1]):
            return None
    return HERE


def _sum(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    if len(_tensors(args, kwargs)) > 1:
        return Step("add", run, HERE, text="add")
    return Step("affine", run, _constant_reach(args, kwargs))


def _product(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    if len(_tensors(args, kwargs)) > 1:
        return Step("multiply", run, HERE, text="multiply")
    return Step("affine", run, _constant_reach(args, kwargs))


def _quotient(operation: Any, args: Any, kwargs: Any, run: Run) -> Step | None:
    numerator_only = isinstance(args[0], keras.KerasTensor) and len(_tensors(args, kwargs)) == 1
    return Step("affine", run, _constant_reach(args, kwargs)) if numerator_only else None


def _relu(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    return rectifier()


def _bent_relu(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    """``keras.activations.relu`` with its slope, ceiling and threshold."""
    ceiling = operation.max_value
    return rectifier(
        float(operation.negative_slope or 0),
        None if ceiling is None else float(ceiling),
        float(operation.threshold or 0),
    )


def _relu6(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    return rectifier(ceiling=6.0)


def _leaky_relu(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    return rectifier(slope=float(operation.negative_slope))


def _maximum(operation: Any, args: Any, kwargs: Any, run: Run) -> Step | None:
    if len(_tensors(args, kwargs)) > 1:
        return Step("maximum", backend.maximum, HERE, text="maximum")
    constants = [value for value in args if not isinstance(value, keras.KerasTensor)]
    is_relu = len(constants) == 1 and np.ndim(constants[0]) == 0 and float(constants[0]) == 0.0
    return rectifier() if is_relu else None


def _concatenate(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    across_maps = operation.axis in (-1, 3)
    return Step("concatenate", run, HERE if across_maps else None, text="concatenate")


def _stack(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    return Step("concatenate", run, None, text="stack")


def _softmax(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    return softmax(operation.axis)


def _reshape(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    return Step("reshape", run, None)


def _slice(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    key = args[1] if len(args) > 1 else kwargs.get("key")
    parts = key if isinstance(key, tuple) else (key,)
    if Ellipsis in parts:
        cut = parts.index(Ellipsis)
        missing = 4 - (len(parts) - 1)
        parts = parts[:cut] + (slice(None),) * missing + parts[cut + 1 :]
    maps_only = len(parts) == 4 and all(part == slice(None) for part in parts[:3])
    keeps_rank = all(isinstance(part, slice) for part in parts)
    return Step("slice", run, HERE if maps_only and keeps_rank else None)


def _split(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    return Step("slice", run, HERE if operation.axis in (-1, 3) else None)


def _over_axes(kind: str, word: str) -> Callable[..., Step]:
    """Return the lowering of a mean or sum: a pooling only where it runs over rows and columns."""

    def lower(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
        (x,) = _tensors(args, kwargs)
        rank = len(x.shape)
        axis = operation.axis
        axes = tuple(range(rank)) if axis is None else tuple(np.atleast_1d(axis) % rank)
        if rank == 4 and sorted(axes) == [1, 2]:
            return Step(kind, run, None, text=f"{word} over positions")
        across_maps = axes == (3,) and rank == 4 and operation.keepdims
        text = f"{word} over maps" if axes == (rank - 1,) else word
        return Step("affine", run, HERE if across_maps else None, text=text)

    return lower


def _adaptive(pool: Callable[[tuple[int, int]], Step]) -> Callable[..., Step | None]:
    def lower(operation: Any, args: Any, kwargs: Any, run: Run) -> Step | None:
        if operation.data_format == "channels_first":
            return None
        size = operation.output_size
        return pool((size, size) if isinstance(size, int) else tuple(size))

    return lower


def _pad(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    zeros = operation.mode == "constant" and not kwargs.get("constant_values")
    widths = np.broadcast_to(np.asarray(operation.pad_width), (4, 2)).tolist()
    if not zeros or any(widths[0]) or any(widths[3]):
        return Step("padding", run, None)
    return Step("zero_padding", run, (Shift(*widths[1]), Shift(*widths[2])))


def _pool(kind: str) -> Callable[..., Step | None]:
    function = backend.max_pool if kind == "max_pooling" else backend.average_pool

    def lower(operation: Any, args: Any, kwargs: Any, run: Run) -> Step | None:
        if operation.data_format == "channels_first":
            return None
        size = operation.pool_size
        size = (size, size) if isinstance(size, int) else tuple(size)
        steps = operation.strides or size
        steps = (steps, steps) if isinstance(steps, int) else tuple(steps)
        padding = operation.padding

        def forward(x: Any) -> Any:
            return function(x, size, steps, padding)

        reach = (
            Window(size[0], steps[0], padding=padding),
            Window(size[1], steps[1], padding=padding),
        )
        word = "max" if kind == "max_pooling" else "average"
        text = f"{size[0]}x{size[1]} {word} pool, stride {steps[0]}"
        return Step(kind, forward, reach, text=text)

    return lower


def _negative(operation: Any, args: Any, kwargs: Any, run: Run) -> Step:
    return Step("affine", run, HERE)


_TABLE: dict[str, Callable[..., Step | None]] = {
    "Add": _sum,
    "Subtract": _sum,
    "Multiply": _product,
    "Divide": _quotient,
    "TrueDivide": _quotient,
    "Negative": _negative,
    "Relu": _relu,
    "ReLU": _bent_relu,
    "Relu6": _relu6,
    "LeakyRelu": _leaky_relu,
    "Maximum": _maximum,
    "Concatenate": _concatenate,
    "Stack": _stack,
    "Softmax": _softmax,
    "Reshape": _reshape,
    "Transpose": _reshape,
    "Squeeze": _reshape,
    "ExpandDims": _reshape,
    "GetItem": _slice,
    "Split": _split,
    "Mean": _over_axes("average_pooling", "average"),
    "Sum": _over_axes("sum_pooling", "sum"),
    "AdaptiveAveragePool": _adaptive(adaptive_pooling.average),
    "AdaptiveMaxPool": _adaptive(adaptive_pooling.maximum),
    "Pad": _pad,
    "MaxPool": _pool("max_pooling"),
    "AveragePool": _pool("average_pooling"),
}
