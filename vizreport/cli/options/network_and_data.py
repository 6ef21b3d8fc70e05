"""The network, and the images it is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vizreport.cli.options.settings import option_of
from vizreport.cli.verb import Option
from vizreport.experiments import values
from vizreport.experiments.shared import NETWORK, SHARED

CHECKPOINT = Option(
    "--checkpoint",
    "The network: a .keras or .h5 file with architecture and weights, or a folder of them whose "
    "sidecars name their epochs. For a folder, the last epoch is used; the Evolution "
    "section shows all epochs. Two come with vizreport: demo (a small ZFNet trained on scenes) "
    "and squeezenet (SqueezeNet v1.0 trained on ImageNet).",
    type=values.checkpoint,
    metavar="FILE|FOLDER|NAME",
    group=NETWORK,
    required=True,
)
LAST_CHECKPOINT = replace(
    CHECKPOINT,
    help="The network: a .keras or .h5 file, or a folder of them, one per epoch, of which the "
    "last is used; or demo or squeezenet, which come with vizreport.",
)
IMPORT = Option(
    "--import",
    "Import this module first, so that Keras knows the layers it registers. "
    "This runs the module's code: name only modules you trust. Repeatable.",
    metavar="MODULE",
    group=NETWORK,
    dest="imports",
    action="append",
)
OUTPUT = Option(
    "--output",
    "Output to use if the network has several: name, or index from 0.",
    metavar="NAME|N",
    group=NETWORK,
)
OUTPUT_KIND = Option(
    "--output-kind",
    "What the network's output means: classes (one of several), binary (one score for two "
    "classes), labels (several, not mutually exclusive), pixels (a class per pixel) or values "
    "(numbers that are not class scores). By default it is inferred from the loss stored in the "
    "checkpoint, the last activation and the shape.",
    choices=("classes", "binary", "labels", "pixels", "values"),
    group=NETWORK,
)
DATA = Option(
    "--data",
    "The images: a folder (flat, or one subfolder per class), .tar shards (WebDataset) or "
    ".parquet files (several with * or {000..146}), any of these at an address such as "
    "s3://BUCKET/FOLDER, gs:// or az://, tfds:NAME[:SPLIT], keras:NAME, "
    "a .npz file with images and labels, scenes (rendered images that come with vizreport) or "
    "shapes (drawn on the fly).",
    metavar="SOURCE",
    group=NETWORK,
    required=True,
)
SPLIT, MAX_IMAGES, EXIF, ALPHA = (
    option_of(SHARED[name]) for name in ("split", "max_images", "exif", "alpha")
)
WHICH_IMAGES = (SPLIT, MAX_IMAGES, EXIF, ALPHA)
LABELS = Option(
    "--labels",
    "Names of the network's outputs: lines of index<TAB>[id<TAB>]name.",
    type=Path,
    metavar="FILE",
    group=NETWORK,
)
LABELS_IN_ORDER = Option(
    "--labels-in-order",
    "The network's outputs are the data's class folders in alphabetical order.",
    group=NETWORK,
    action="store_true",
)
