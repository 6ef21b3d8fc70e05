"""How far an operation reaches along one axis of the image, in integers.

Every operation that can be computed on a crop has a reach: which positions of its input one
position of its output depends on, and how long its output is for an input of a given length.
An operation without a reach depends on the whole axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np


class Reach(Protocol):
    """Positions of an operation's input that a position of its output depends on."""

    @property
    def stride(self) -> Fraction:
        """Input positions between neighbouring output positions."""

    def output_size(self, size: int) -> int:
        """Length of the output for an input of length ``size``; below 1 where there is none."""

    def interval(
        self, low: np.ndarray, high: np.ndarray, size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Input positions, both ends included, behind output positions ``low`` to ``high``.

        Positions below 0 or from ``size`` on are padding.
        """


@dataclass(frozen=True)
class Pointwise:
    """Each position depends on itself alone."""

    stride = Fraction(1)

    def output_size(self, size: int) -> int:
        """Return ``size``."""
        return size

    def interval(
        self, low: np.ndarray, high: np.ndarray, size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions as they are."""
        return low, high


@dataclass(frozen=True)
class Window:
    """A sliding window: convolution and pooling.

    Attributes
    ----------
    kernel : int
        Positions in the window.
    step : int
        Input positions between neighbouring windows.
    dilation : int
        Input positions between neighbours in the window.
    padding : {"valid", "same"}
        As TensorFlow defines them: 'same' depends on the length of the input.
    """

    kernel: int
    step: int = 1
    dilation: int = 1
    padding: str = "valid"

    @property
    def stride(self) -> Fraction:
        """Input positions between neighbouring windows."""
        return Fraction(self.step)

    @property
    def extent(self) -> int:
        """Input positions from the window's first to its last, both included."""
        return (self.kernel - 1) * self.dilation + 1

    def pad_before(self, size: int) -> int:
        """Padded positions in front of an input of length ``size``."""
        if self.padding == "valid":
            return 0
        return max((self.output_size(size) - 1) * self.step + self.extent - size, 0) // 2

    def output_size(self, size: int) -> int:
        """Return the number of windows."""
        if self.padding == "same":
            return -(-size // self.step)
        return (size - self.extent) // self.step + 1

    def interval(
        self, low: np.ndarray, high: np.ndarray, size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the first window's first and the last window's last position."""
        pad = self.pad_before(size)
        return low * self.step - pad, high * self.step - pad + self.extent - 1


@dataclass(frozen=True)
class Shift:
    """Zero padding (positive) and cropping (negative) at the two ends."""

    before: int
    after: int

    stride = Fraction(1)

    def output_size(self, size: int) -> int:
        """Return the length with the ends added or taken away."""
        return size + self.before + self.after

    def interval(
        self, low: np.ndarray, high: np.ndarray, size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions moved by what was put in front."""
        return low - self.before, high - self.before


@dataclass(frozen=True)
class Repeat:
    """Up-sampling that repeats each position ``factor`` times."""

    factor: int

    @property
    def stride(self) -> Fraction:
        """Input positions between neighbouring output positions, a fraction."""
        return Fraction(1, self.factor)

    def output_size(self, size: int) -> int:
        """Return ``factor`` times the length."""
        return size * self.factor

    def interval(
        self, low: np.ndarray, high: np.ndarray, size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the positions that were repeated."""
        return low // self.factor, high // self.factor


@dataclass(frozen=True)
class Transposed:
    """Transposed convolution: input i adds to outputs i * step - pad ... + kernel - 1.

    Attributes
    ----------
    kernel, step : int
        Width of the filter and stride, positions.
    pad : int
        Positions cut off in front of the full output.
    length : int
        Length of the output beyond ``step`` times the input's.
    """

    kernel: int
    step: int
    pad: int
    length: int

    @property
    def stride(self) -> Fraction:
        """Input positions between neighbouring output positions, a fraction."""
        return Fraction(1, self.step)

    def output_size(self, size: int) -> int:
        """Return the length of the output."""
        return size * self.step + self.length

    def interval(
        self, low: np.ndarray, high: np.ndarray, size: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the first and last input that adds to the outputs.

        Between two kernels that do not overlap there may be none: the interval then is the
        input in front of the gap.
        """
        first = -((self.kernel - 1 - low - self.pad) // self.step)
        last = (high + self.pad) // self.step
        return np.minimum(first, last), last


def pads(reach: Reach) -> bool:
    """Whether an operation puts padding round its input."""
    if isinstance(reach, Window):
        return reach.padding != "valid"
    return isinstance(reach, Shift) and max(reach.before, reach.after) > 0
