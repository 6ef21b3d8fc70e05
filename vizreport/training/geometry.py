"""The square a picture is cut to, and its ten sub-crops (paper, section 3). No TensorFlow here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vizreport.data.preprocessing import Preprocessing
from vizreport.errors import RequestError

CROPS = 10
"""Corners and centre, each as it is and flipped: crop ``2 * place + flipped``."""

CENTRE = 8
"""The central sub-crop, not flipped: what :class:`Preprocessing` shows the network."""


def recipe_preprocessing(input_size: int) -> Preprocessing:
    """Smallest side to 256 px for an input of 224 px, in proportion for others; central crop.

    The mean is left at 0 until the training images have been seen.
    """
    return Preprocessing(
        input_size=(input_size, input_size),
        resize="shortest",
        resize_to=(2 * 256 * input_size + 224) // (2 * 224),
        crop="center",
        channels="RGB",
        scale=1.0,
        mean=(0.0, 0.0, 0.0),
        std=(1.0, 1.0, 1.0),
    )


def square_of(preprocessing: Preprocessing) -> Preprocessing:
    """Preprocessing that keeps the whole square from which the sub-crops are cut.

    A margin of an odd number of pixels loses one, so that the central sub-crop is to the pixel
    what ``preprocessing`` itself shows. The mean is 0; std and channels stay.

    Raises
    ------
    RequestError
        The images are not cropped after resizing, so that there is nothing to cut from.
    """
    target = preprocessing.resize_to
    if preprocessing.crop == "none" or target is None:
        raise RequestError(
            "ten crops need resizing and a central crop, which this preprocessing lacks"
        )
    sides = target if isinstance(target, tuple) else (target, target)
    even = tuple(
        side - (side - size) % 2 for side, size in zip(sides, preprocessing.input_size, strict=True)
    )
    channels = len(preprocessing.std)
    return replace(
        preprocessing, input_size=(even[0], even[1]), mean=(0.0,) * channels, mean_image=None
    )


def places(square: tuple[int, int], size: tuple[int, int]) -> list[tuple[int, int]]:
    """Top and left of the four corner crops and the central one, px.

    Parameters
    ----------
    square, size : (int, int)
        Height and width of the square and of a sub-crop.
    """
    bottom, right = square[0] - size[0], square[1] - size[1]
    return [(0, 0), (0, right), (bottom, 0), (bottom, right), (bottom // 2, right // 2)]


def sub_crops(squares: np.ndarray, crops: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut one sub-crop of each picture.

    Parameters
    ----------
    squares : array [N, H, W, C]
        Pictures, or tensors, that the sub-crops are cut from.
    crops : int array [N]
        0 to 9: ``2 * place + flipped``.
    size : (int, int)
        Height and width of a sub-crop, px.

    Returns
    -------
    array [N, h, w, C]
        Of the same type.
    """
    corners = places(squares.shape[1:3], size)
    cut = np.empty((len(squares), *size, squares.shape[3]), squares.dtype)
    for row, (picture, crop) in enumerate(zip(squares, crops, strict=True)):
        top, left = corners[crop // 2]
        part = picture[top : top + size[0], left : left + size[1]]
        cut[row] = part[:, ::-1] if crop % 2 else part
    return cut


def every_crop(square: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """All ten sub-crops of one picture [H, W, C]: [10, h, w, C]."""
    copies = np.broadcast_to(square, (CROPS, *square.shape))
    return sub_crops(copies, np.arange(CROPS), size)
