"""A preprocessing in words."""

from __future__ import annotations

from vizreport.data.preprocessing import Preprocessing


def describe_preprocessing(p: Preprocessing) -> str:
    """Describe how an image becomes a network's input, as part of a sentence.

    Examples
    --------
    >>> from vizreport.data.presets import preset
    >>> from vizreport.data.wording import describe_preprocessing
    >>> describe_preprocessing(preset("caffe", (227, 227), 3))
    'squashed to 256 x 256, centre-cropped to 227 x 227; BGR, 0 to 255, minus 104, 117, 123'
    """
    return f"{_geometry(p)}; {describe_values(p)}"


def _geometry(p: Preprocessing) -> str:
    height, width = p.input_size
    if p.crop == "none":
        return f"squashed to {height} x {width}"
    cut = f"centre-cropped to {height} x {width}"
    if p.resize == "none":
        return f"{cut}, not resized"
    if p.resize == "shortest":
        return f"resized to {p.resize_to} px on the shorter side, {cut}"
    to = p.resize_to if isinstance(p.resize_to, tuple) else (p.resize_to, p.resize_to)
    return f"squashed to {to[0]} x {to[1]}, {cut}"


def describe_values(p: Preprocessing) -> str:
    """Describe what becomes of pixel values, as part of a sentence."""
    order = "grey" if p.channels == "L" else p.channels
    if p.channels == "bands":
        shown = ", ".join(map(str, p.bands))
        order = f"{len(p.std)} bands ({shown} shown as red, green and blue)"
    low, high = 0.0, 255 * p.scale
    means = set(p.mean)
    if p.mean_image is None and len(means) == 1 and len(set(p.std)) == 1:
        (mean,) = means
        low, high = (low - mean) / p.std[0], (high - mean) / p.std[0]
        return f"{order}, {low:.4g} to {high:.4g}"
    said = f"{order}, {low:g} to {high:.4g}"
    if p.mean_image is not None:
        said += ", mean image subtracted"
    elif p.mean:
        said += f", minus {_numbers(p.mean)}"
    if set(p.std) != {1.0}:
        said += f", divided by {_numbers(p.std)}"
    return said


def _numbers(numbers: tuple[float, ...]) -> str:
    numbers = numbers[:1] if len(set(numbers)) == 1 else numbers
    return ", ".join(f"{number:g}" for number in numbers)
