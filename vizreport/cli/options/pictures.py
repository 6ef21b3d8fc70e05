"""How projections and filters are made and shown."""

from __future__ import annotations

from vizreport.cli import values
from vizreport.cli.verb import Option
from vizreport.settings import Settings

PICTURES = "how projections are made and shown"

OPTIONS = (
    Option(
        "--sanity-units",
        "Units of each layer whose pictures are made again from a network with random weights.",
        parse=values.count,
        metavar="N",
        default=Settings.sanity_units,
        group=PICTURES,
    ),
    Option(
        "--rule",
        "Backward rules: deconvnet (the paper's), guided (guided backpropagation) or gradient "
        "(saliency).",
        choices=("deconvnet", "guided", "gradient"),
        default=Settings.rule,
        group=PICTURES,
    ),
    Option(
        "--scale",
        "Linear projections, in layer 1 and in the linear view: one scale for the nine of a "
        "feature map, or one for each tile.",
        choices=("map", "tile"),
        default=Settings.scale,
        group=PICTURES,
    ),
    Option(
        "--filter-scale",
        "One scale shared by all layer-1 filters, or one for each filter.",
        choices=("shared", "filter"),
        default=Settings.filter_scale,
        group=PICTURES,
    ),
    Option(
        "--window",
        "A tile is the smallest centred square with 98 % of the layer's projection energy, or "
        "the full receptive field.",
        choices=("energy", "full"),
        default=Settings.window,
        group=PICTURES,
    ),
)
