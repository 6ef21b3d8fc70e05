"""The usual preprocessings: order of the channels and range of the values."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import PRESETS, with_parts

_NAMES = {
    "raw": "0 to 255",
    "unit": "0 to 1",
    "tf": "-1 to 1",
    "caffe": "minus the ImageNet mean",
    "torch": "by ImageNet's mean and deviation",
}
_OF_COLOURS = ("caffe", "torch")
RANGES = tuple(_NAMES)
"""Presets whose values are tried."""
_SAME = 0.02  # of the range of values, up to which two preprocessings are the same


def alternatives(used: Preprocessing) -> dict[str, Preprocessing]:
    """Return the usual ways to make values of pixels, other than the one used, by their names.

    Resizing and crop stay as they are.
    """
    channels = used.input_channels
    orders = ("RGB", "BGR") if channels == 3 else (used.channels,)
    found = {}
    for name in RANGES:
        if used.channels == "bands" and name in _OF_COLOURS:
            continue
        usual = PRESETS[name](used.input_size, channels)
        for order in orders:
            values = with_parts(usual, {"channels": order})
            other = replace(
                used,
                channels=order,
                scale=values.scale,
                mean=values.mean,
                std=values.std,
                mean_image=None,
            )
            if not _same(used, other):
                found[f"{'grey' if order == 'L' else order}, {_NAMES[name]}"] = other
    return found


def _same(first: Preprocessing, second: Preprocessing) -> bool:
    """Whether two preprocessings make nearly the same of every colour."""
    ends = np.eye(first.image_channels, dtype=np.uint8)
    corners = 255 * np.concatenate([0 * ends[:1], ends, 1 - ends, 0 * ends[:1] + 1])
    height, width = first.input_size if first.mean_image is not None else (1, 1)
    colours = np.broadcast_to(corners[:, None, None], (len(corners), height, width, len(ends)))
    a, b = first.tensor(colours), second.tensor(colours)
    return bool(np.abs(a - b).max() <= _SAME * (a.max() - a.min()))


def options(p: Preprocessing) -> str:
    """Return the options of the command line that ask for a preprocessing's values."""
    order = "" if p.channels in ("L", "bands") else f"--channels {p.channels} "
    scale = Fraction(p.scale).limit_denominator(10_000)
    return f"{order}--scale-pixels {scale} --mean {_given(p.mean)} --std {_given(p.std)}"


def _given(numbers: tuple[float, ...]) -> str:
    shown = numbers[:1] if len(set(numbers)) == 1 else numbers
    return ",".join(f"{number:g}" for number in shown)
