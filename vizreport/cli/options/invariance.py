"""The section Invariance."""

from __future__ import annotations

from vizreport.cli import values
from vizreport.cli.verb import Option
from vizreport.settings import Settings

INVARIANCE = "invariance"

OPTIONS = (
    Option(
        "--invariance",
        "Move, enlarge and turn this photograph, in place of the choice of correctly classified "
        "images. Repeatable, at most five times.",
        parse=values.photograph,
        metavar="FILE|skimage:NAME",
        group=INVARIANCE,
        repeat=True,
    ),
    Option(
        "--invariance-images",
        "Images in the sample whose mean is drawn beside the five; the default is 50, fewer (10 at "
        "least) where a pass through the network is dear.",
        parse=values.count,
        metavar="N",
        group=INVARIANCE,
    ),
    Option(
        "--invariance-layers",
        "Layers whose features are compared, at most five; the default is the first and the last "
        "hidden layer.",
        parse=values.names,
        metavar="A,B",
        group=INVARIANCE,
    ),
    Option(
        "--invariance-interpolation",
        "Between the pixels of a transformed image.",
        choices=("nearest", "bilinear", "bicubic"),
        default=Settings.invariance_interpolation,
        group=INVARIANCE,
    ),
    Option(
        "--invariance-fill",
        "What is seen beyond an image's edge: its last pixel again, its mirror image, grey (128), "
        "or its mean colour.",
        choices=("edge", "reflect", "grey", "mean"),
        default=Settings.invariance_fill,
        group=INVARIANCE,
    ),
)
