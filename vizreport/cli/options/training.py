"""What ``vizreport train`` and ``vizreport ablate`` train on, and by which recipe."""

from __future__ import annotations

from dataclasses import replace

from vizreport.cli.options.network_and_data import DATA, MAX_IMAGES
from vizreport.cli.verb import Option
from vizreport.experiments import values
from vizreport.experiments.shared import NETWORK
from vizreport.training.request import TrainingRequest

RECIPE = "network and recipe"

LABELLED = replace(DATA, help=DATA.help + " The images must have classes.")
OUT = Option(
    "--out",
    "Folder for checkpoints, history and the state from which training resumes.",
    type=values.folder,
    metavar="FOLDER",
    group=NETWORK,
    required=True,
)
IMAGES = (
    Option(
        "--split",
        "Split to train on; the default is train, or the whole folder or file.",
        metavar="NAME",
        group=NETWORK,
    ),
    Option(
        "--validation-split",
        "Split to validate on. By default a tenth of each class is held out, at most 50 images.",
        metavar="NAME",
        group=NETWORK,
    ),
    Option(
        "--images-per-class",
        "Train on this many images per class and validate on the others, at most 50 per class.",
        type=values.count,
        metavar="N",
        group=NETWORK,
    ),
    replace(MAX_IMAGES, help="Use a seeded sample of at most this many images."),
)
OPTIONS = (
    Option(
        "--width",
        "Factor for the maps and units of layers 1 to 7, such as 0.25 or 3/16; the recipe's "
        "constants are scaled accordingly.",
        type=values.fraction,
        metavar="F",
        default=TrainingRequest.width,
        group=RECIPE,
    ),
    Option(
        "--input-size",
        "Side of the network's input in pixels. Images are first resized to 256/224 of it.",
        type=values.count,
        metavar="N",
        default=TrainingRequest.input_size,
        group=RECIPE,
    ),
    Option(
        "--epochs",
        "Passes over the training images, including those of an interrupted run.",
        type=values.count,
        metavar="N",
        default=TrainingRequest.epochs,
        group=RECIPE,
    ),
    Option(
        "--batch-size",
        "Images per step, over all devices.",
        type=values.count,
        metavar="N",
        default=TrainingRequest.batch_size,
        group=RECIPE,
    ),
    Option(
        "--rate",
        "Initial learning rate. The default is the paper's, scaled with the batch size: 0.01 x N "
        "/ 128 for batches of N images. It is lowered on plateaus, to no less than a hundredth.",
        type=values.fraction,
        metavar="F",
        group=RECIPE,
    ),
    Option(
        "--patience",
        "Epochs without a new minimum of validation error or loss after which the rate is divided "
        "by ten. The default is 5; use more with few validation images.",
        type=values.count,
        metavar="N",
        group=RECIPE,
    ),
)
