"""Where squares hide parts of an object, and where they hide none."""

from __future__ import annotations

import numpy as np

LEAST, MOST = 0.08, 0.2
"""Bounds of the square's side, as shares of the picture's shorter side."""
_GRID = 21  # positions tried along each side of the object's box, for places shared by all


def square_side(points: np.ndarray, shape: tuple[int, int]) -> int:
    """Choose the largest side at which a square around a part spares the next part's point.

    Twice the distance between the two nearest parts of a picture (the larger of their
    differences in x and y), its median over the pictures, between 8 and 20 % of the shorter
    side.

    Parameters
    ----------
    points : float [I, P, 2]
        x and y of each part, px.
    shape : (int, int)
        Height and width, px.

    Returns
    -------
    int
        px.
    """
    least, most = (max(1, round(share * min(shape))) for share in (LEAST, MOST))
    if points.shape[1] < 2:
        return most
    apart = np.abs(points[:, :, None] - points[:, None]).max(axis=3)
    first, second = np.triu_indices(points.shape[1], 1)
    nearest = apart[:, first, second].min(axis=1)
    return int(np.clip(np.floor(2 * np.median(nearest)), least, most))


def corners(points: np.ndarray, side: int, shape: tuple[int, int]) -> np.ndarray:
    """Return the upper left corners of squares around points.

    A square that would leave the picture is moved inward, so that every square hides the same
    number of pixels.

    Parameters
    ----------
    points : float [..., 2]
        x and y of the centres, px; the first pixel's centre is at 0.5, 0.5.
    side : int
        Of the squares, px.
    shape : (int, int)
        Height and width, px.

    Returns
    -------
    int32 [..., 2]
        Left and top.
    """
    start = np.floor(points - side / 2 + 0.5)
    return np.clip(start, 0, np.array([shape[1] - side, shape[0] - side])).astype(np.int32)


def masked(pictures: np.ndarray, starts: np.ndarray, side: int, grey: int = 128) -> np.ndarray:
    """Hide a square of each picture.

    Parameters
    ----------
    pictures : uint8 [n, h, w, 3]
        Copied; they are left as they are.
    starts : int [n, 2]
        Left and top of each square.
    side : int
        Of the squares, px.
    grey : int
        Value of the hidden pixels, 0 to 255.

    Returns
    -------
    uint8 [n, h, w, 3]
    """
    rows, cols = np.arange(pictures.shape[1]), np.arange(pictures.shape[2])
    down = (rows >= starts[:, 1, None]) & (rows < starts[:, 1, None] + side)
    across = (cols >= starts[:, 0, None]) & (cols < starts[:, 0, None] + side)
    hidden = down[:, :, None] & across[:, None, :]
    return np.where(hidden[..., None], np.uint8(grey), pictures)


def covers(starts: np.ndarray, side: int, points: np.ndarray) -> np.ndarray:
    """State which squares hide at least one of some points.

    Parameters
    ----------
    starts : int [n, 2]
        Left and top of each square, px.
    side : int
        Of the squares, px.
    points : float [P, 2]
        x and y, px.

    Returns
    -------
    bool [n]
    """
    inside = (points >= starts[:, None]) & (points < starts[:, None] + side)
    return np.asarray(np.any(np.all(inside, axis=2), axis=1))


def random_squares(
    region: np.ndarray, points: np.ndarray, side: int, count: int, random: np.random.Generator
) -> np.ndarray:
    """Draw squares whose centre lies on the object and that hide no part's point.

    Parameters
    ----------
    region : bool [h, w]
        The object.
    points : float [P, 2]
        The parts of the picture that are measured, px.
    side : int
        Of the squares, px.
    count : int
        How many to draw.
    random : Generator
        Source of the random choice.

    Returns
    -------
    int32 [count, 2]
        Left and top. Each place comes once as long as there are enough; where every place on the
        object hides a part, any place of it counts.
    """
    rows, cols = np.nonzero(region)
    starts = corners(np.stack([cols, rows], axis=1) + 0.5, side, region.shape)
    free = starts[~covers(starts, side, points)]
    places = np.unique(free if len(free) else starts, axis=0)
    return places[random.choice(len(places), count, replace=len(places) < count)]


def shared_squares(
    regions: np.ndarray,
    boxes: np.ndarray,
    points: np.ndarray,
    side: int,
    count: int,
    random: np.random.Generator,
) -> np.ndarray:
    """Draw places of the object's box, each the same in all pictures.

    Of a grid over the box those come first that lie on the object and hide no part in every
    picture, then those for which that holds in most.

    Parameters
    ----------
    regions : bool [I, h, w]
        The object in each picture.
    boxes : float [I, 4]
        Left, top, right, bottom of the object, px.
    points : float [I, P, 2]
        The parts of each picture that are measured, px.
    side, count : int
        Side of the squares, px, and how many places to draw.
    random : Generator
        Source of the random choice.

    Returns
    -------
    int32 [I, count, 2]
        Left and top; square k of every picture is at the same place relative to the box.
    """
    shape = regions.shape[1:]
    steps = (np.arange(_GRID) + 0.5) / _GRID
    across, down = (part.ravel() for part in np.meshgrid(steps, steps))
    relative = np.stack([across, down], axis=1)
    sizes = boxes[:, 2:] - boxes[:, :2]
    centres = boxes[:, None, :2] + relative * sizes[:, None]
    starts = corners(centres, side, shape)
    cols, rows = np.moveaxis(np.clip(centres.astype(int), 0, [shape[1] - 1, shape[0] - 1]), 2, 0)
    suits = regions[np.arange(len(regions))[:, None], rows, cols]
    for i, own in enumerate(points):
        suits[i] &= ~covers(starts[i], side, own)
    order = random.permutation(len(relative))
    best = order[np.argsort(-suits.sum(axis=0)[order], kind="stable")]
    return starts[:, best[:count]]
