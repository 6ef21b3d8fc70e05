"""What a square shows in place of the picture."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

FILLS = ("grey", "mean", "blur", "noise")
GREY = 128
NOISE_DRAWS = 4


def fill_picture(
    picture: np.ndarray, fill: str, size: int, random: np.random.Generator
) -> np.ndarray:
    """Return a whole picture from which squares are cut to cover another.

    Parameters
    ----------
    picture : uint8 [h, w, C]
        In its own colours, not preprocessed.
    fill : {"grey", "mean", "blur", "noise"}
        128; the picture's mean colour; the picture blurred (Gaussian, standard deviation a
        quarter of the square's side); a colour drawn evenly for each pixel.
    size : int
        Side of the square, px.
    random : Generator
        Draws the noise.

    Returns
    -------
    uint8 [h, w, C]
    """
    if fill == "mean":
        colour = np.rint(picture.reshape(-1, picture.shape[2]).mean(axis=0)).astype(np.uint8)
        return np.broadcast_to(colour, picture.shape).copy()
    if fill == "blur":
        filtered = ImageFilter.GaussianBlur(size / 4)
        bands = [Image.fromarray(band).filter(filtered) for band in np.moveaxis(picture, 2, 0)]
        return np.stack([np.asarray(band) for band in bands], axis=-1)
    if fill == "noise":
        return random.integers(0, 256, picture.shape, dtype=np.uint8)
    return np.full_like(picture, GREY)
