"""What a report shows: layers, feature maps, photographs, the results of other verbs."""

from __future__ import annotations

from vizreport.cli import values
from vizreport.cli.verb import Option
from vizreport.settings import Settings

SHOWN = "what is shown"

OPTIONS = (
    Option(
        "--layers",
        "Reportable layers to show, as vizreport inspect names them; the default is the last "
        "one before each change of resolution, at most 8.",
        parse=values.names,
        metavar="A,B,C",
        group=SHOWN,
    ),
    Option(
        "--maps",
        "Feature maps to show of each layer, a seeded sample; all shows every one.",
        parse=values.count_or_all,
        metavar="N|all",
        default=Settings.maps,
        group=SHOWN,
    ),
    Option(
        "--image",
        "Show the strongest feature maps of this photograph too: a file, or skimage:chelsea (a "
        "cat), skimage:coffee or skimage:astronaut, which scikit-image installs. Repeatable.",
        parse=values.photograph,
        metavar="FILE|skimage:NAME",
        group=SHOWN,
        name="photographs",
        repeat=True,
    ),
    Option(
        "--ablation",
        "Folder of what vizreport ablate left; the default is ablation beside the checkpoint, "
        "where there is one.",
        metavar="FOLDER",
        group=SHOWN,
    ),
    Option(
        "--transfer",
        "Folder of what vizreport transfer left; the default is transfer beside the checkpoint, "
        "where there is one.",
        metavar="FOLDER",
        group=SHOWN,
    ),
    Option(
        "--deconvolutional",
        "Folder of what vizreport deconvnet-learn left; the default is deconvolutional beside the "
        "checkpoint, where there is one.",
        metavar="FOLDER",
        group=SHOWN,
    ),
)
