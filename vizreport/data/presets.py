"""The one table of preprocessing presets, and the change of single parts of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from vizreport.data.preprocessing import LUMINANCE, MEAN_MISSING, Fields, Preprocessing
from vizreport.errors import RequestError

InputSize = tuple[int, int]
Numbers = tuple[float, ...]
Parts = Mapping[str, Any]
"""Some of the fields of :class:`Preprocessing`."""


def _scaled(pixels: int) -> int:
    """Return 256 px for an input of 224 px and in proportion for others (half up)."""
    return (2 * 256 * pixels + 224) // (2 * 224)


def _caffe_side(pixels: int) -> int:
    # The published Caffe networks take 224 or 227 px, both cut from 256 px.
    return 256 if pixels in (224, 227) else _scaled(pixels)


def _colours(channels: int, order: str, mean: Numbers, std: Numbers) -> Fields:
    """Return channels, mean and std for 3 channels, their luminance for 1, or bands.

    For one channel, mean and std are weighted as the luminance weighs the colours. Bands are given
    values as all colours are where these are equal. The first three are shown as red, green and
    blue; of two the first as red and blue, the second as green, told apart with any colour vision.
    """
    if channels == 3:
        return {"channels": order, "mean": mean, "std": std}
    if channels != 1:
        if len(set(mean)) > 1 or len(set(std)) > 1:
            raise RequestError(
                f"the network's input has {channels} channels, but this preset is for colour "
                "images; choose raw, unit or tf, with --mean and --std if the bands differ"
            )
        return {
            "channels": "bands",
            "mean": mean[:1] * channels,
            "std": std[:1] * channels,
            "bands": (1, 2, 1) if channels == 2 else (1, 2, 3),
        }
    weights = LUMINANCE[::-1] if order == "BGR" else LUMINANCE

    def grey(numbers: Numbers) -> Numbers:
        if len(numbers) != 3:
            return numbers
        return (sum(w * number for w, number in zip(weights, numbers, strict=True)),)

    return {"channels": "L", "mean": grey(mean), "std": grey(std)}


def _zfnet(input_size: InputSize, channels: int) -> Preprocessing:
    """Zeiler & Fergus, section 3: smallest side to 256, central crop, per-pixel mean.

    The mean image belongs to the checkpoint; without it ``tensor`` refuses.
    """
    return Preprocessing(
        input_size=input_size,
        resize="shortest",
        resize_to=_scaled(max(input_size)),
        crop="center",
        scale=1.0,
        **_colours(channels, "RGB", (), (1.0, 1.0, 1.0)),
    )


def _caffe(input_size: InputSize, channels: int) -> Preprocessing:
    """Squash to 256 x 256, central crop, BGR minus the ImageNet mean colour."""
    return Preprocessing(
        input_size=input_size,
        resize="squash",
        resize_to=(_caffe_side(input_size[0]), _caffe_side(input_size[1])),
        crop="center",
        scale=1.0,
        **_colours(channels, "BGR", (104.0, 117.0, 123.0), (1.0, 1.0, 1.0)),
    )


def _torch(input_size: InputSize, channels: int) -> Preprocessing:
    """Smallest side to 256, central crop, 0 to 1, minus ImageNet mean, over its deviation."""
    return Preprocessing(
        input_size=input_size,
        resize="shortest",
        resize_to=_scaled(max(input_size)),
        crop="center",
        scale=1 / 255,
        **_colours(channels, "RGB", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    )


def _tf(input_size: InputSize, channels: int) -> Preprocessing:
    """Whole image squashed to the input, -1 to 1."""
    return Preprocessing(
        input_size=input_size,
        resize="squash",
        resize_to=None,
        crop="none",
        scale=1 / 127.5,
        **_colours(channels, "RGB", (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    )


def _unit(input_size: InputSize, channels: int) -> Preprocessing:
    """Whole image squashed to the input, 0 to 1."""
    return Preprocessing(
        input_size=input_size,
        resize="squash",
        resize_to=None,
        crop="none",
        scale=1 / 255,
        **_colours(channels, "RGB", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    )


def _raw(input_size: InputSize, channels: int) -> Preprocessing:
    """Whole image squashed to the input, 0 to 255, as ``image_dataset_from_directory`` does."""
    return Preprocessing(
        input_size=input_size,
        resize="squash",
        resize_to=None,
        crop="none",
        scale=1.0,
        antialias=False,
        **_colours(channels, "RGB", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
    )


PRESETS: dict[str, Callable[[InputSize, int], Preprocessing]] = {
    "zfnet": _zfnet,
    "caffe": _caffe,
    "torch": _torch,
    "tf": _tf,
    "unit": _unit,
    "raw": _raw,
}

PARTS = tuple(field.name for field in fields(Preprocessing))
"""What can be set part by part."""


def preset(
    name: str,
    input_size: InputSize,
    channels: int,
    parts: Mapping[str, Any] | None = None,
) -> Preprocessing:
    """Return a preset for a network's input, with some parts set by hand.

    Parameters
    ----------
    name : str
        One of ``PRESETS``.
    input_size : (int, int)
        Height and width of the network's input, px.
    channels : int
        With 1 the channels are "L", with 3 colours, else "bands".
    parts : mapping, optional
        As for ``with_parts``; an ``input_size`` here takes precedence over the argument.

    Raises
    ------
    RequestError
        If the preset or a part is unknown, the parts do not fit, or ``zfnet`` gets no mean.
    """
    if name not in PRESETS:
        raise RequestError(f"unknown preset {name!r}; choose from {', '.join(PRESETS)}")
    parts = dict(parts or {})
    size = parts.pop("input_size", input_size)
    made = with_parts(PRESETS[name](_size(size), channels), parts)
    if made.mean_image is None and not made.mean:
        raise RequestError(f"preset {name}: {MEAN_MISSING}")
    return made


def with_parts(preprocessing: Preprocessing, parts: Mapping[str, Any]) -> Preprocessing:
    """Return a preprocessing with some parts replaced.

    ``mean`` and ``std`` take one number for all channels or one for each, in the order of
    ``channels``. New ``channels`` without a new mean reorder the mean with its colours. A mean
    takes the place of a mean image and the other way round. A crop that was not there before
    takes 256/224 of the input for ``resize_to``; ``resize`` "none" and ``crop`` "none" drop it.

    Raises
    ------
    RequestError
        If a part is unknown or does not fit.
    """
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise RequestError(
            f"the preprocessing has no part {', '.join(unknown)}; its parts are {', '.join(PARTS)}"
        )
    new = {name: _plain(value) for name, value in parts.items()}
    if "input_size" in new:
        new["input_size"] = _size(new["input_size"])
    _reorder(preprocessing, new)
    channels = preprocessing.input_channels
    for name in ("mean", "std"):
        if name in new:
            new[name] = _numbers(name, new[name], channels)
    if new.get("mean_image") is not None:
        new.setdefault("mean", ())
    elif new.get("mean"):
        new.setdefault("mean_image", None)
    _settle_resize(preprocessing, new)
    return replace(preprocessing, **new)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _size(value: Any) -> InputSize:
    """Return a height and width; one number means a square."""
    size = (value, value) if isinstance(value, int) else _plain(value)
    if not (isinstance(size, tuple) and len(size) == 2 and all(isinstance(s, int) for s in size)):
        raise RequestError(f"input_size is {value!r}; it must be one or two whole numbers")
    return size


def _numbers(name: str, value: Any, channels: int) -> Numbers:
    numbers = tuple(np.atleast_1d(np.asarray(value, dtype=object)).tolist())
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        raise RequestError(f"{name} is {value!r}; it must be 1 or {channels} numbers")
    if len(numbers) not in (0, 1, channels) or (name == "std" and not numbers):
        raise RequestError(
            f"{name} has {len(numbers)} numbers; it must have 1"
            + (f" or {channels}" if channels > 1 else ", as the network's input is greyscale")
        )
    return tuple(float(n) for n in (numbers * channels if len(numbers) == 1 else numbers))


def _reorder(old: Preprocessing, new: Fields) -> None:
    order = new.get("channels", old.channels)
    if order == old.channels:
        return
    own = {"L": "1 channel: L", "bands": f"{old.input_channels} channels: bands"}
    if {order, old.channels} & own.keys():
        has = own.get(old.channels, "3 channels: RGB or BGR")
        raise RequestError(f"channels is {order!r}, but the network's input has {has}")
    new.setdefault("std", old.std[::-1])
    if "mean" not in new and "mean_image" not in new:
        new["mean"] = old.mean[::-1]
        if old.mean_image is not None:
            new["mean_image"] = old.mean_image[..., ::-1]


def _settle_resize(old: Preprocessing, new: Fields) -> None:
    crop, resize = new.get("crop", old.crop), new.get("resize", old.resize)
    if crop == "none":
        new.setdefault("resize", "none" if resize == "none" else "squash")
        new.setdefault("resize_to", None)
    elif resize == "none":
        new.setdefault("resize_to", None)
    elif old.resize_to is None:
        new.setdefault("resize_to", _scaled(max(new.get("input_size", old.input_size))))
