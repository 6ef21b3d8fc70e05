"""Gradient ascent on the pictures that units like best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizreport.experiments.optimised_inputs.pictures import (
    Fourier,
    Pixels,
    Prepared,
    contrast_back,
    with_contrast,
)
from vizreport.experiments.optimised_inputs.views import View, margin, view, views

Ascend = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
RATE = 0.5
"""Of Adam, at the first step; it falls to a tenth of it by a half cosine."""
_DECAYS = 0.9, 0.99
_APART = 0.5  # weight of the similarity of a unit's pictures, beside its activation's derivative


@dataclass(frozen=True, eq=False)
class Optima:
    """Pictures of U units.

    Attributes
    ----------
    pixels : float32 [U, h, w, C]
        Whole numbers, 0 to 255.
    activations : float64 [U]
        Reached by them.
    curve : float64 [steps, U]
        Activations on the way, of the view that the step was made in.
    """

    pixels: np.ndarray
    activations: np.ndarray
    curve: np.ndarray


@dataclass(frozen=True)
class Climb:
    """How the pictures of some units are made.

    Attributes
    ----------
    mean : float32 [C]
        Colour about which pictures vary, 0 to 255.
    colours : float32 [C, C]
        As :func:`colour_statistics` returns it.
    contrasts : float [U]
        Root mean square about the mean colour that each picture has.
    steps : int
        Taken by each picture.
    seeds : sequence of tuple of int
        Of each unit's start; the first two of the first one's are also those of the views.
    regularised : bool
        Whether pictures are spectra in decorrelated colours, seen a little moved, scaled and
        turned; else pixels, seen as they are.
    diverse : int
        Units that follow each other and are one unit, whose pictures are to differ.
    """

    mean: np.ndarray
    colours: np.ndarray
    contrasts: np.ndarray
    steps: int
    seeds: Sequence[tuple[int, ...]]
    regularised: bool = True
    diverse: int = 1


def optimise(
    ascend: Ascend, prepared: Prepared, place: tuple[int, int, int, int], climb: Climb
) -> Optima:
    """Find pictures that excite units most.

    Parameters
    ----------
    ascend : callable
        From network inputs [U, h, w, C'] to activations [U] and derivatives like the inputs.
    prepared : Prepared
        The preprocessing.
    place : (int, int, int, int)
        Top and left of the crop in the input, its height and width, px.
    climb : Climb
        Starts, steps and what pictures may be.
    """
    mean, steps, seeds = climb.mean, climb.steps, climb.seeds
    regularised, diverse = climb.regularised, climb.diverse
    top, left, height, width = place
    size = height, width
    around = margin(size) if regularised else 0
    whole = height + 2 * around, width + 2 * around
    colours = climb.colours
    form: Fourier | Pixels = Fourier(whole, colours) if regularised else Pixels(whole, len(mean))
    random = np.random.default_rng(seeds[0][:2])
    seen = views(size, random) if regularised else [view(size, 0, (0.0, 0.0), 1.0, 0.0)]
    contrasts = np.asarray(climb.contrasts, np.float32)
    adam = _Adam(np.stack([form.start(np.random.default_rng(seed)) for seed in seeds]))
    curve = np.zeros((steps, len(contrasts)))
    for step in range(steps):
        plain = form.pictures(adam.value)
        scaled = with_contrast(plain, contrasts)
        looked: View = seen[step % len(seen)]
        pixels = mean + looked.of(scaled)
        curve[step], signal = ascend(prepared.inputs(np.clip(pixels, 0, 255), top, left))
        signal = prepared.back(signal).astype(np.float32)
        # What would leave the range of pixels is stopped at its ends.
        signal[((pixels > 255) & (signal > 0)) | ((pixels < 0) & (signal < 0))] = 0
        signal = looked.back(signal)
        if diverse > 1:
            signal = _repelled(signal, scaled, diverse)
        adam.step(form.back(contrast_back(plain, contrasts, signal)), step / max(steps - 1, 1))
    inner = slice(around, around + height), slice(around, around + width)
    found = with_contrast(form.pictures(adam.value)[:, *inner], contrasts)
    pixels = np.rint(np.clip(mean + found, 0, 255))
    activations, _ = ascend(prepared.inputs(pixels, top, left))
    return Optima(pixels, activations.astype(np.float64), curve)


class _Adam:
    """Adam's ascent (Kingma & Ba 2015); each unit's derivatives share a scale of their own."""

    def __init__(self, value: np.ndarray) -> None:
        self.value = value
        self._mean = np.zeros_like(value)
        self._square = np.zeros(value.shape, np.float32)
        self._steps = 0

    def step(self, derivative: np.ndarray, progress: float) -> None:
        """Go up; ``progress`` is 0 at the first step and 1 at the last."""
        first, second = _DECAYS
        self._steps += 1
        square = np.square(derivative.real) + np.square(derivative.imag)
        size = np.sqrt(square.reshape(len(square), -1).max(axis=1))
        size[size == 0] = 1  # nothing to go by: the picture stays as it is
        each = (slice(None), *(None,) * (derivative.ndim - 1))
        self._mean *= first
        self._mean += derivative * ((1 - first) / size)[each]
        self._square *= second
        self._square += square * ((1 - second) / size**2)[each]
        spread = np.sqrt(self._square / (1 - second**self._steps)) + 1e-8
        rate = RATE * (0.1 + 0.9 * (1 + np.cos(np.pi * progress)) / 2)
        self.value += self._mean * (np.float32(rate / (1 - first**self._steps)) / spread)


def _repelled(signal: np.ndarray, pictures: np.ndarray, diverse: int) -> np.ndarray:
    """Turn derivatives away from the other pictures of the same unit."""
    units = len(signal)
    shape = (units // diverse, diverse, -1)
    ours = pictures.reshape(shape)
    ours = ours / (np.linalg.norm(ours, axis=2, keepdims=True) + 1e-12)
    up = signal.reshape(shape)
    up = up / (np.linalg.norm(up, axis=2, keepdims=True) + 1e-12)
    alike: Any = np.einsum("uif,ujf->uij", ours, ours)
    alike = np.where(np.eye(diverse, dtype=bool), 0, np.maximum(alike, 0))
    away = np.einsum("uij,ujf->uif", alike, ours)
    found: np.ndarray = (up - _APART * away).reshape(signal.shape).astype(np.float32)
    return found
