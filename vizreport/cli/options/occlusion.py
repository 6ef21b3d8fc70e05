"""The section Occlusion."""

from __future__ import annotations

from vizreport.cli import values
from vizreport.cli.verb import Option
from vizreport.settings import Settings

OCCLUSION = "occlusion"

OPTIONS = (
    Option(
        "--occlude",
        "Hide parts of this photograph, in place of the choice of correctly classified images. "
        "Repeatable.",
        parse=values.photograph,
        metavar="FILE|skimage:NAME",
        group=OCCLUSION,
        repeat=True,
    ),
    Option(
        "--occlusion-images",
        "Correctly classified images to choose, at most one a class.",
        parse=values.count,
        metavar="N",
        default=Settings.occlusion_images,
        group=OCCLUSION,
    ),
    Option(
        "--occlusion-layer",
        "Layer whose strongest feature map is watched; the default is the last convolution before "
        "the classifier.",
        metavar="NAME",
        group=OCCLUSION,
    ),
    Option(
        "--occlusion-size",
        "Side of the square, as a share of the image's shorter side; the default is 0.2. "
        "Repeatable: several sizes come into one figure.",
        parse=values.share,
        metavar="F",
        group=OCCLUSION,
        name="occlusion_sizes",
        repeat=True,
    ),
    Option(
        "--occlusion-stride",
        "Pixels between neighbouring places; the default gives about 28 x 28 places.",
        parse=values.count,
        metavar="N",
        group=OCCLUSION,
    ),
    Option(
        "--occlusion-fill",
        "What the square shows: grey (RGB 128), the image's mean colour, the image blurred, or "
        "noise, averaged over four draws.",
        choices=("grey", "mean", "blur", "noise"),
        default=Settings.occlusion_fill,
        group=OCCLUSION,
    ),
    Option(
        "--refine",
        "Approximate: compute a coarse grid of places, finer ones only where the maps change, and "
        "interpolate the rest. The report says how far off that is.",
        group=OCCLUSION,
        switch=True,
    ),
)
