"""HOG descriptors turned back into pictures, and the network's projections of the same images."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image
from skimage.feature import hog as glyph_picture
from threadpoolctl import threadpool_limits

from vizreport.errors import NotApplicable
from vizreport.experiments.chosen_images import choose_images
from vizreport.experiments.hog.descriptors import CELL, ORIENTATIONS, hog_windows
from vizreport.experiments.hog.dictionaries import (
    Paired,
    Ridge,
    centred,
    fit_ridge,
    fitted,
    learn_atoms,
)
from vizreport.experiments.hog.projections import projections
from vizreport.experiments.hog.result import HogResult
from vizreport.experiments.hog.windows import averaged, correlations, pixel_windows
from vizreport.experiments.mining.classes import predicted_name, true_name
from vizreport.experiments.mining.contents import first_of_each
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.settings import Given
from vizreport.subject.subject import Subject
from vizreport.system.memory import release_memory

SIDE = 96  # shorter side of a grey picture, px
WINDOW = 4  # cells
IMAGES = 5
MEASURED = 120
LEARNED = 400
WINDOWS = 12000
ATOMS = 512
SPARSITY = 0.04
_FEWEST = 6
_TOGETHER = 50  # pictures cut into windows at once
_FULL = 1.5  # normalised contrast shown as white


class MeasuredPictures(NamedTuple):
    """Pictures measured, how they were inverted, and how well.

    Attributes
    ----------
    originals : float32 [T, H, W]
        Normalised.
    inversions : float32 [2, T, H, W]
        By the two ways of inverting.
    correlations : float32 [3, T]
        Of both inversions and of the mean picture with the originals.
    """

    originals: np.ndarray
    inversions: np.ndarray
    correlations: np.ndarray


def compute(subject: Subject, settings: Given, mining: MiningResult) -> HogResult:
    """Learn to invert HOG on some images of the data, and measure it on others.

    Reads the mining result, from which images are chosen.

    Raises
    ------
    NotApplicable
        If there are too few images to learn from some and measure on others.
    """
    seed = settings.seed
    require_sound(mining)
    shown, measured, learned = split(mining, seed)
    pictures = subject.pictures(mining.records[measured])
    places = np.searchsorted(measured, shown)
    seen = pictures[places]
    some = shrunk(subject.preprocessing.shown(seen))
    # The products are small: threads wait for each other, and what is learned depends on them.
    with threadpool_limits(1):
        paired, ridge, mean_picture = learn(shrunk(subject.shown(mining.records[learned])), seed)
        inversions = paired, ridge
        found = measure(shrunk(subject.preprocessing.shown(pictures)), inversions, mean_picture)
        codes = paired.codes(_flat(hog_windows(some, WINDOW)))
    return HogResult(
        paths=[mining.paths[i] for i in shown],
        names=[true_name(mining, i) or predicted_name(mining, i) for i in shown],
        pictures=subject.preprocessing.shown(seen),
        glyphs=np.stack([_glyphs(picture) for picture in some]),
        originals=_quantised(found.originals[places]),
        inversions=_quantised(found.inversions[:, places]),
        mean_picture=_quantised(mean_picture),
        shown=places.astype(np.int32),
        correlations=found.correlations,
        learned_images=len(learned),
        learned_windows=min(WINDOWS, len(learned) * _places(some)),
        hog_mean=paired.hog_mean,
        hog_scale=paired.hog_scale,
        hog_atoms=paired.hog_atoms,
        pixel_offset=paired.pixel_offset,
        pixel_atoms=paired.pixel_atoms,
        sparsity=paired.sparsity,
        weights=codes.mean(axis=0).reshape(2, -1),
        window=WINDOW * CELL,
        cell=CELL,
        used=float((codes > 0).mean()),
        **projections(subject, settings, seen),
        rule=settings.rule,
    )


def split(mining: MiningResult, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose images to show, to measure on and to learn from.

    Returns
    -------
    shown, measured, learned : int [I], [T], [N]
        In rising order; those shown are measured too, and nothing learned from has the
        content of anything measured.

    Raises
    ------
    NotApplicable
        If there are fewer than six images of different content.
    """
    first = first_of_each(mining)
    if len(first) < _FEWEST:
        raise NotApplicable(
            f"the data have {len(first)} different images, too few to learn from some and measure "
            "on others"
        )
    order = np.random.default_rng([seed, 31]).permutation(np.sort(first))
    count = min(MEASURED, len(order) // 2)
    right = np.isin(order, choose_images(mining, min(IMAGES, count), seed))
    shown = order[right] if right.any() else order[: min(IMAGES, count)]
    order = np.concatenate([shown, order[~np.isin(order, shown)]])
    measured, learned = order[:count], order[count : count + LEARNED]
    return np.sort(shown), np.sort(measured), np.sort(learned)


def shrunk(pictures: np.ndarray) -> np.ndarray:
    """Return pictures in grey, the shorter side 96 px, the other a multiple of 8.

    Parameters
    ----------
    pictures : uint8 [N, h, w, 3]
        In RGB.

    Returns
    -------
    float32 [N, H, W]
        0 to 1.
    """
    height, width = pictures.shape[1:3]
    factor = SIDE / min(height, width)
    size = tuple(max(SIDE, round(side * factor / CELL) * CELL) for side in (width, height))
    small = [
        Image.fromarray(picture).convert("L").resize(size, Image.Resampling.BICUBIC)
        for picture in pictures
    ]
    return np.stack([np.asarray(picture) for picture in small]).astype(np.float32) / 255


def learn(grey: np.ndarray, seed: int) -> tuple[Paired, Ridge, np.ndarray]:
    """Learn the inversions, and average the normalised pictures: float32 [H, W].

    Parameters
    ----------
    grey : float32 [N, H, W]
        As from :func:`shrunk`.
    seed : int
        Of the random choice.
    """
    descriptors, windows, mean = training_windows(grey, seed)
    del grey
    hog, pixels = centred(descriptors), centred(windows)
    paired = learn_atoms(hog, pixels, min(ATOMS, len(windows) // 4), SPARSITY, seed)
    ridge = fit_ridge(hog, pixels)
    release_memory()
    codes = paired.centred_codes(hog.values)
    del descriptors, hog  # memory is highest in the next step
    return fitted(paired, centred(codes), pixels), ridge, mean


def training_windows(grey: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw windows, and average the normalised pictures.

    Returns
    -------
    hog : float32 [n, d]
    pixels : float32 [n, p]
    mean : float32 [H, W]
    """
    places = _places(grey)
    drawn = np.random.default_rng([seed, 32]).permutation(len(grey) * places)[:WINDOWS]
    number, place = np.divmod(np.sort(drawn), places)
    values = (WINDOW - 1) ** 2 * 4 * ORIENTATIONS
    hog = np.empty((len(drawn), values), np.float32)
    pixels = np.empty((len(drawn), (WINDOW * CELL) ** 2), np.float32)
    total, begin = np.zeros(grey.shape[1:], np.float32), 0
    for part in _parts(grey):
        here = slice(*np.searchsorted(number, (begin, begin + len(part))))
        chosen = (number[here] - begin) * places + place[here]
        windows = pixel_windows(part, WINDOW)
        total += averaged(windows, WINDOW).sum(axis=0)
        pixels[here] = _flat(windows)[chosen]
        hog[here] = _flat(hog_windows(part, WINDOW))[chosen]
        begin += len(part)
    return hog, pixels, total / len(grey)


def _parts(grey: np.ndarray) -> list[np.ndarray]:
    """Cut pictures into parts whose windows are made at once: bounds memory."""
    return np.array_split(grey, -(-len(grey) // _TOGETHER))


def normalised(grey: np.ndarray) -> np.ndarray:
    """Normalise each window's contrast, and average the windows: float32 [N, H, W]."""
    return averaged(pixel_windows(grey, WINDOW), WINDOW)


def _places(grey: np.ndarray) -> int:
    """Return the number of windows of a picture."""
    rows, cols = (side // CELL - WINDOW + 1 for side in grey.shape[1:])
    return rows * cols


def _flat(hog: np.ndarray) -> np.ndarray:
    return hog.reshape(-1, hog.shape[-1])


def measure(
    grey: np.ndarray, inversions: tuple[Paired, Ridge], mean: np.ndarray
) -> MeasuredPictures:
    """Invert pictures in batches and correlate them with the originals.

    Parameters
    ----------
    grey : float32 [T, H, W]
        As from :func:`shrunk`.
    inversions : Paired, Ridge
        The two ways of inverting, learned.
    mean : float32 [H, W]
        The mean picture, a guess at every picture.
    """
    originals, inverted = [], []
    for part in _parts(grey):
        originals.append(normalised(part))
        hog = hog_windows(part, WINDOW)
        windows = (one.invert(_flat(hog)).reshape(*hog.shape[:3], -1) for one in inversions)
        inverted.append(np.stack([averaged(one, WINDOW) for one in windows]))
    original, guesses = np.concatenate(originals), np.concatenate(inverted, axis=1)
    means = np.broadcast_to(mean, original.shape)
    found = [correlations(one, original) for one in (*guesses, means)]
    return MeasuredPictures(original, guesses, np.stack(found).astype(np.float32))


def _quantised(values: np.ndarray) -> np.ndarray:
    return np.rint(128 + 127 * np.clip(values / _FULL, -1, 1)).astype(np.uint8)


def _glyphs(picture: np.ndarray) -> np.ndarray:
    """Return scikit-image's picture of the descriptor, as bytes."""
    cell = (CELL, CELL)
    _, drawn = glyph_picture(picture, pixels_per_cell=cell, cells_per_block=(2, 2), visualize=True)
    top = float(np.percentile(drawn[drawn > 0], 99)) if (drawn > 0).any() else 1.0
    return np.asarray(np.rint(255 * np.clip(drawn / top, 0, 1)).astype(np.uint8))
