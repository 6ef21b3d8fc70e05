"""Maps in colours, laid over their photograph."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from vizreport.drawing import montage
from vizreport.experiments.occlusion.masks import outline
from vizreport.experiments.occlusion.places import at_centres, pixel_average
from vizreport.experiments.occlusion.result import OcclusionResult

PROBABILITY = 0.0, 1.0  # ends of its scale
NAMED = 7  # classes with a colour of their own
_MAP = 0.78  # of a map's colour; the rest is the photograph

# Okabe and Ito's palette, told apart with any colour vision; the last is for all other classes.
PALETTE = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (240, 228, 66),
    (120, 120, 120),
)


@cache
def ramp() -> np.ndarray:
    """Return 256 colours from low (dark blue) to high (yellow), uint8 [256, 3]."""
    import matplotlib

    colours = matplotlib.colormaps["viridis"](np.arange(256))[:, :3]
    return np.rint(255 * colours).astype(np.uint8)


def over(colours: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """Lay colours over a picture that shines through faintly in grey.

    Parameters
    ----------
    colours : float [h, w, 3]
        0 to 255; NaN where there are none: the picture alone is shown, faded.
    picture : uint8 [h, w, 3]
        What shines through.

    Returns
    -------
    uint8 [h, w, 3]
    """
    grey = (picture.astype(np.float64) @ np.array([0.299, 0.587, 0.114]))[..., None]
    mixed = _MAP * colours + (1 - _MAP) * grey
    faded = np.broadcast_to(0.35 * grey + 0.65 * 236, mixed.shape)
    return np.rint(np.where(np.isnan(mixed), faded, mixed)).clip(0, 255).astype(np.uint8)


def as_seen(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return a colour as it looks over a mid-grey photograph: what legends show."""
    mixed = over(np.array([[colour]], np.float64), np.full((1, 1, 3), 128, np.uint8))[0, 0]
    return int(mixed[0]), int(mixed[1]), int(mixed[2])


def bar(width: int, height: int) -> np.ndarray:
    """Return the colours of a scale from low to high as they look in a map."""
    seen = over(ramp()[None].astype(np.float64), np.full((1, 256, 3), 128, np.uint8))[0]
    row = seen[np.linspace(0, 255, width).round().astype(int)]
    return np.broadcast_to(row, (height, width, 3)).copy()


def heat(values: np.ndarray, low: float, high: float, picture: np.ndarray) -> np.ndarray:
    """Colour values [h, w] from low to high over a picture; NaN shows the picture alone."""
    share = (values - low) / (high - low if high > low else 1.0)
    places = np.rint(255 * np.clip(np.nan_to_num(share), 0, 1)).astype(int)
    colours = ramp()[places].astype(np.float64)
    colours[np.isnan(values)] = np.nan
    return over(colours, picture)


@dataclass(frozen=True)
class ClassColours:
    """Classes with a colour of their own in one image's maps, all sizes together.

    Attributes
    ----------
    named : tuple of int
        Classes in the order of the palette, the followed one first.
    others : int
        Number of classes that share the last colour.
    """

    named: tuple[int, ...]
    others: int

    def slots(self, best: np.ndarray) -> np.ndarray:
        """Return each class's place in the palette."""
        found = np.full(best.shape, len(PALETTE) - 1)
        for slot, index in enumerate(self.named):
            found[best == index] = slot
        return found


def class_colours(result: OcclusionResult, i: int) -> ClassColours:
    """Give colours to the classes that are most probable at most places of an image."""
    counts: Counter[int] = Counter()
    for square in result.squares.values():
        classes, times = np.unique(square.best[i], return_counts=True)
        for index, count in zip(classes, times, strict=True):
            counts[int(index)] += int(count)
    followed = int(result.clean.classes[i])
    counts.pop(followed, None)
    ranked = sorted(counts, key=lambda index: (-counts[index], index))
    named = (followed, *ranked[: NAMED - 1])
    return ClassColours(named, len(ranked) - len(named) + 1)


def grid_of(result: OcclusionResult, size: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the places and the size of a square: tops, lefts, px."""
    return result.squares[size].tops, result.squares[size].lefts, size


def activation_range(result: OcclusionResult, i: int) -> tuple[float, float]:
    """Return the ends of an image's scale of activation, all sizes and the clean image together.

    It begins at 0, or at what is lower, so that a small change looks small.
    """
    maps = [square.activations[i] for square in result.squares.values()]
    clean = float(result.clean.activations[i])
    low = min(0.0, clean, *(float(m.min()) for m in maps))
    high = max(clean, *(float(m.max()) for m in maps))
    return low, high if high > low else low + 1.0


def probability_map(result: OcclusionResult, i: int, size: int) -> np.ndarray:
    """Draw (d), the followed class's probability at each square's centre; the object outlined."""
    picture = result.clean.pictures[i]
    values = at_centres(
        result.squares[size].probabilities[i], *grid_of(result, size), picture.shape[:2]
    )
    shown = heat(values, *PROBABILITY, picture)
    shown[outline(result.clean.masks[i])] = 255
    return shown


def activation_map(result: OcclusionResult, i: int, size: int) -> np.ndarray:
    """Draw (b), the watched map's total activation at each square's centre."""
    picture = result.clean.pictures[i]
    values = at_centres(
        result.squares[size].activations[i], *grid_of(result, size), picture.shape[:2]
    )
    return heat(values, *activation_range(result, i), picture)


def class_map(result: OcclusionResult, i: int, size: int, colours: ClassColours) -> np.ndarray:
    """Draw (e), the most probable class at each square's centre."""
    picture = result.clean.pictures[i]
    slots = colours.slots(result.squares[size].best[i])
    spread = at_centres(slots, *grid_of(result, size), picture.shape[:2])
    shown = np.array(PALETTE, np.float64)[np.nan_to_num(spread).astype(int)]
    shown[np.isnan(spread)] = np.nan
    return over(shown, picture)


def pixel_values(result: OcclusionResult, i: int, size: int) -> np.ndarray:
    """Return the mean probability over the squares that cover each pixel, float64 [h, w]."""
    shape = result.clean.pictures.shape[1:3]
    return pixel_average(result.squares[size].probabilities[i], *grid_of(result, size), shape)


def pixel_map(result: OcclusionResult, i: int, size: int) -> np.ndarray:
    """Draw the mean probability over the squares that cover each pixel."""
    values = pixel_values(result, i, size)
    return heat(values, *PROBABILITY, result.clean.pictures[i])


def lowest(result: OcclusionResult, i: int, size: int) -> tuple[int, int]:
    """Return row and column among the places where the probability is lowest, the first one."""
    maps = result.squares[size].probabilities[i]
    r, c = np.unravel_index(int(maps.argmin()), maps.shape)
    return int(r), int(c)


def occluded(result: OcclusionResult, i: int, size: int, r: int, c: int) -> Image.Image:
    """Draw the picture with the square in, outlined."""
    square = result.squares[size]
    top, left = int(square.tops[r]), int(square.lefts[c])
    shown = result.clean.pictures[i].copy()
    part = slice(top, top + size), slice(left, left + size)
    shown[part] = square.fills[i][part]
    if min(shown.shape[:2]) < 128:  # an outline would hide much of so small a picture
        return Image.fromarray(shown)
    return montage.outlined(Image.fromarray(shown), (left, top, left + size, top + size))
