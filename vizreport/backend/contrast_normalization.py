"""Contrast (local response) normalisation across feature maps."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="vizreport")
class ContrastNormalization(keras.layers.Layer):
    """Divide each activation by the activity of the neighbouring maps at the same place.

    ``y_i = x_i / (k + alpha * sum_j x_j ** 2) ** beta``, j from ``i - n // 2`` to ``i + n // 2``
    within the maps there are (Krizhevsky et al. 2012, section 3.3; used by Zeiler & Fergus after
    the poolings of layers 1 and 2, Fig. 3, without giving constants).

    Parameters
    ----------
    n : int
        Maps summed over, odd.
    k, alpha, beta : float
        Constants of the equation; ``alpha`` is not divided by ``n``.

    Notes
    -----
    Input and output have shape ``(..., maps)``. ``tf.nn.local_response_normalization`` knows
    neither float64 nor, on the CPU, a fast gradient; a product with a banded matrix gives the
    same numbers in half the time or less.
    """

    def __init__(
        self, n: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if n < 1 or n % 2 == 0:
            raise ValueError(f"n must be odd and positive, not {n}")
        self.n = n
        self.k = k
        self.alpha = alpha
        self.beta = beta

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Find each map's neighbours."""
        maps = np.arange(input_shape[-1])
        self.neighbours = np.abs(maps[:, None] - maps[None, :]) <= self.n // 2

    def call(self, inputs: Any) -> Any:
        """Normalise a batch."""
        neighbours = ops.convert_to_tensor(self.neighbours, inputs.dtype)
        energy = ops.einsum("...c,cd->...d", ops.square(inputs), neighbours)
        denominator = self.k + self.alpha * energy
        if self.beta == 0.75:  # two square roots cost a third of a general power
            return inputs * ops.rsqrt(denominator) * ops.rsqrt(ops.sqrt(denominator))
        return inputs * ops.power(denominator, -self.beta)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Shape of the input, unchanged."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Constants, for saving."""
        constants = {"n": self.n, "k": self.k, "alpha": self.alpha, "beta": self.beta}
        return {**super().get_config(), **constants}
