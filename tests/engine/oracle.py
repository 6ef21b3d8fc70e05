"""A slow deconvnet in numpy, float64, one image, written after the paper; knows no vizreport.

Each operation takes signals and returns one that remembers how to pull a gradient back to its
inputs. What differs between the presets (rectifiers, contrast normalisation, gates) is written
out by preset. Operations on linear layers are loops over windows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Pull = Callable[[np.ndarray], tuple[np.ndarray, ...]]


@dataclass(eq=False)
class Signal:
    value: np.ndarray
    parents: tuple[Signal, ...] = ()
    pull: Pull = field(default=lambda g: ())


def project(target: Signal, place: tuple[int, ...], source: Signal) -> np.ndarray:
    """Send one unit's activation, all others zero, down to the source."""
    order: list[Signal] = []

    def visit(signal: Signal) -> None:
        if not any(signal is seen for seen in order):
            for parent in signal.parents:
                visit(parent)
            order.append(signal)

    visit(target)
    seed = np.zeros_like(target.value)
    seed[place] = target.value[place]
    arrived = {id(target): seed}
    for signal in reversed(order):
        g = arrived.get(id(signal))
        if g is None:
            continue
        for parent, part in zip(signal.parents, signal.pull(g), strict=True):
            assert part.shape == parent.value.shape
            arrived[id(parent)] = arrived.get(id(parent), 0) + part
    return arrived.get(id(source), np.zeros_like(source.value))


# Windows ---------------------------------------------------------------------------------------


def _layout(size, kernel, stride, dilation, padding):
    """Outputs and padded positions in front and behind, as TensorFlow defines 'same'."""
    extent = (kernel - 1) * dilation + 1
    if padding == "valid":
        return (size - extent) // stride + 1, 0, 0
    count = -(-size // stride)
    total = max((count - 1) * stride + extent - size, 0)
    return count, total // 2, total - total // 2


def _windows(shape, kernel, strides, dilation, padding):
    rows, top, bottom = _layout(shape[0], kernel[0], strides[0], dilation[0], padding)
    cols, left, right = _layout(shape[1], kernel[1], strides[1], dilation[1], padding)
    places = [
        (
            i,
            j,
            slice(i * strides[0], i * strides[0] + (kernel[0] - 1) * dilation[0] + 1, dilation[0]),
            slice(j * strides[1], j * strides[1] + (kernel[1] - 1) * dilation[1] + 1, dilation[1]),
        )
        for i in range(rows)
        for j in range(cols)
    ]
    return rows, cols, (top, bottom, left, right), places


def _padded(x, pad, fill=0.0):
    top, bottom, left, right = pad
    return np.pad(x, ((top, bottom), (left, right), (0, 0)), constant_values=fill)


def _unpadded(g, pad, shape):
    return g[pad[0] : pad[0] + shape[0], pad[2] : pad[2] + shape[1]]


def conv(x, kernel, bias=None, strides=(1, 1), padding="valid", dilation=(1, 1), groups=1):
    """Kernel [h, w, C / groups, M]."""
    kernel = np.asarray(kernel, np.float64)
    h, w, each, maps = kernel.shape
    rows, cols, pad, places = _windows(x.value.shape, (h, w), strides, dilation, padding)
    full = _padded(x.value, pad)
    y = np.zeros((rows, cols, maps))
    per = maps // groups
    for i, j, r, c in places:
        for k in range(groups):
            window = full[r, c, k * each : (k + 1) * each]
            y[i, j, k * per : (k + 1) * per] = np.tensordot(
                window, kernel[..., k * per : (k + 1) * per], 3
            )
    if bias is not None:
        y = y + np.asarray(bias)

    def pull(g):
        down = np.zeros_like(full)
        for i, j, r, c in places:
            for k in range(groups):
                part = kernel[..., k * per : (k + 1) * per] @ g[i, j, k * per : (k + 1) * per]
                down[r, c, k * each : (k + 1) * each] += part
        return (_unpadded(down, pad, x.value.shape),)

    return Signal(y, (x,), pull)


def depthwise(x, kernel, bias=None, strides=(1, 1), padding="valid", dilation=(1, 1)):
    """Kernel [h, w, C, multiplier]; written as one convolution with mostly zeros."""
    kernel = np.asarray(kernel, np.float64)
    h, w, maps, multiplier = kernel.shape
    wide = np.zeros((h, w, maps, maps * multiplier))
    for c in range(maps):
        wide[:, :, c, c * multiplier : (c + 1) * multiplier] = kernel[:, :, c]
    return conv(x, wide, bias, strides, padding, dilation)


def transposed(x, kernel, bias=None, strides=(1, 1), padding="valid"):
    """Kernel [h, w, M, C]: input i adds to outputs i * stride ... i * stride + kernel - 1."""
    kernel = np.asarray(kernel, np.float64)
    h, w, maps, _ = kernel.shape
    rows, cols = x.value.shape[:2]
    full = [(rows - 1) * strides[0] + max(h, strides[0]), (cols - 1) * strides[1]]
    full[1] += max(w, strides[1])
    if padding == "same":
        size = (rows * strides[0], cols * strides[1])
        cut = [max(h - strides[0], 0) // 2, max(w - strides[1], 0) // 2]
    else:
        size, cut = tuple(full), [0, 0]
    y = np.zeros((*full, maps))
    for i in range(rows):
        for j in range(cols):
            r, c = i * strides[0], j * strides[1]
            y[r : r + h, c : c + w] += kernel @ x.value[i, j]
    y = y[cut[0] : cut[0] + size[0], cut[1] : cut[1] + size[1]]
    if bias is not None:
        y = y + np.asarray(bias)

    def pull(g):
        wide = np.zeros((*full, maps))
        wide[cut[0] : cut[0] + size[0], cut[1] : cut[1] + size[1]] = g
        down = np.zeros_like(x.value)
        for i in range(rows):
            for j in range(cols):
                r, c = i * strides[0], j * strides[1]
                down[i, j] = np.tensordot(
                    wide[r : r + h, c : c + w], kernel, ((0, 1, 2), (0, 1, 2))
                )
        return (down,)

    return Signal(y, (x,), pull)


def max_pool(x, size, strides=None, padding="valid"):
    """Unpool through the switches, the first of equals; sum where windows overlap."""
    strides = strides or size
    rows, cols, pad, places = _windows(x.value.shape, size, strides, (1, 1), padding)
    full = _padded(x.value, pad, -np.inf)
    maps = full.shape[2]
    y = np.zeros((rows, cols, maps))
    switches = {}
    for i, j, r, c in places:
        for m in range(maps):
            window = full[r, c, m]
            a, b = np.unravel_index(np.argmax(window), window.shape)
            y[i, j, m] = window[a, b]
            switches[i, j, m] = (r.start + a, c.start + b, m)

    def pull(g):
        down = np.zeros_like(full)
        for unit, switch in switches.items():
            down[switch] += g[unit]
        return (_unpadded(down, pad, x.value.shape),)

    return Signal(y, (x,), pull)


def average_pool(x, size, strides=None, padding="valid"):
    """Mean of what is inside the image."""
    strides = strides or size
    rows, cols, pad, places = _windows(x.value.shape, size, strides, (1, 1), padding)
    full, inside = _padded(x.value, pad), _padded(np.ones_like(x.value), pad)
    y = np.zeros((rows, cols, full.shape[2]))
    for i, j, r, c in places:
        y[i, j] = full[r, c].sum((0, 1)) / inside[r, c].sum((0, 1))

    def pull(g):
        down = np.zeros_like(full)
        for i, j, r, c in places:
            down[r, c] += g[i, j] / inside[r, c].sum((0, 1))
        return (_unpadded(down, pad, x.value.shape),)

    return Signal(y, (x,), pull)


# Activations -----------------------------------------------------------------------------------


def relu(x, preset, slope=0.0, ceiling=None, threshold=0.0):
    """The deconvnet rectifies the signal coming down, whatever was rectified going up."""
    v = x.value
    slope = np.broadcast_to(slope, v.shape)
    y = np.where(v >= threshold, v, slope * (v - threshold))
    derivative = np.where(v > threshold, 1.0, slope)
    if ceiling is not None:
        derivative = np.where(y < ceiling, derivative, 0.0)
        y = np.minimum(y, ceiling)

    def pull(g):
        rectified = np.where(g > 0, g, slope * g)
        if preset == "deconvnet":
            return (rectified,)
        return (derivative * (rectified if preset == "guided" else g),)

    return Signal(y, (x,), pull)


def smooth(x, function, step=1e-6):
    """Any smooth function of the whole map, pulled back by its numerical Jacobian."""
    y = function(x.value)

    def pull(g):
        down = np.zeros(x.value.size)
        for k in range(x.value.size):
            bump = np.zeros(x.value.size)
            bump[k] = step
            bump = bump.reshape(x.value.shape)
            change = (function(x.value + bump) - function(x.value - bump)) / (2 * step)
            down[k] = (change * g).sum()
        return (down.reshape(x.value.shape),)

    return Signal(y, (x,), pull)


def contrast(x, preset, n=5, k=2.0, alpha=1e-4, beta=0.75):
    """Krizhevsky et al. 2012, section 3.3; the deconvnet passes the signal unchanged."""

    def function(v):
        y = np.empty_like(v)
        maps = v.shape[2]
        for i in range(maps):
            near = v[:, :, max(0, i - n // 2) : min(maps, i + n // 2 + 1)]
            y[:, :, i] = v[:, :, i] / (k + alpha * (near**2).sum(2)) ** beta
        return y

    if preset == "deconvnet":
        return Signal(function(x.value), (x,), lambda g: (g,))
    return smooth(x, function)


# Linear operations -----------------------------------------------------------------------------


def linear(x, function):
    """Any affine function, pulled back by its matrix, found column by column."""
    y, origin = function(x.value), function(np.zeros_like(x.value))

    def pull(g):
        down = np.zeros(x.value.size)
        for k in range(x.value.size):
            unit = np.zeros(x.value.size)
            unit[k] = 1.0
            down[k] = ((function(unit.reshape(x.value.shape)) - origin) * g).sum()
        return (down.reshape(x.value.shape),)

    return Signal(y, (x,), pull)


def dense(x, kernel, bias=None):
    kernel = np.asarray(kernel, np.float64)
    y = x.value @ kernel + (0 if bias is None else np.asarray(bias))
    return Signal(y, (x,), lambda g: (g @ kernel.T,))


def scale(x, factor, offset=0.0):
    factor = np.asarray(factor, np.float64)
    return Signal(x.value * factor + offset, (x,), lambda g: (g * factor,))


def batch_norm(x, gamma, beta, mean, variance, epsilon):
    factor = np.asarray(gamma) / np.sqrt(np.asarray(variance) + epsilon)
    return scale(x, factor, np.asarray(beta) - np.asarray(mean) * factor)


def add(*parts, signs=None):
    signs = signs or [1.0] * len(parts)
    y = sum(s * part.value for s, part in zip(signs, parts, strict=True))
    return Signal(y, parts, lambda g: tuple(s * g for s in signs))


def concatenate(*parts):
    ends = np.cumsum([part.value.shape[-1] for part in parts])
    return Signal(
        np.concatenate([part.value for part in parts], -1),
        parts,
        lambda g: tuple(np.split(g, ends[:-1], axis=-1)),
    )


def maximum(*parts):
    """Only the strongest gets the signal, the first of equals."""
    stack = np.stack([part.value for part in parts])
    first = np.argmax(stack, axis=0)
    return Signal(
        stack.max(0), parts, lambda g: tuple(np.where(first == i, g, 0) for i in range(len(parts)))
    )


def gated(x, gate, preset):
    """A product whose gate is held constant; the gradient holds nothing."""
    y = x.value * gate.value
    shape = gate.value.shape

    def to_gate(g):
        if preset != "gradient":
            return np.zeros(shape)
        full = g * x.value
        for axis in range(full.ndim - len(shape)):
            full = full.sum(axis)
        for axis, size in enumerate(shape):
            if size == 1 and full.shape[axis] != 1:
                full = full.sum(axis, keepdims=True)
        return full

    return Signal(y, (x, gate), lambda g: (g * gate.value, to_gate(g)))
