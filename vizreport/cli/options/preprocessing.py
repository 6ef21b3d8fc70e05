"""How images are prepared for the network."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from vizreport.cli.verb import Option
from vizreport.experiments import values

if TYPE_CHECKING:
    from vizreport.subject.options import NetworkOptions

PREPROCESSING = "preprocessing (if neither the checkpoint's sidecar nor the network specifies it)"

INPUT_SIZE = Option(
    "--input-size",
    "Height and width of the network's input in pixels, or one number for a square; needed only "
    "if the checkpoint does not fix them.",
    type=values.size,
    metavar="N|HxW",
    group=PREPROCESSING,
)

OPTIONS = (
    Option(
        "--preprocess",
        "Preset to start from: zfnet, caffe, torch, tf, unit or raw (0 to 255). Networks that "
        "scale pixels themselves receive raw ones by default.",
        metavar="PRESET",
        group=PREPROCESSING,
    ),
    INPUT_SIZE,
    Option(
        "--resize",
        "shortest (shortest side to PIXELS, aspect ratio kept), squash (to a square of PIXELS) or "
        "none.",
        type=values.resize,
        metavar="RULE[:PIXELS]",
        group=PREPROCESSING,
    ),
    Option(
        "--crop",
        "Crop the centre after resizing, or do not crop.",
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
        "Factor for pixel values from 0 to 255, applied first, such as 1 or 1/255.",
        type=values.fraction,
        metavar="F",
        group=PREPROCESSING,
    ),
    Option(
        "--mean",
        "Subtracted after scaling: one number, or one per channel in the order of --channels, "
        "such as 104,117,123.",
        type=values.numbers,
        metavar="M[,M,M]",
        group=PREPROCESSING,
    ),
    Option(
        "--std",
        "Divided by last: one number, or one per channel.",
        type=values.divisors,
        metavar="S[,S,S]",
        group=PREPROCESSING,
    ),
    Option(
        "--bands",
        "For networks with 2 channels, or 4 or more: the three to show as red, green and blue, "
        "counted from 1. The default is 1,2,3, or 1,2,1 for two channels.",
        type=values.bands,
        metavar="R,G,B",
        group=PREPROCESSING,
    ),
    Option(
        "--scale-twice",
        "Scale pixels even if the network scales them itself.",
        group=PREPROCESSING,
        action="store_true",
    ),
)


def network_options(arguments: argparse.Namespace) -> NetworkOptions:
    """Return the network's options; those that a command does not have keep their defaults."""
    from vizreport.models.preprocessing_choice import PreprocessingRequest
    from vizreport.subject.options import NetworkOptions

    known = vars(arguments)
    named = ("labels", "labels_in_order", "output", "output_kind")
    given = {name: value for name, value in known.items() if name in named}
    asked = PreprocessingRequest(
        known.get("preprocess"), preprocessing_parts(arguments), known.get("scale_twice", False)
    )
    return NetworkOptions(asked, imports=tuple(arguments.imports), **given)


def preprocessing_parts(arguments: argparse.Namespace) -> dict[str, object]:
    """Return the parts of the preprocessing that were given, by field of ``Preprocessing``."""
    known = vars(arguments)
    rule, pixels = known.get("resize") or (None, None)
    same = ("input_size", "crop", "channels", "mean", "std", "bands")
    parts = {
        "resize": rule,
        "resize_to": pixels,
        "scale": known.get("scale_pixels"),
        **{name: known.get(name) for name in same},
    }
    return {field: value for field, value in parts.items() if value is not None}
