"""Random numbers of an object's builder, with ranges that training never sees."""

from __future__ import annotations

import numpy as np
from colours import RANGES, Colour, colour

END = 0.1
"""Share of a range, at each of its ends, that is kept for the part ``ranges`` of the test split."""
SHARE = 0.25
"""Share of the properties that such a picture has from the ends of their ranges."""
VIOLET = (0.70, 0.86)
"""Hues that are kept for it."""


class Draws(np.random.Generator):
    """A generator whose ``between`` and ``colour`` keep to one part of each range.

    Parameters
    ----------
    seed : list of int
    held_out : bool
        Whether each property comes with probability ``SHARE`` from the ends of its range, and
        half of the colours are violet. Otherwise all come from the middle and no colour is violet.

    Other methods, for scatter that is no property of the object, are NumPy's.
    """

    def __init__(self, seed: list[int], held_out: bool) -> None:
        super().__init__(np.random.PCG64(seed))
        self.held_out = held_out

    def between(self, low, high, size=None):
        """Draw a property of the object."""
        share = self.uniform(END, 1 - END, size)
        if self.held_out:
            end = self.uniform(0, END, size)
            end = np.where(self.random(size) < 0.5, end, 1 - end)
            share = np.where(self.random(size) < SHARE, end, share)
        value = low + (high - low) * share
        return value if size is not None else float(value)

    def colour(self, *kinds: str) -> Colour:
        """Draw a colour of the object."""
        violet = self.held_out and self.random() < 0.5
        kind = kinds[self.integers(len(kinds))]
        if RANGES[kind][0] != (0, 1):
            return colour(self, kind)
        low, high = VIOLET
        hue = self.uniform(low, high) if violet else self.uniform(high, 1 + low)
        return colour(self, kind, hue=hue)
