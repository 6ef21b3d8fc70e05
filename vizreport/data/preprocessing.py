"""How an image becomes a network's input, and how a gradient goes back to RGB."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from vizreport.data.image import Size, UnreadableImage
from vizreport.data.resizing import resized_region
from vizreport.data.validation import check
from vizreport.errors import RequestError

Fields = dict[str, Any]
"""Fields of :class:`Preprocessing` by name, as options, presets and documents give them."""

LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of R, G and B in the luminance of ITU-R BT.601, as Pillow and TensorFlow have them."""


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """Resize, crop and normalisation between an image and a network's input.

    An input is ``x = (pixel * scale - mean) / std`` with pixels from 0 to 255. Resizing is
    bilinear. Checked when made; RequestError says what does not fit.

    Attributes
    ----------
    input_size : (int, int)
        Height and width of the network's input, px.
    resize : {"shortest", "squash", "none"}
        Before the crop: shortest side to ``resize_to``, whole image to ``resize_to``, or as it is.
    resize_to : int, (int, int) or None
        Pixels: shortest side, or the square (or height, width) squashed to.
    crop : {"center", "none"}
        Central crop (odd margins: one pixel less at the left and top), or the whole image squashed
        straight to ``input_size``; ``resize`` then is "squash" or "none" and ``resize_to`` None.
    channels : {"RGB", "BGR", "L", "bands"}
        "bands" for networks of 2 or of 4 and more channels, which get the data's as they are.
    scale : float
        Factor on pixels of 0 to 255: 1 leaves them, 1/255 makes 0 to 1.
    mean, std : tuple of float
        One number for each channel, in the order of ``channels``. ``mean`` is () when there is a
        mean image.
    mean_image : float32 [h, w, C] or None
        Per-pixel mean at ``input_size``, in units of ``pixel * scale``, order of ``channels``.
    antialias : bool
        Whether a reduced image is averaged over all its pixels, as Pillow and torchvision do; else
        each pixel is interpolated between four, as Keras' loaders and ``tf.image.resize`` do.
    bands : (int, int, int) or ()
        Of "bands", those that are shown as red, green and blue, from 1.
    """

    input_size: tuple[int, int]
    resize: str
    resize_to: int | tuple[int, int] | None
    crop: str
    channels: str
    scale: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    mean_image: np.ndarray | None = None
    antialias: bool = True
    bands: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Preprocessing) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash(repr(self.as_dict()))

    @property
    def image_channels(self) -> int:
        """Channels of the images it takes: 3 (RGB), or the number of bands."""
        return len(self.std) if self.channels == "bands" else 3

    @property
    def input_channels(self) -> int:
        """Channels of the network's input."""
        return len(self.std)

    def resized(self, width: int, height: int) -> Size:
        """Return (width, height) of the whole image after resizing, before the crop, px.

        With "shortest" the other side is rounded down, as torchvision does.
        """
        if self.crop == "none":
            return self.input_size[1], self.input_size[0]
        if self.resize == "none" or self.resize_to is None:
            return width, height
        if self.resize == "squash":
            target = self.resize_to
            return (target, target) if isinstance(target, int) else (target[1], target[0])
        side = self.resize_to
        assert isinstance(side, int)
        if width <= height:
            return side, side * height // width
        return side * width // height, side

    def box(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Return what the network sees of an image: left, top, right, bottom in its pixels.

        Raises
        ------
        UnreadableImage
            If the image is not resized and smaller than the crop.
        """
        if self.crop == "none":
            return 0.0, 0.0, float(width), float(height)
        rows, cols = self.input_size
        resized_width, resized_height = self.resized(width, height)
        if resized_width < cols or resized_height < rows:
            raise UnreadableImage(
                f"its {width} x {height} pixels are fewer than the network's {cols} x {rows}, and "
                "resizing is off"
            )
        left, top = (resized_width - cols) // 2, (resized_height - rows) // 2
        x, y = width / resized_width, height / resized_height
        # min: products such as 3 * (10 / 3) may pass the edge by a rounding error.
        return left * x, top * y, min((left + cols) * x, width), min((top + rows) * y, height)

    def least_size(self, width: int, height: int) -> Size:
        """Return the least (width, height) to decode at: twice the resized size, px.

        Reduced-scale decoding averages blocks. With a factor of two left to the bilinear filter,
        pictures of photographs differ from those of all pixels by 0.8 grey levels on average.
        Without antialiasing nothing may be averaged.
        """
        if not self.antialias:
            return width, height
        resized_width, resized_height = self.resized(width, height)
        return min(width, 2 * resized_width), min(height, 2 * resized_height)

    def picture(self, image: np.ndarray, size: Size | None = None) -> np.ndarray:
        """Resize and crop an image, aligned pixel by pixel with the network's input.

        Parameters
        ----------
        image : uint8 [H, W, 3]
            RGB; [H, W, C] for "bands".
        size : (int, int), optional
            Width and height of the original, where ``image`` was decoded at 1/2, 1/4 or 1/8 scale.

        Returns
        -------
        uint8 [h, w, 3]
            In its own colours, RGB, whatever the network's channels; [h, w, C] for "bands".

        Raises
        ------
        UnreadableImage
            As ``box``, or if the image has other channels.
        """
        if image.shape[2] != self.image_channels:
            raise UnreadableImage(
                f"it has {image.shape[2]} channels, but the network takes {self.image_channels}"
            )
        height, width = image.shape[:2]
        original = size or (width, height)
        left, top, right, bottom = self.box(*original)
        # Decoders reduce by whole factors and round sizes up: the ratio of the sizes is not exact.
        factor = round(max(original) / max(width, height))
        region = (left / factor, top / factor, right / factor, bottom / factor)
        rows, cols = self.input_size
        if region == (0, 0, cols, rows) and (width, height) == (cols, rows):
            return np.array(image, dtype=np.uint8)
        return resized_region(image, region, (cols, rows), self.antialias)

    def shown(self, pictures: np.ndarray) -> np.ndarray:
        """Return pictures as a person sees them.

        Parameters
        ----------
        pictures : uint8 [..., 3] or [..., C]
            As ``picture`` returns them.

        Returns
        -------
        uint8 [..., 3]
            Of "bands" the three that are shown.
        """
        return pictures[..., [band - 1 for band in self.bands]] if self.bands else pictures

    def tensor(self, pictures: np.ndarray) -> np.ndarray:
        """Normalise pictures to the network's input.

        Parameters
        ----------
        pictures : uint8 [N, h, w, 3] or [N, h, w, C]
            As ``picture`` returns them.

        Returns
        -------
        float32 [N, h, w, C]
            C = 1 for ``channels`` "L" (luminance, not rounded), 3 for colours.

        Raises
        ------
        RequestError
            If there is neither a mean nor a mean image.
        """
        if self.mean_image is None and not self.mean:
            raise RequestError(MEAN_MISSING)
        if self.channels == "L":
            grey = np.asarray(pictures, np.float32) @ np.asarray(LUMINANCE, np.float32)
            values = grey[..., None]
        else:
            values = np.empty(pictures.shape, np.float32)
            last = pictures.shape[-1] - 1
            for channel in range(last + 1):
                source = last - channel if self.channels == "BGR" else channel
                values[..., channel] = pictures[..., source]
        # A whole row at once: NumPy is slow where the axis that is repeated has three entries.
        rows = values.reshape(*values.shape[:-2], values.shape[-2] * values.shape[-1])
        if self.scale != 1:
            rows *= np.float32(self.scale)
        rows -= self._row(self.mean if self.mean_image is None else self.mean_image, values.shape)
        if np.any(np.asarray(self.std) != 1):
            rows /= self._row(self.std, values.shape)
        return values

    @staticmethod
    def _row(constants: Any, shape: tuple[int, ...]) -> np.ndarray:
        """Repeat what belongs to a channel, or to a pixel, along rows of [..., W, C]."""
        axes = 2 if np.ndim(constants) < 2 else 3
        whole = np.broadcast_to(np.asarray(constants, np.float32), shape[-axes:])
        return whole.reshape(*whole.shape[:-2], shape[-2] * shape[-1])

    def to_rgb(self, gradients: np.ndarray) -> np.ndarray:
        """Carry signals at the network's input back to RGB pixels.

        The transpose of the linear part of ``tensor``: channel order back to RGB, times
        ``scale / std`` for each channel. For a greyscale network the signal stands for the grey
        value of a pixel and is repeated in R, G and B. Of "bands" the three shown are kept.

        Parameters
        ----------
        gradients : float [..., C]
            Signals at the input, in the network's own order of channels.

        Returns
        -------
        float [..., 3]
            Of the same floating point type.
        """
        factors = np.asarray([self.scale / s for s in self.std], dtype=gradients.dtype)
        signal = gradients * factors
        if self.channels == "L":
            return np.repeat(signal, 3, axis=-1)
        if self.channels == "bands":
            return self.shown(signal)
        return np.ascontiguousarray(signal[..., ::-1]) if self.channels == "BGR" else signal

    def as_dict(self) -> Fields:
        """Return plain values for JSON; ``mean_image`` as the sha256 of its float32 bytes."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["input_size"] = list(self.input_size)
        values["scale"] = float(self.scale)
        for name in ("mean", "std"):  # as floats, so that 104 and 104.0 give one key
            values[name] = [float(number) for number in values[name]]
        values["bands"] = list(self.bands)
        if not self.bands:
            del values["bands"]
        if isinstance(self.resize_to, tuple):
            values["resize_to"] = list(self.resize_to)
        values["mean_image"] = None if self.mean_image is None else _hash(self.mean_image)
        return values

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], mean_image: np.ndarray | None = None
    ) -> Preprocessing:
        """Make a preprocessing from ``as_dict`` and, where it had one, its mean image.

        Raises
        ------
        RequestError
            If an entry is missing, unknown or of a wrong kind, or the mean image is not the one.
        """
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(values) - set(known))
        missing = sorted(set(known) - set(values) - {"mean_image", "antialias", "bands"})
        if unknown or missing:
            raise RequestError(
                f"the preprocessing has {'unknown' if unknown else 'missing'} entries "
                f"{', '.join(unknown or missing)}; its entries are {', '.join(known)}"
            )
        expected = values.get("mean_image")
        if expected is not None and mean_image is None:
            raise RequestError("the preprocessing has a mean image, but its file is missing")
        if mean_image is not None and expected not in (None, _hash(mean_image)):
            raise RequestError("the mean image is not the one saved with the preprocessing")
        parts = {n: _plain(values[n]) for n in known if n in values and n != "mean_image"}
        return cls(**parts, mean_image=mean_image)


MEAN_MISSING = (
    "the preprocessing has no mean; put the per-pixel mean into the checkpoint's sidecar "
    "(NAME.vizreport.npz) or pass --mean"
)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _hash(mean_image: np.ndarray) -> str:
    array = np.ascontiguousarray(mean_image, dtype="<f4")
    return hashlib.sha256(repr(array.shape).encode() + array.tobytes()).hexdigest()
