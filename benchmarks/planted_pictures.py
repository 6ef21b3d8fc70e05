"""Faults of pictures: of one class, of a share of all, or turned."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.sound_networks import SIDE, Pictures, Subject, demo, trained


def seeded(seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, 77])


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def _of_one_class(
    seed: int, strength: float, change: Callable[[np.ndarray, bool], np.ndarray]
) -> Subject:
    """Change a share of the pictures of one class; the others in the ordinary way."""
    subject, random = demo(seed=seed), seeded(seed)
    pictures = subject.pictures
    chosen = pictures.labels == int(random.integers(len(pictures.names)))
    chosen = chosen & (random.random(len(chosen)) < strength)
    images = [change(x, bool(c)) for x, c in zip(pictures.images, chosen, strict=True)]
    return replace(subject, pictures=replace(pictures, images=images, masks=None))


def sizes(folder: Path, seed: int, strength: float) -> Subject:
    """Store one class at another size."""

    def change(image: np.ndarray, chosen: bool) -> np.ndarray:
        side = 160 if chosen else 128
        return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC))

    return _of_one_class(seed, strength, change)


def blurred(folder: Path, seed: int, strength: float) -> Subject:
    """Blur one class by so many pixels."""

    def change(image: np.ndarray, chosen: bool) -> np.ndarray:
        if not chosen:
            return image
        return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(strength)))

    return _of_one_class(seed, 1.0, change)


def compressed(folder: Path, seed: int, strength: float) -> Subject:
    """Compress one class strongly, the others weakly."""
    return _of_one_class(
        seed, 1.0, lambda image, chosen: jpeg(image, int(strength) if chosen else 95)
    )


def brightness(folder: Path, seed: int, strength: float) -> Subject:
    """Take one class at another exposure."""

    def change(image: np.ndarray, chosen: bool) -> np.ndarray:
        return np.clip(image + chosen * strength, 0, 255).astype(np.uint8)

    return _of_one_class(seed, 1.0, change)


def _of_a_share(seed: int, strength: float, change: Callable[[np.ndarray], np.ndarray]) -> Subject:
    """Change a share of all pictures."""
    subject = demo(seed=seed)
    pictures = subject.pictures
    chosen = seeded(seed).random(len(pictures.images)) < strength
    images = [change(x) if c else x for x, c in zip(pictures.images, chosen, strict=True)]
    return replace(subject, pictures=replace(pictures, images=images, masks=None))


def upside_down(folder: Path, seed: int, strength: float) -> Subject:
    """Turn a share of the pictures by 180 degrees, as a reader that ignores EXIF does."""
    return _of_a_share(seed, strength, lambda image: np.ascontiguousarray(image[::-1, ::-1]))


def plain(folder: Path, seed: int, strength: float) -> Subject:
    """Replace a share of the pictures by black ones, as after a read that failed."""
    return _of_a_share(seed, strength, np.zeros_like)


def border(folder: Path, seed: int, strength: float) -> Subject:
    """Put a dark frame of two pixels round a share of the pictures of one class."""
    frame = np.ones((SIDE, SIDE), bool)
    frame[2:-2, 2:-2] = False

    def change(pictures: Pictures, draw: int) -> Pictures:
        random = seeded(draw)
        images = [image.copy() for image in pictures.images]
        for i in np.flatnonzero(pictures.labels == (seed + 2) % len(pictures.names)):
            if random.random() < strength:
                images[i][frame] = (20, 20, 20)
        return replace(pictures, images=images)

    return trained(folder, f"border-{strength:g}", seed, change)
