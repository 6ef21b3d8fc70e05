"""How images are prepared for the network."""

from __future__ import annotations

import argparse

from vizreport.cli.verb import Option
from vizreport.experiments import values

PREPROCESSING = "preprocessing (if neither the checkpoint's sidecar nor the network specifies it)"

INPUT_SIZE = Option(
    "--input-size",
    "Height and width of the network's input in pixels, one number for a square; needed only "
    "if the checkpoint leaves them open.",
    parse=values.size,
    metavar="N|HxW",
    group=PREPROCESSING,
)

OPTIONS = (
    Option(
        "--preprocess",
        "Preset to start from: zfnet, caffe, torch, tf, unit or raw (0 to 255). Networks that "
        "scale pixels themselves get raw ones by default.",
        metavar="PRESET",
        group=PREPROCESSING,
    ),
    INPUT_SIZE,
    Option(
        "--resize",
        "shortest (side to that many pixels, shape kept), squash (to a square of that many "
        "pixels) or none.",
        parse=values.resize,
        metavar="RULE[:PIXELS]",
        group=PREPROCESSING,
    ),
    Option(
        "--crop",
        "Take the centre after resizing, or nothing.",
        choices=("center", "none"),
        group=PREPROCESSING,
    ),
    Option(
        "--channels",
        "Order of the network's input channels; L is greyscale.",
        choices=("RGB", "BGR", "L"),
        group=PREPROCESSING,
    ),
    Option(
        "--scale-pixels",
        "Factor for pixel values of 0 to 255, applied first, such as 1 or 1/255.",
        parse=values.fraction,
        metavar="F",
        group=PREPROCESSING,
    ),
    Option(
        "--mean",
        "Subtracted after the factor: one number, or one a channel in the order of --channels, "
        "as in 104,117,123.",
        parse=values.numbers,
        metavar="M[,M,M]",
        group=PREPROCESSING,
    ),
    Option(
        "--std",
        "Divided by last: one number, or one a channel.",
        parse=values.divisors,
        metavar="S[,S,S]",
        group=PREPROCESSING,
    ),
    Option(
        "--bands",
        "For networks of 2 or of 4 and more channels: the three that are shown as red, green and "
        "blue, from 1. The default is 1,2,3, and 1,2,1 for two channels.",
        parse=values.bands,
        metavar="R,G,B",
        group=PREPROCESSING,
    ),
    Option(
        "--scale-twice",
        "Confirm that pixels are to be scaled that the network scales itself.",
        group=PREPROCESSING,
        switch=True,
    ),
)


def preprocessing_parts(arguments: argparse.Namespace) -> dict[str, object]:
    """Return the parts of the preprocessing that were given, by field of ``Preprocessing``."""
    rule, pixels = arguments.resize or (None, None)
    parts = {
        "input_size": arguments.input_size,
        "resize": rule,
        "resize_to": pixels,
        "crop": arguments.crop,
        "channels": arguments.channels,
        "scale": arguments.scale_pixels,
        "mean": arguments.mean,
        "std": arguments.std,
        "bands": arguments.bands,
    }
    return {field: value for field, value in parts.items() if value is not None}
