"""What a verb and an option of the command line are, and the table of options."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from vizreport.cli import values
from vizreport.settings import Settings


@dataclass(frozen=True)
class Option:
    """One option, or one positional argument, of a verb.

    Attributes
    ----------
    flag : str
        ``"--name"``, or ``"NAME"`` for a positional argument.
    help : str
        One or two sentences; the default is added where there is one.
    parse : callable
        Turns the text into the value; raises ``argparse.ArgumentTypeError``.
    metavar : str
    default : object
    choices : tuple of str
    group : str
        Heading in the help.
    name : str
        Attribute of the parsed arguments, where the flag does not give it.
    required, repeat, several, switch : bool
        Whether it must be given, may be given several times, takes one or more values, takes
        no value.
    """

    flag: str
    help: str
    parse: Callable[[str], object] = str
    metavar: str | None = None
    default: object = None
    choices: tuple[str, ...] = ()
    group: str = "options"
    name: str = ""
    required: bool = False
    repeat: bool = False
    several: bool = False
    switch: bool = False


@dataclass(frozen=True)
class Verb:
    """One verb of the command line: ``vizreport NAME ...``.

    Attributes
    ----------
    name, summary, description : str
    usage : str
        What stands after ``vizreport NAME`` in the usage line.
    options : tuple of Option
    run : callable
        Takes the parsed arguments, returns the exit status.
    """

    name: str
    summary: str
    description: str
    usage: str
    options: tuple[Option, ...]
    run: Callable[[argparse.Namespace], int]


NETWORK = "network and data"
PREPROCESSING = "preprocessing (where the checkpoint's sidecar does not say it)"
SHOWN = "what is shown"
OCCLUSION = "occlusion"
INVARIANCE = "invariance"
CORRESPONDENCE = "correspondence"
PICTURES = "how projections are made and shown"
RUNNING = "running"

CHECKPOINT = Option(
    "--checkpoint",
    "The network: a .keras or .h5 file that holds the architecture and the weights, or a folder of "
    "them whose sidecars name their epochs. Of a folder the last epoch is taken; the section "
    "Evolution shows them all.",
    parse=values.checkpoint,
    metavar="FILE|FOLDER",
    group=NETWORK,
    required=True,
)
LAST_CHECKPOINT = replace(
    CHECKPOINT,
    help="The network: a .keras or .h5 file, or a folder of them, one an epoch, of which the last "
    "is taken.",
)
IMPORT = Option(
    "--import",
    "Import this module first, so that the layers it registers with Keras are known. "
    "This runs the module's code: name only modules you trust. Repeatable.",
    metavar="MODULE",
    group=NETWORK,
    name="imports",
    repeat=True,
)
OUTPUT = Option(
    "--output",
    "Which output of a network with several: its name, or its position from 0.",
    metavar="NAME|N",
    group=NETWORK,
)
INPUT_SIZE = Option(
    "--input-size",
    "Height and width of the network's input in pixels, one number for a square; needed only "
    "where the checkpoint leaves them open.",
    parse=values.size,
    metavar="N|HxW",
    group=PREPROCESSING,
)
NO_PDF = Option("--no-pdf", "Write the HTML pages only.", group=RUNNING, switch=True)
PAPER = Option(
    "--paper",
    "Size of the PDF's pages; the default is a4, or what the build was asked for.",
    choices=("a4", "letter"),
    group=RUNNING,
)
MAPS_IN_PRINT = Option(
    "--maps-in-print",
    "Feature maps to show of each layer in the PDF and on the report's main page; the layers' own "
    "pages show all of them. The default is 16, or what the build was asked for.",
    parse=values.count,
    metavar="N",
    group=RUNNING,
)
SINGLE_FILE = Option(
    "--single-file",
    "Write report.html as well: the front page with its pictures in one file of at most 15 MB, for "
    "mail; the pages of layers and feature maps are left out.",
    group=RUNNING,
    switch=True,
)
JSON = Option("--json", "Print JSON instead of a table.", name="as_json", switch=True)
RUN = Option("RUN", "Folder of a finished or stopped build.", parse=Path, metavar="RUN")

BUILD = (
    CHECKPOINT,
    Option(
        "--data",
        "The images: a folder (flat, or one subfolder a class), tfds:NAME[:SPLIT], keras:NAME, "
        "a .npz file with images and labels, scenes (rendered pictures that come with vizreport) "
        "or shapes (drawn when read).",
        metavar="SOURCE",
        group=NETWORK,
        required=True,
    ),
    Option(
        "--out",
        "Folder of the report; the default is reports/NAME, after the checkpoint.",
        parse=Path,
        metavar="FOLDER",
        group=NETWORK,
    ),
    Option("--split", "Split of the data source, such as test.", metavar="NAME", group=NETWORK),
    Option(
        "--max-images",
        "Use a seeded sample of at most this many images.",
        parse=values.count,
        metavar="N",
        group=NETWORK,
    ),
    Option(
        "--labels",
        "Names of the network's outputs: lines of index<TAB>[id<TAB>]name.",
        parse=Path,
        metavar="FILE",
        group=NETWORK,
    ),
    Option(
        "--labels-in-order",
        "The network's outputs are the data's class folders in alphabetical order.",
        group=NETWORK,
        switch=True,
    ),
    IMPORT,
    OUTPUT,
    Option(
        "--preprocess",
        "Preset to start from: zfnet, caffe, torch, tf or unit.",
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
        "Show the strongest feature maps of this photograph too. Repeatable.",
        metavar="FILE",
        group=SHOWN,
        name="photographs",
        repeat=True,
    ),
    Option(
        "--occlude",
        "Hide parts of this photograph, in place of the choice of correctly classified images. "
        "Repeatable.",
        metavar="FILE",
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
    Option(
        "--ablation",
        "Folder of what vizreport ablate left; the default is ablation beside the checkpoint, "
        "where there is one.",
        metavar="FOLDER",
        group=SHOWN,
    ),
    Option(
        "--invariance",
        "Move, enlarge and turn this photograph, in place of the choice of correctly classified "
        "images. Repeatable, at most five times.",
        metavar="FILE",
        group=INVARIANCE,
        repeat=True,
    ),
    Option(
        "--invariance-images",
        "Images in the sample whose mean is drawn beside the five.",
        parse=values.count,
        metavar="N",
        default=Settings.invariance_images,
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
        "One scale for the nine projections of a feature map, or one for each tile.",
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
    Option(
        "--seed",
        "Seed of everything chosen at random.",
        parse=values.seed,
        metavar="N",
        default=Settings.seed,
        group=RUNNING,
    ),
    Option(
        "--batch-size",
        "Images in a forward pass.",
        parse=values.count,
        metavar="N",
        default=Settings.batch_size,
        group=RUNNING,
    ),
    Option(
        "--memory",
        "Memory that batches of occluded images may take, such as 500M or 2G; the default is 1G.",
        parse=values.memory,
        metavar="BYTES",
        group=RUNNING,
    ),
    NO_PDF,
    PAPER,
    MAPS_IN_PRINT,
    SINGLE_FILE,
    Option(
        "--strict",
        "Stop with the traceback when a section fails, instead of showing it as failed.",
        group=RUNNING,
        switch=True,
    ),
)
