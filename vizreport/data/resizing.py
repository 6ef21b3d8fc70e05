"""Images resized bilinearly, averaged over all pixels or interpolated between four."""

from __future__ import annotations

import numpy as np
from PIL import Image

from vizreport.data.image import Size

Region = tuple[float, float, float, float]
"""Left, top, right, bottom in an image's pixels."""


def resized_region(image: np.ndarray, region: Region, size: Size, antialias: bool) -> np.ndarray:
    """Resize a region of an image.

    Parameters
    ----------
    image : uint8 [H, W, C]
        Pixels of the whole image.
    region : (float, float, float, float)
        Left, top, right and bottom edge, px; they may lie between pixels.
    size : (int, int)
        Width and height of the result, px.
    antialias : bool
        Whether a reduced image is averaged over all its pixels, as Pillow and torchvision do; else
        each pixel is interpolated between four, as ``tf.image.resize`` does.

    Returns
    -------
    uint8 [h, w, C]
    """
    if not antialias:
        return _interpolated(image, region, size)
    # Resizing the box alone equals cropping the resized image (the filter still sees the pixels
    # around the box) and stays small for a ribbon of 1 x 10,000 pixels.
    parts = [image] if image.shape[2] == 3 else list(np.moveaxis(image, 2, 0))
    pictures = [
        np.asarray(
            Image.fromarray(np.ascontiguousarray(part)).resize(
                size, Image.Resampling.BILINEAR, box=region
            )
        )
        for part in parts
    ]
    return pictures[0] if image.shape[2] == 3 else np.stack(pictures, axis=-1)


def _interpolated(image: np.ndarray, region: Region, size: Size) -> np.ndarray:
    """Interpolate each pixel between the four nearest, rounded."""
    left, top, right, bottom = region
    inverse = ((right - left) / size[0], 0.0, left, 0.0, (bottom - top) / size[1], top)
    # As floats: of integers Pillow cuts off the fraction.
    colours = [
        np.asarray(
            Image.fromarray(image[..., colour].astype(np.float32)).transform(
                size, Image.Transform.AFFINE, inverse, Image.Resampling.BILINEAR
            )
        )
        for colour in range(image.shape[2])
    ]
    return np.rint(np.stack(colours, axis=-1)).astype(np.uint8)
