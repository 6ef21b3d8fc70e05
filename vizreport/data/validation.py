"""Whether the parts of a preprocessing fit each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vizreport.errors import RequestError

if TYPE_CHECKING:
    from vizreport.data.preprocessing import Preprocessing

RESIZES = ("shortest", "squash", "none")
CROPS = ("center", "none")
CHANNELS = ("RGB", "BGR", "L")


def check(p: Preprocessing) -> None:
    """Raise RequestError for the first part that does not fit."""
    for name, choices in (("resize", RESIZES), ("crop", CROPS), ("channels", CHANNELS)):
        if getattr(p, name) not in choices:
            raise RequestError(f"{name} is {getattr(p, name)!r}; it can be {', '.join(choices)}")
    if not _is_size(p.input_size):
        raise RequestError(
            f"input_size is {p.input_size!r}; it must be height and width, two whole numbers "
            "above 0"
        )
    _check_resize(p)
    channels = 1 if p.channels == "L" else 3
    for name, numbers in (("mean", p.mean), ("std", p.std)):
        if not isinstance(numbers, tuple) or not all(_is_number(number) for number in numbers):
            raise RequestError(f"{name} is {numbers!r}; it must be finite numbers")
        if len(numbers) != channels and not (name == "mean" and not numbers):
            raise RequestError(
                f"{name} has {len(numbers)} numbers; with channels {p.channels} it must have "
                f"{channels}"
            )
    if not _is_number(p.scale) or p.scale == 0 or 0 in p.std:
        raise RequestError(f"scale is {p.scale!r} and std {p.std!r}; neither may be 0")
    if p.mean_image is not None:
        if p.mean:
            raise RequestError("there is both a mean and a mean image; give one of them")
        if p.mean_image.shape != (*p.input_size, channels):
            raise RequestError(
                f"the mean image has shape {p.mean_image.shape}; the network's input is "
                f"{(*p.input_size, channels)}"
            )


def _check_resize(p: Preprocessing) -> None:
    if p.crop == "none":
        if p.resize == "shortest" or p.resize_to is not None:
            raise RequestError(
                "without a crop the whole image is squashed to the input: resize 'shortest' and "
                "resize_to need crop 'center'"
            )
    elif p.resize == "none":
        if p.resize_to is not None:
            raise RequestError(f"resize is 'none', yet resize_to is {p.resize_to!r}")
    else:
        squash = p.resize == "squash" and _is_size(p.resize_to)
        if not squash and not _is_whole(p.resize_to):
            raise RequestError(
                f"resize_to is {p.resize_to!r}; with resize {p.resize!r} it must be a whole number "
                "of pixels above 0" + (" or two of them" if p.resize == "squash" else "")
            )
        sides = p.resize_to if isinstance(p.resize_to, tuple) else (p.resize_to, p.resize_to)
        if any(side < need for side, need in zip(sides, p.input_size, strict=True)):  # type: ignore[operator]
            raise RequestError(
                f"resize_to is {p.resize_to!r}, less than the network's input of "
                f"{p.input_size[0]} x {p.input_size[1]} that is cropped from it"
            )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_size(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and all(_is_whole(v) for v in value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
