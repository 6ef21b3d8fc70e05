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
RANGES = tuple(_NAMES)
"""Presets whose values are tried."""
_SAME = 0.02  # of the range of values, up to which two preprocessings are the same


def alternatives(used: Preprocessing) -> dict[str, Preprocessing]:
    """Return the usual ways to make values of pixels, other than the one used, by their names.

    Resizing and crop stay as they are.
    """
    channels = 1 if used.channels == "L" else 3
    orders = ("L",) if channels == 1 else ("RGB", "BGR")
    found = {}
    for name in RANGES:
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
    corners = np.array([[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)], np.uint8)
    height, width = first.input_size if first.mean_image is not None else (1, 1)
    colours = np.broadcast_to(corners[:, None, None], (8, height, width, 3))
    a, b = first.tensor(colours), second.tensor(colours)
    return bool(np.abs(a - b).max() <= _SAME * (a.max() - a.min()))


def options(p: Preprocessing) -> str:
    """Return the options of the command line that ask for a preprocessing's values."""
    order = "" if p.channels == "L" else f"--channels {p.channels} "
    scale = Fraction(p.scale).limit_denominator(10_000)
    return f"{order}--scale-pixels {scale} --mean {_given(p.mean)} --std {_given(p.std)}"


def _given(numbers: tuple[float, ...]) -> str:
    shown = numbers[:1] if len(set(numbers)) == 1 else numbers
    return ",".join(f"{number:g}" for number in shown)
