"""The section Correspondence."""

from __future__ import annotations

from vizreport.cli import values
from vizreport.cli.verb import Option
from vizreport.settings import Settings

CORRESPONDENCE = "correspondence"

OPTIONS = (
    Option(
        "--parts",
        "CSV file with the header file,part,x,y: points of the objects' parts, in pixels of the "
        "images; vizreport annotate makes it. The default is what the data know, as scenes do.",
        metavar="FILE",
        group=CORRESPONDENCE,
    ),
    Option(
        "--correspondence-class",
        "Class whose parts are hidden; the default is the one with the most images that show "
        "three parts.",
        metavar="NAME",
        group=CORRESPONDENCE,
    ),
    Option(
        "--correspondence-images",
        "Use at most this many of its images.",
        parse=values.count,
        metavar="N",
        default=Settings.correspondence_images,
        group=CORRESPONDENCE,
    ),
    Option(
        "--correspondence-layers",
        "Layers whose changes are compared; the default is the last convolution stage and the "
        "last hidden layer.",
        parse=values.names,
        metavar="A,B",
        group=CORRESPONDENCE,
    ),
)
