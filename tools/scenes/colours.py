"""Seeded colours, linear RGB."""

from __future__ import annotations

import colorsys

import numpy as np

Colour = tuple[float, float, float]

# Ranges of hue, saturation and value (of the encoded colour).
RANGES = {
    "any": ((0, 1), (0.1, 0.85), (0.2, 0.95)),
    "vivid": ((0, 1), (0.55, 0.95), (0.4, 0.95)),
    "muted": ((0, 1), (0.05, 0.4), (0.25, 0.85)),
    "pale": ((0, 1), (0.02, 0.2), (0.75, 0.97)),
    "dark": ((0, 1), (0.1, 0.6), (0.06, 0.25)),
    "grey": ((0, 1), (0, 0.06), (0.2, 0.85)),
    "black": ((0, 1), (0, 0.2), (0.03, 0.1)),
    "wood": ((0.05, 0.1), (0.3, 0.75), (0.25, 0.75)),
    "earth": ((0.04, 0.12), (0.15, 0.5), (0.25, 0.7)),
    "leaf": ((0.2, 0.36), (0.4, 0.8), (0.25, 0.6)),
    "autumn": ((0.02, 0.14), (0.6, 0.9), (0.4, 0.8)),
    "skin": ((0.04, 0.08), (0.3, 0.6), (0.4, 0.95)),
    "lips": ((0.97, 1.02), (0.4, 0.65), (0.45, 0.8)),
    "hair": ((0.04, 0.12), (0.2, 0.7), (0.06, 0.6)),
    "fur": ((0.05, 0.1), (0.05, 0.65), (0.15, 0.9)),
    "iris": ((0.08, 0.6), (0.4, 0.8), (0.3, 0.7)),
    "sky": ((0.54, 0.61), (0.15, 0.65), (0.7, 0.98)),
    "water": ((0.45, 0.6), (0.3, 0.8), (0.3, 0.8)),
    "petal": ((0.78, 1.17), (0.4, 0.95), (0.6, 0.98)),
    "metal": ((0.05, 0.65), (0, 0.12), (0.5, 0.9)),
}


def encoded(red: float, green: float, blue: float) -> Colour:
    """Linear colour of an sRGB one, 0 to 1."""
    return tuple(
        float(((v + 0.055) / 1.055) ** 2.4) if v > 0.04 else v / 12.92 for v in (red, green, blue)
    )


def colour(rng: np.random.Generator, *kinds: str, hue: float | None = None) -> Colour:
    """Draw a colour of one of the kinds; ``hue`` (0 to 1) replaces the kind's range of hues."""
    hues, saturation, value = RANGES[kinds[rng.integers(len(kinds))]]
    hue = rng.uniform(*hues) if hue is None else hue
    return encoded(*colorsys.hsv_to_rgb(hue % 1, rng.uniform(*saturation), rng.uniform(*value)))


def shade(colour: Colour, factor: float) -> Colour:
    """Make a colour lighter or darker."""
    return tuple(min(1.0, v * factor) for v in colour)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours."""
    return tuple(a + (b - a) * share for a, b in zip(first, second, strict=True))
