"""The backend's functions for JAX (``KERAS_BACKEND=jax``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import ops

from vizreport.backend.spec import Spec

GROUP_COST = int(5e10)
"""Multiplications that take as long as compiling for its shapes of one more size of windows."""
TRACE_COST = int(1e10)
"""Multiplications that take as long as compiling an operation in windows."""
WEIGHT_COST = 12
"""Multiplications that take as long as a call's reading one weight."""
VALUE_COST = 50
"""Multiplications that take as long as copying one value."""
ERRORS = (ValueError,)
"""What an operation raises, beside TypeError, that cannot take its inputs."""


class _Static:
    """Whole numbers that a compiled function is compiled for."""

    def __init__(self, values: Any) -> None:
        self.array = np.asarray(values)

    def __hash__(self) -> int:
        return hash((self.array.shape, self.array.tobytes()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Static) and np.array_equal(self.array, other.array)


def compiled(
    function: Callable[..., Any],
    *arguments: Spec | Sequence[Spec],
    variables: Sequence[Any] = (),
) -> Callable[..., Any]:
    """Compile a function of tensors; float32 is multiplied in full precision.

    Lengths that vary are padded to those of :func:`length_compiled` by repeating the last entry,
    so that few shapes are compiled; outputs, whose first length is the last that varies among the
    arguments, are cut.

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
        Takes arrays of those shapes. Its attribute ``shapes`` is the set of those that it was
        compiled for.
    """
    shapes = set()

    @partial(jax.jit, static_argnums=(2,))
    def run(values: list[Any], given: list[Any], static: tuple[_Static | None, ...]) -> Any:
        filled = [
            one if fixed is None else fixed.array for one, fixed in zip(given, static, strict=True)
        ]
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(*filled)

    def call(*given: Any) -> Any:
        lengths: dict[str | None, int] = {}
        taken: list[Any] = []
        static: list[_Static | None] = []
        for spec, value in zip(arguments, given, strict=True):
            fixed = isinstance(spec, Spec) and spec.static
            static.append(_Static(value) if fixed else None)
            if fixed:
                taken.append(None)
            elif isinstance(spec, Spec):
                taken.append(_padded(value, spec, lengths))
            else:
                taken.append([_padded(x, s, lengths) for x, s in zip(value, spec, strict=True)])
        shapes.add((tuple(np.shape(leaf) for leaf in jax.tree.leaves(taken)), *static))
        with full_precision():
            outputs = run([variable.value for variable in variables], taken, tuple(static))
        if not lengths:
            return outputs
        length = list(lengths.values())[-1]
        return jax.tree.map(lambda y: y[:length], outputs)

    call.shapes = shapes  # type: ignore[attr-defined]
    return call


def length_compiled(length: int) -> int:
    """Return the length to which one that varies is padded: 1, 16, 32 and so on by twos."""
    return 1 if length <= 1 else max(16, 1 << (length - 1).bit_length())


def batch_length(most: int) -> int:
    """Return the longest batch of at most ``most`` that is not padded."""
    return max(1, most if most < 16 else 1 << (most.bit_length() - 1))


def _padded(value: Any, spec: Spec, lengths: dict[str | None, int]) -> Any:
    """Pad the lengths that vary; note what they were, the last one last."""
    array = value if isinstance(value, jax.Array) else np.asarray(value, spec.dtype)
    widths = [(0, 0)] * len(spec.shape)
    for axis, length in enumerate(spec.shape):
        if isinstance(length, str):
            lengths.pop(length, None)
            lengths[length] = array.shape[axis]
            widths[axis] = (0, length_compiled(array.shape[axis]) - array.shape[axis])
    if not any(map(any, widths)):
        return array
    pad = jnp.pad if isinstance(array, jax.Array) else np.pad
    return pad(array, widths, mode="edge" if array.size else "constant")


def shapes(function: Callable[..., Any], *arguments: Spec) -> list[tuple[int, ...]]:
    """Return the shapes of a function's outputs, without the batch; nothing is computed."""
    given = [
        jax.ShapeDtypeStruct([n if isinstance(n, int) else 1 for n in spec.shape], spec.dtype)
        for spec in arguments
    ]
    return [tuple(output.shape[1:]) for output in jax.eval_shape(function, *given)]


def vjp(function: Callable[..., Any], *inputs: Any) -> tuple[Any, Callable[[Any], Sequence[Any]]]:
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
        Takes a signal like the output; returns one like each input.
    """
    output, pull = jax.vjp(function, *inputs)
    return output, pull


def gathered(x: Any, places: Any, batched: bool = False) -> Any:
    """Return parts of ``x`` along its first axis, or of each of ``x`` along its second one."""
    return jax.vmap(lambda one, place: one[place])(x, places) if batched else x[places]


def argmax(x: Any, axis: int) -> Any:
    """Return where along an axis the maximum lies, the first of equals: int32."""
    return jnp.argmax(x, axis).astype("int32")


def convolution(
    x: Any,
    kernel: Any,
    bias: Any | None,
    strides: tuple[int, int],
    padding: str,
    dilation: tuple[int, int],
    groups: int,
) -> Any:
    """Convolve, in groups and dilated where asked."""
    y = jax.lax.conv_general_dilated(
        x,
        ops.cast(kernel, x.dtype),
        strides,
        padding.upper(),
        rhs_dilation=dilation,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=groups,
    )
    return y if bias is None else y + ops.cast(bias, y.dtype)


def depthwise_convolution(
    x: Any,
    kernel: Any,
    bias: Any | None,
    strides: tuple[int, int],
    padding: str,
    dilation: tuple[int, int],
) -> Any:
    """Convolve each map with filters of its own, ``kernel`` [h, w, C, multiplier]."""
    height, width, maps, multiplier = kernel.shape
    kernel = ops.reshape(ops.cast(kernel, x.dtype), (height, width, 1, maps * multiplier))
    return convolution(x, kernel, bias, strides, padding, dilation, maps)


def transposed_convolution(
    x: Any,
    kernel: Any,
    bias: Any | None,
    strides: tuple[int, int],
    dilation: tuple[int, int],
    pads: tuple[int, int],
    lengths: tuple[int, int],
) -> Any:
    """Transposed convolution, ``kernel`` [h, w, M, C], with an explicit cut of the full output."""
    kernel = ops.transpose(ops.cast(kernel, x.dtype)[::-1, ::-1], (0, 1, 3, 2))
    around = []
    for axis in (0, 1):
        extent = (kernel.shape[axis] - 1) * dilation[axis]
        # As much of the full output as is wanted, from the first wanted position on.
        size = x.shape[axis + 1] * strides[axis] + lengths[axis]
        full = (x.shape[axis + 1] - 1) * strides[axis] + extent + 1
        around.append((extent - pads[axis], extent + size + pads[axis] - full))
    y = jax.lax.conv_general_dilated(
        x,
        kernel,
        (1, 1),
        around,
        lhs_dilation=strides,
        rhs_dilation=dilation,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )
    return y if bias is None else y + ops.cast(bias, y.dtype)


def maximum(x: Any, y: Any) -> Any:
    """Return the larger of two; a signal goes back to it, to the first of equals."""
    # JAX's own shares the signal among equals.
    return jnp.where((x < y) | jnp.isnan(y), y, x)


def max_pool(x: Any, size: tuple[int, int], strides: tuple[int, int], padding: str) -> Any:
    """Return the maximum of each window; a signal goes back to the first of equals."""
    return ops.max_pool(x, size, strides, padding, data_format="channels_last")


def average_pool(x: Any, size: tuple[int, int], strides: tuple[int, int], padding: str) -> Any:
    """Return the mean of each window's places that are not padding."""
    return ops.average_pool(x, size, strides, padding, data_format="channels_last")


def full_precision() -> AbstractContextManager[Any]:
    """Let a GPU multiply float32 as such."""
    return jax.default_matmul_precision("highest")


def by_xla(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function: XLA computes all of JAX."""
    return function


def devices() -> list[str]:
    """Return the names of the devices there are: ``CPU``, or a GPU's own."""
    return ["CPU" if device.platform == "cpu" else device.device_kind for device in jax.devices()]
