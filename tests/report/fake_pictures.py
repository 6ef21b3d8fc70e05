"""Drawn stand-ins for photographs, patches, projections and filters, with some texture."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter


def pictures(count: int, size: int, seed: int) -> np.ndarray:
    """Return uint8 [count, size, size, 3]: shaded balls and bars before rough grounds."""
    random = np.random.default_rng(seed)
    return np.stack([_picture(random, size) for _ in range(count)])


def _picture(random: np.random.Generator, size: int) -> np.ndarray:
    y, x = np.mgrid[0:size, 0:size] / size
    small = random.normal(size=(size // 16 + 1, size // 16 + 1))
    cloud = Image.fromarray((small * 40 + 128).clip(0, 255).astype(np.uint8)).resize(
        (size, size), Image.Resampling.BICUBIC
    )
    ground = np.asarray(cloud, dtype=float)[..., None] * random.uniform(0.4, 1.1, 3)
    ground += random.normal(0, 9, (size, size, 1))
    ground *= (0.7 + 0.5 * y)[..., None]
    for _ in range(random.integers(2, 4)):
        cx, cy = random.uniform(0.25, 0.75, 2)
        radius = random.uniform(0.12, 0.3)
        colour = random.uniform(60, 255, 3)
        angle, frequency = random.uniform(0, np.pi), random.uniform(8, 40)
        wave = np.sin(2 * np.pi * frequency * (x * np.cos(angle) + y * np.sin(angle)))
        distance = np.hypot(x - cx, y - cy) / radius
        if random.random() < 0.35:
            distance = np.maximum(abs(x - cx), abs(y - cy)) / radius
        light = np.clip(1.1 - np.hypot(x - cx + radius / 3, y - cy + radius / 3) / radius / 2, 0, 2)
        body = colour * (light * (0.8 + 0.25 * wave))[..., None]
        inside = np.clip((1 - distance) * size * radius / 2, 0, 1)[..., None]
        ground = ground * (1 - inside) + body * inside
    return ground.clip(0, 255).astype(np.uint8)


def crop(picture: np.ndarray, row: int, col: int, window: int) -> np.ndarray:
    """Cut a square around a place; what lies outside the picture is 128."""
    half = window // 2
    padded = np.pad(picture, ((window, window), (window, window), (0, 0)), constant_values=128)
    top, left = row + window - half, col + window - half
    return padded[top : top + window, left : left + window]


def projection(patch: np.ndarray) -> np.ndarray:
    """Return something like a deconvnet's projection of a patch: edges that fade outward."""
    size = patch.shape[0]
    image = Image.fromarray(patch)
    blurred = image.filter(ImageFilter.GaussianBlur(max(1.0, size / 24)))
    edges = np.asarray(image.filter(ImageFilter.GaussianBlur(0.6)), float) - np.asarray(blurred)
    y, x = np.mgrid[0:size, 0:size] / max(1, size - 1) - 0.5
    fade = np.exp(-((x**2 + y**2) / 0.09))[..., None]
    signed = edges * fade
    scale = np.percentile(abs(signed), 99.5) or 1.0
    return np.round(128 + 127 * np.clip(signed / scale, -1, 1)).astype(np.uint8)


def mosaic(tiles: list[np.ndarray]) -> np.ndarray:
    """Lay nine tiles out 3 x 3."""
    rows = [np.concatenate(tiles[i : i + 3], axis=1) for i in (0, 3, 6)]
    return np.concatenate(rows, axis=0)


def webp(image: np.ndarray, lossless: bool) -> bytes:
    """Encode as the stored mosaics are."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "WEBP", lossless=lossless, quality=90, method=0)
    return buffer.getvalue()


def gabors(count: int, size: int, seed: int) -> np.ndarray:
    """Return float32 [count, size, size, 3]: oriented gratings, colour blobs and some noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] - (size - 1) / 2
    filters = []
    for i in range(count):
        angle, phase = random.uniform(0, np.pi), random.uniform(0, 2 * np.pi)
        frequency = random.uniform(0.08, 0.3)
        wave = np.cos(2 * np.pi * frequency * (x * np.cos(angle) + y * np.sin(angle)) + phase)
        if i % 4 == 3:
            wave = np.ones_like(x)
        fade = np.exp(-(x**2 + y**2) / (2 * (size / 3.5) ** 2))
        colour = random.normal(size=3) if i % 2 else np.full(3, random.choice([-1.0, 1.0]))
        gabor = (wave * fade)[..., None] * colour * random.uniform(0.02, 0.1)
        filters.append(gabor + random.normal(0, 0.004, gabor.shape))
    return np.stack(filters).astype(np.float32)
