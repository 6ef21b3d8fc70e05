"""``--data shapes``: pictures of shapes on textured ground, drawn when they are asked for.

A small data set that needs no network: twelve classes told apart by colour, outline and texture.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from vizreport.data.dataset import Dataset, ImageRecord, fingerprint, sample_indices
from vizreport.data.truth import Truth, bounds
from vizreport.errors import RequestError

CLASS_NAMES = (
    "warm disc",
    "cold disc",
    "warm square",
    "cold square",
    "ring",
    "triangle",
    "cross",
    "star",
    "stripes",
    "checkerboard",
    "spots",
    "spiral",
)
SPLITS = {"train": 5000, "test": 600}
SIDE = 96
"""Height and width of the pictures, px."""

# To be raised with every change of the drawing: the pictures' hashes are made of it.
VERSION = 1


_FREQUENCY = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)).astype(np.float32)
_FREQUENCY[0, 0] = np.inf  # no constant part
_ROWS, _COLS = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)


def open_shapes(split: str | None = None, max_images: int | None = None, seed: int = 0) -> Dataset:
    """Open the drawn shapes; picture i of a split is always the same.

    Parameters
    ----------
    split : {"train", "test"}, optional
        "test" by default: 600 pictures; "train" has 5,000.
    max_images, seed
        A seeded sample, which keeps the order.

    Returns
    -------
    Dataset
        Pictures of 96 x 96 px, with masks but no parts; the classes take turns. A record's tag
        is that of the picture's number and the drawing's version, so that nothing is drawn before
        it is read.

    Raises
    ------
    RequestError
        If there is no such split.
    """
    split = split or "test"
    if split not in SPLITS:
        raise RequestError(f"shapes has no split {split!r}; it has {', '.join(SPLITS)}")
    chosen = sample_indices(SPLITS[split], max_images, seed)
    records = []
    for index, i in enumerate(chosen):
        label = i % len(CLASS_NAMES)
        identity = hashlib.sha256(f"shapes {VERSION} {split} {i}".encode()).hexdigest()
        path = f"{split}-{i:04d}"
        records.append(ImageRecord(index, path, identity, CLASS_NAMES[label], label))

    def read(index: int) -> np.ndarray:
        return draw(split, chosen[index])

    def truth(index: int) -> Truth:
        mask = object_mask(split, chosen[index])
        return Truth(mask, bounds(mask))

    return Dataset(
        name=f"shapes ({split})",
        records=tuple(records),
        class_names=CLASS_NAMES,
        skipped=(),
        read=read,
        tagged=fingerprint(f"shapes {VERSION} {split}", records, CLASS_NAMES),
        truth=truth,
    )


def draw(split: str, i: int) -> np.ndarray:
    """Draw picture i of a split, of class ``i % 12``: uint8 [96, 96, 3], RGB."""
    layout = _laid_out(split, i)
    rng, ground = layout.rng, layout.ground
    mask = np.clip(0.5 - layout.outline * layout.radius, 0, 1)[..., None]

    first, second = _colours(layout.name, ground.mean((0, 1)), rng)
    paint = first + (second - first) * layout.pattern[..., None]
    light = rng.normal(0, 0.15, 2).astype(np.float32)
    shade = 1 + light[0] * layout.u + light[1] * layout.v + rng.uniform(0.03, 0.1) * layout.grain
    picture = ground * (1 - rng.uniform(0.2, 0.6) * _shadow(mask[..., 0], rng)[..., None])
    picture += (paint * shade[..., None] - picture) * mask
    return _photograph(picture, rng)


def object_mask(split: str, i: int) -> np.ndarray:
    """Return where the object of picture i is: bool [96, 96]."""
    return np.asarray(_laid_out(split, i).outline <= 0)


@dataclass(frozen=True)
class _Composition:
    """What lies where in a picture, before it is painted."""

    name: str
    rng: np.random.Generator  # as the painting has to go on with it
    ground: np.ndarray
    grain: np.ndarray
    radius: float  # px
    u: np.ndarray
    v: np.ndarray
    outline: np.ndarray
    pattern: np.ndarray


def _laid_out(split: str, i: int) -> _Composition:
    rng = np.random.default_rng([VERSION, list(SPLITS).index(split), i])
    name = CLASS_NAMES[i % len(CLASS_NAMES)]
    ground, grain = _textures(rng)
    # Where it lies: centre, size, rotation and a stretch, as if seen from the side.
    radius = rng.uniform(0.2, 0.4) * SIDE
    centre = rng.uniform(0.85 * radius, SIDE - 0.85 * radius, 2)
    u, v = _object_coordinates(rng, centre, radius)
    return _Composition(name, rng, ground, grain, radius, u, v, *_shape(name, u, v, rng))


def _textures(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ground [96, 96, 3], 0 to 255, and grain [96, 96] of unit variance, of 1/f amplitude.

    1/f is the amplitude spectrum of natural scenes.
    """
    spectrum = rng.standard_normal((3, *_FREQUENCY.shape, 2), np.float32).view(np.complex64)
    amplitude = _FREQUENCY ** np.float32(-rng.uniform(0.8, 1.4))
    fields = np.fft.irfft2(spectrum[..., 0] * amplitude, (SIDE, SIDE))
    fields /= fields.std((1, 2), keepdims=True)
    # Mostly light and dark, with a tint that varies less.
    base = rng.uniform(50, 200) + rng.normal(0, 20, 3)
    contrast = rng.uniform(12, 40)
    tint = rng.normal(0, 0.4, 3)
    mixing = contrast * np.stack([np.ones(3), tint]).astype(np.float32)
    ground = np.moveaxis(fields[:2], 0, -1) @ mixing + base.astype(np.float32)
    return ground, fields[2]


def _object_coordinates(
    rng: np.random.Generator, centre: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates [96, 96] along and across the object, 1 at its radius."""
    tilt, turn = rng.uniform(0, 2 * np.pi, 2)
    stretch = np.diag([1, rng.uniform(1, 1.35)])
    matrix = (_rotation(turn) @ stretch @ _rotation(tilt) / radius).astype(np.float32)
    x, y = _COLS - np.float32(centre[0]), _ROWS - np.float32(centre[1])
    return matrix[0, 0] * x + matrix[0, 1] * y, matrix[1, 0] * x + matrix[1, 1] * y


def _rotation(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def _shape(
    name: str, u: np.ndarray, v: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Signed distance to the outline (negative inside) and pattern (0 or 1 and between)."""
    r = np.hypot(u, v)
    disc, square = r - 1, np.maximum(abs(u), abs(v)) - 0.85
    plain = np.zeros_like(u)
    if name in ("warm disc", "cold disc"):
        return disc, plain
    if name in ("warm square", "cold square"):
        return square, plain
    if name == "ring":
        return abs(r - 0.78) - rng.uniform(0.14, 0.24), plain
    if name == "triangle":
        return np.maximum(abs(u) * np.sqrt(0.75) + v / 2, -v) - 0.55, plain
    if name == "cross":
        arm = rng.uniform(0.2, 0.34)
        upright = np.maximum(abs(u) - arm, abs(v) - 1)
        return np.minimum(upright, np.maximum(abs(u) - 1, abs(v) - arm)), plain
    if name == "star":
        fold = 2 * np.pi / 5
        angle = abs((np.arctan2(v, u) + fold / 2) % fold - fold / 2)
        # Line from a tip (1, 0) to the notch beside it.
        notch = 0.42 * np.array([np.cos(fold / 2), np.sin(fold / 2)])
        normal = np.array([notch[1], 1 - notch[0]]) / np.hypot(notch[1], 1 - notch[0])
        return r * (np.cos(angle) * normal[0] + np.sin(angle) * normal[1]) - normal[0], plain
    if name == "spiral":
        arms = np.sin(np.arctan2(v, u) * rng.choice([-1, 1]) + rng.uniform(9, 13) * r)
        return disc, _step(arms)
    outline = disc if rng.random() < 0.5 else square
    wave = rng.uniform(5, 9)
    if name == "stripes":
        return outline, _step(np.sin(wave * u))
    if name == "checkerboard":
        return outline, _step(3 * np.sin(wave * u) * np.sin(wave * v))
    return outline, _step(2 * (np.cos(wave * u) + np.cos(wave * v) - 0.7))


def _step(wave: np.ndarray) -> np.ndarray:
    return np.clip(0.5 + 2.5 * wave, 0, 1)


def _colours(
    name: str, ground: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two RGB colours, 0 to 255: the first differs from the ground, the second from the first."""
    hues = {"warm": (-0.07, 0.15), "cold": (0.38, 0.68)}.get(name.split()[0], (0, 1))
    first, second = _colour(hues, rng), _colour((0, 1), rng)
    for _ in range(20):
        if abs(first - ground).mean() > 35:
            break
        first = _colour(hues, rng)
    for _ in range(20):
        if abs(first - second).mean() > 60:
            break
        second = _colour((0, 1), rng)
    return first.astype(np.float32), second.astype(np.float32)


def _colour(hues: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    hue, saturation, value = rng.uniform(*hues), rng.uniform(0.45, 0.95), rng.uniform(70, 250)
    # Distance of the hue to red, green and blue round the circle.
    channel = np.clip(abs((hue * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return value * (1 - saturation + saturation * channel)


def _shadow(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    offset = rng.integers(-6, 7, 2)
    image = Image.fromarray((np.roll(mask, offset, (0, 1)) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.BoxBlur(3)), np.float32) / 255


def _photograph(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light that falls off across the picture, a lens that blurs and a sensor with noise."""
    slope = rng.normal(0, 0.2, 2).astype(np.float32)
    ramp = np.linspace(-1, 1, SIDE, dtype=np.float32)
    light = 1 + slope[0] * ramp[:, None] + slope[1] * ramp[None, :]
    picture = np.clip(picture * light[..., None], 0, 255).astype(np.uint8)
    blurred = Image.fromarray(picture).filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.9)))
    noise = rng.standard_normal(picture.shape, np.float32) * rng.uniform(1, 6)
    return np.clip(np.asarray(blurred) + noise + 0.5, 0, 255).astype(np.uint8)
