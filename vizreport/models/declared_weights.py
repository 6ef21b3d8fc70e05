"""No more weights are made than a file can hold.

Keras makes all weights of a description before it reads any: a few kilobytes could fill the memory.
How many weights a layer has depends on the shapes that reach it, so they are counted while Keras
makes them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import keras

from vizreport.system.archives import readable

SMALL = 10_000
"""Weights that need not be in the file to be believed."""


class TooManyWeights(Exception):
    """Raised inside of Keras, which may make another exception of it."""


class DeclaredWeights:
    """Count of the weights that Keras makes.

    Parameters
    ----------
    stored : int
        Bytes of the weights in the file. Each weight takes 4 bits or more.

    Attributes
    ----------
    problem : str
        What follows the file's path in a sentence, once there are too many; "" before.
    """

    def __init__(self, stored: int) -> None:
        self.stored = stored
        self.problem = ""
        self._count = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count, and refuse to make a weight that is one too many, for the time of a block."""
        make = keras.layers.Layer.add_weight

        def add_weight(layer: Any, shape: Any = None, *args: Any, **kwargs: Any) -> Any:
            sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
            # Keras itself refuses what is not a size.
            self._add(layer, math.prod(int(size) for size in sizes if isinstance(size, Integral)))
            return make(layer, shape, *args, **kwargs)

        keras.layers.Layer.add_weight = add_weight
        try:
            yield
        finally:
            keras.layers.Layer.add_weight = make

    def _add(self, layer: Any, count: int) -> None:
        self._count += count
        if self._count > SMALL + 2 * self.stored:
            self.problem = (
                f"describes {self._count:,} weights up to its layer {layer.name!r}, but contains "
                f"no more than {readable(self.stored)} of them"
            )
            raise TooManyWeights(self.problem)
