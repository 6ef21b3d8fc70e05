"""Which pixel values a network expects that prepares its own pictures. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vizreport.data.presets import PRESETS, Parts

RANGES: dict[str, Parts] = {
    "raw": {},
    "unit": {"scale": 1 / 255},
    "tf": {"scale": 1 / 127.5, "mean": 1.0},
}
"""Parts that turn the preset ``raw`` into each range that can be told from a network."""

SAID = {
    "raw": "pixel values from 0 to 255",
    "unit": "pixel values from 0 to 1",
    "tf": "pixel values from -1 to 1",
    "caffe": "pixel values minus the ImageNet mean",
    "torch": "pixel values minus the ImageNet mean, divided by its deviation",
}

PixelStatistics = tuple[float, float]
"""Mean and standard deviation of images' pixels, 0 to 255."""

_TYPICAL: PixelStatistics = (118.0, 58.0)  # of photographs
_FLAT = 4.0  # standard deviation of pixels below which no set of pictures is
_MARGIN = {True: 1.0, False: 2.0}  # by which the best range has to fit better: images known or not


@dataclass(frozen=True)
class Preparation:
    """What a network does to a picture before its first filters.

    Attributes
    ----------
    layers : tuple of str
        Layers and operations that do it, in order.
    slope : float array [C', C]
        A colour x becomes ``slope @ x + shift``.
    shift : float array [C']
        In the units of what the first filters see.
    mean, variance : float array [C]
        Where the first of them normalises by statistics that it has learned, a Normalization or a
        batch normalisation, those of its input; else empty.
    """

    layers: tuple[str, ...]
    slope: np.ndarray
    shift: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True)
class ExpectedRange:
    """Pixel values that a network expects.

    Attributes
    ----------
    name : str
        Of ``RANGES``; "" where it cannot be told.
    reason : str
        How it is known, or what speaks against each other, as a sentence.
    layers : tuple of str
        Of the network that prepare the pictures.
    """

    name: str
    reason: str
    layers: tuple[str, ...]


def expected_range(
    found: Preparation, pixels: Callable[[], PixelStatistics | None] = lambda: None
) -> ExpectedRange:
    """Infer the range of pixel values that a network expects from its first operations.

    A learned normalisation is compared with the images: the range is taken under which its mean
    and standard deviation come nearest to theirs. Elsewhere the arithmetic tells: what divides by
    about 255, or subtracts a mean colour of about 100, expects pixels of 0 to 255.

    Parameters
    ----------
    found : Preparation
        The arithmetic before the first filters.
    pixels : callable, optional
        Called where several ranges are possible: statistics of the images, or None where there
        are none; then those of photographs are taken, and a clearer difference is asked for.
    """
    if found.mean.size:
        return _by_statistics(found, pixels)
    name = _by_arithmetic(found)
    layers = ", ".join(found.layers)
    if not name:
        return ExpectedRange(
            "",
            f"the network transforms the pixels itself ({layers}), but the range it expects is "
            "unclear",
            found.layers,
        )
    black, white = _values(found, name)
    return ExpectedRange(
        name,
        f"the network itself turns {SAID[name]} into {black} to {white} ({layers})",
        found.layers,
    )


def _by_arithmetic(found: Preparation) -> str:
    slope = found.slope.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        zero = -found.shift / slope  # the input that becomes 0
    if not np.isfinite(zero).all():
        return ""
    if (np.abs(slope) * 255 <= 20).all() or ((zero > 20) & (zero < 235)).all():
        return "raw"
    if (np.abs(zero + 1) < 0.01).all():
        return "tf"
    if ((zero > 0) & (zero <= 1)).all() or (np.abs(slope) > 100).all():
        return "unit"
    return ""


def _values(found: Preparation, name: str) -> tuple[str, str]:
    low, high = {"raw": (0, 255), "unit": (0, 1), "tf": (-1, 1)}[name]
    slope = found.slope.sum(axis=1)
    ends = np.stack([slope * low + found.shift, slope * high + found.shift])
    return f"{ends.min():.3g}", f"{ends.max():.3g}"


def _by_statistics(
    found: Preparation, pixels: Callable[[], PixelStatistics | None]
) -> ExpectedRange:
    layer, mean, deviation = found.layers[0], *pooled(found.mean, found.variance)
    seen = (
        f"layer {layer!r} has learned an input mean of {mean:.3g} and standard deviation of "
        f"{deviation:.3g}"
    )
    possible = [name for name in SAID if _is_possible(*_as_pixels(name, found))]
    known = None
    if len(possible) > 1:
        known = pixels()
        distances = {
            name: _distance(_as_pixels(name, found), known or _TYPICAL) for name in possible
        }
        possible.sort(key=distances.__getitem__)
        first, second = (distances[name] for name in possible[:2])
        if second - first >= _MARGIN[known is not None]:
            possible = possible[:1]
    if len(possible) == 1 and possible[0] in RANGES:
        of = f" (these images: {known[0]:.0f} and {known[1]:.0f}, from 0 to 255)" if known else ""
        name = possible[0]
        return ExpectedRange(name, f"{seen}{of}, which fits {SAID[name]}", found.layers)
    fitting = " or ".join(SAID[name] for name in possible)
    return ExpectedRange("", f"{seen}, which fits {fitting or 'no usual range'}", found.layers)


def pooled(mean: np.ndarray, variance: np.ndarray) -> tuple[float, float]:
    """Return mean and standard deviation, averaged over channels."""
    return float(mean.mean()), float(np.sqrt(variance.mean()))


def _as_pixels(name: str, found: Preparation) -> PixelStatistics:
    """Return statistics of an input as those of the pixels, 0 to 255, behind it."""
    preset = PRESETS[name]((1, 1), 3 if found.mean.size == 3 else 1)
    offset, deviation = np.asarray(preset.mean), np.asarray(preset.std)
    return pooled(
        (found.mean * deviation + offset) / preset.scale,
        found.variance * (deviation / preset.scale) ** 2,
    )


def _is_possible(mean: float, deviation: float) -> bool:
    """Whether values from 0 to 255 can have these statistics (Bhatia and Davis, 2000)."""
    return 0 < mean < 255 and _FLAT <= deviation <= 1.05 * np.sqrt(mean * (255 - mean))


def _distance(found: PixelStatistics, images: PixelStatistics) -> float:
    mean, deviation = images
    return abs(found[0] - mean) / 40 + abs(np.log(found[1] / max(deviation, _FLAT))) / 0.5
