"""From rendered light to a picture: haze, exposure, white balance, lens, noise, tone curve."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SEED = 19660402
SOFTNESS = 0.35
"""Share of the difference to a blurred copy that is taken away; the reader sharpens again."""
CONTRAST = (0.9, 1.15)
SATURATION = (0.2, 1.0)


def developed(path: Path, record: dict) -> tuple[np.ndarray, np.ndarray]:
    """Develop a rendered file: picture, uint8 [H, W, 3], and the object's mask, bool [H, W]."""
    layers = np.load(path).astype(float)
    rng = np.random.default_rng([SEED, record["number"]])
    picture = develop(layers[..., :3], layers[..., 3], layers[..., 4], rng, record["haze"])
    return picture, layers[..., 4] >= 0.5


def develop(light, mist, share, rng: np.random.Generator, haze) -> np.ndarray:
    """Make uint8 [H, W, 3] of linear light [H, W, 3].

    Parameters
    ----------
    mist : array [H, W]
        0 near, 1 far.
    share : array [H, W]
        Coverage of the object, on which the exposure is weighted.
    haze : (colour, density)
        Light that the air (or water) adds with distance.
    """
    colour, density = haze
    weight = 1 + 3 * share
    level = np.exp((np.log(light.mean(-1) + 1e-3) * weight).sum() / weight.sum())
    light = light / level
    if density:
        veil = (1 - np.exp(-density * np.clip(mist, 0, 1)))[..., None]
        light = light * (1 - veil) + 1.2 * np.asarray(colour) / max(colour) * veil
    exposure = 0.21 * 2 ** rng.uniform(-0.9, 0.7)
    # Warm or cold light, and a cast of any colour.
    balance = np.exp(rng.normal(0, 0.28) * np.array([1, 0, -1]) + rng.normal(0, 0.14, 3))
    light = light * exposure * balance * _vignette(light.shape[0], rng)[..., None]
    if rng.random() < 0.15:
        light = blurred(light, rng.uniform(0.3, 0.7))
    gain = np.exp(rng.uniform(np.log(2e-5), np.log(1e-4)))
    grain = rng.standard_normal((*light.shape[:2], 1))
    light = light + grain * np.sqrt(gain * light + gain**2)
    coded = encode(np.clip(light, 0, None), rng.uniform(*CONTRAST))
    coded = _finish(coded, rng.uniform(*SATURATION))
    return np.round(np.clip(coded, 0, 1) * 255).astype(np.uint8)


def _vignette(side: int, rng: np.random.Generator) -> np.ndarray:
    axis = np.linspace(-1, 1, side)
    return 1 - rng.uniform(0, 0.25) * (axis[:, None] ** 2 + axis**2) / 2


def blurred(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of [H, W, C], edges repeated."""
    reach = int(np.ceil(3 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        padding = [(0, 0)] * 3
        padding[axis] = (reach, reach)
        padded = np.pad(image, padding, mode="edge")
        size = image.shape[axis]
        image = sum(k * np.take(padded, range(i, i + size), axis) for i, k in enumerate(kernel))
    return image


def encode(light: np.ndarray, contrast: float) -> np.ndarray:
    """Filmic tone curve (shoulder and toe), then sRGB, 0 to 1."""
    x = 0.18 * (light / 0.18) ** contrast
    toned = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    return np.where(toned > 0.0031308, 1.055 * toned ** (1 / 2.4) - 0.055, 12.92 * toned)


def _finish(coded: np.ndarray, saturation: float) -> np.ndarray:
    """Soften the lightness, which saves a third of the space, and smooth the colour."""
    lightness = coded @ np.array([0.299, 0.587, 0.114])
    colour = blurred(coded - lightness[..., None], 1.0)
    fine = lightness[..., None] - blurred(lightness[..., None], 0.9)
    return lightness[..., None] - SOFTNESS * fine + saturation * colour
