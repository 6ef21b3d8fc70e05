"""Whether the parts of a preprocessing fit each other."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from vizreport.data.decoding import MAX_PIXELS
from vizreport.errors import RequestError
from vizreport.wording.foreign_text import quoted

RESIZES = ("shortest", "squash", "none")
CROPS = ("center", "none")
CHANNELS = ("RGB", "BGR", "L", "bands")
MAX_SIDE = 100_000
"""Pixels; more than any image format holds in one direction."""

_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)


class _Values(Protocol):
    """What is checked of a :class:`vizreport.data.preprocessing.Preprocessing`."""

    @property
    def input_size(self) -> tuple[int, int]: ...
    @property
    def resize(self) -> str: ...
    @property
    def resize_to(self) -> int | tuple[int, int] | None: ...
    @property
    def crop(self) -> str: ...
    @property
    def channels(self) -> str: ...
    @property
    def scale(self) -> float: ...
    @property
    def mean(self) -> tuple[float, ...]: ...
    @property
    def std(self) -> tuple[float, ...]: ...
    @property
    def mean_image(self) -> np.ndarray | None: ...
    @property
    def antialias(self) -> bool: ...
    @property
    def bands(self) -> tuple[int, ...]: ...


def check(p: _Values) -> None:
    """Raise RequestError for the first part that does not fit."""
    for name, choices in (("resize", RESIZES), ("crop", CROPS), ("channels", CHANNELS)):
        if getattr(p, name) not in choices:
            raise RequestError(
                f"{name} is {quoted(getattr(p, name))}; it can be {', '.join(choices)}"
            )
    if not isinstance(p.antialias, bool):
        raise RequestError(f"antialias is {quoted(p.antialias)}; it must be true or false")
    if not _is_size(p.input_size):
        raise RequestError(
            f"input_size is {quoted(p.input_size)}; it must be height and width, two positive "
            f"integers, with at most {MAX_PIXELS / 1e6:.0f} million pixels in all"
        )
    _check_resize(p)
    _check_bands(p)
    channels = {"L": 1, "bands": len(p.std)}.get(p.channels, 3)
    for name, numbers in (("mean", p.mean), ("std", p.std)):
        if not isinstance(numbers, tuple) or not all(_is_number(number) for number in numbers):
            raise RequestError(
                f"{name} is {quoted(numbers)}; it must be finite numbers, not too large for "
                "single precision"
            )
        if len(numbers) != channels and not (name == "mean" and not numbers):
            raise RequestError(
                f"{name} has {len(numbers)} numbers; with channels {p.channels} it must have "
                f"{channels}"
            )
    if not _is_number(p.scale) or not all(np.float32(factor) for factor in (p.scale, *p.std)):
        raise RequestError(
            f"scale is {quoted(p.scale)} and std {quoted(p.std)}; neither may be 0, or too small "
            "or too large for single precision"
        )
    if p.mean_image is not None:
        if p.mean:
            raise RequestError("there is both a mean and a mean image; specify only one")
        if p.mean_image.shape != (*p.input_size, channels):
            raise RequestError(
                f"the mean image has shape {p.mean_image.shape}; the network's input is "
                f"{(*p.input_size, channels)}"
            )


def _check_bands(p: _Values) -> None:
    if p.channels != "bands":
        if p.bands != ():
            raise RequestError(
                f"bands is {quoted(p.bands)}, which is for networks with 2, or 4 or more, "
                f"channels; this one has {p.channels}"
            )
        return
    count = len(p.std) if isinstance(p.std, tuple) else 0
    if not (
        isinstance(p.bands, tuple)
        and len(p.bands) == 3
        and all(_is_whole(band) and band <= count for band in p.bands)
    ):
        raise RequestError(
            f"bands is {quoted(p.bands)}; it must be three numbers from 1 to {count}: the bands "
            "to show as red, green and blue"
        )


def _check_resize(p: _Values) -> None:
    if p.crop == "none":
        if p.resize == "shortest" or p.resize_to is not None:
            raise RequestError(
                "without a crop, the whole image is squashed to the input; resize 'shortest' and "
                "resize_to need crop 'center'"
            )
    elif p.resize == "none":
        if p.resize_to is not None:
            raise RequestError(f"resize is 'none', but resize_to is {quoted(p.resize_to)}")
    else:
        squash = p.resize == "squash" and _is_size(p.resize_to)
        if not squash and not _is_whole(p.resize_to):
            raise RequestError(
                f"resize_to is {quoted(p.resize_to)}; with resize {p.resize!r} it must be a whole "
                f"number of pixels from 1 to {MAX_SIDE:,}"
                + (" or two of them" if p.resize == "squash" else "")
            )
        sides = p.resize_to if isinstance(p.resize_to, tuple) else (p.resize_to, p.resize_to)
        if any(side < need for side, need in zip(sides, p.input_size, strict=True)):  # type: ignore[operator]
            raise RequestError(
                f"resize_to is {p.resize_to!r}, less than the network's input of "
                f"{p.input_size[0]} x {p.input_size[1]} to be cropped from it"
            )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_SIDE


def _is_size(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and all(_is_whole(side) for side in value)
        and value[0] * value[1] <= MAX_PIXELS
    )


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return abs(value) <= _LARGEST_FLOAT32  # False for nan, too
