"""``vizreport train``: a network trained by the paper's recipe."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from vizreport.cli import options, values
from vizreport.cli.options import NETWORK, RUNNING, Option
from vizreport.errors import RequestError
from vizreport.training.request import STRATEGIES, TrainingRequest


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on with a training that was stopped.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If the data, the network or an option is wrong.
    """
    request = TrainingRequest(
        data=arguments.data,
        out=arguments.out,
        model=arguments.model,
        width=arguments.width,
        input_size=arguments.input_size,
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        seed=arguments.seed,
        split=arguments.split,
        validation_split=arguments.validation_split,
        images_per_class=arguments.images_per_class,
        max_images=arguments.max_images,
        mixed_precision=arguments.mixed_precision,
        xla=arguments.xla,
        strategy=arguments.strategy,
    )
    if request.out.exists() and not request.out.is_dir():
        raise RequestError(f"{request.out} is a file; give --out a folder")
    from vizreport.tensorflow_start import start_tensorflow

    start_tensorflow()
    from vizreport.training.loop import train

    print(train(request, tell=tell).checkpoint)
    return 0


def tell(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


_OF_BUILD = {option.flag: option for option in options.BUILD}
RECIPE = "network and recipe"

OPTIONS = (
    replace(_OF_BUILD["--data"], help=_OF_BUILD["--data"].help + " It has to have classes."),
    Option(
        "--out",
        "Folder of the checkpoints, the history and the state from which training goes on.",
        parse=Path,
        metavar="FOLDER",
        group=NETWORK,
        required=True,
    ),
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
        "Train on that many images of each class; the others validate, at most 50 a class.",
        parse=values.count,
        metavar="N",
        group=NETWORK,
    ),
    replace(_OF_BUILD["--max-images"], help="Take a seeded sample of at most this many images."),
    Option(
        "--model",
        "zfnet, krizhevsky or a variant of the paper's ablations; a wrong name lists them all.",
        metavar="NAME",
        default=TrainingRequest.model,
        group=RECIPE,
    ),
    Option(
        "--width",
        "Factor on the maps and units of layers 1 to 7, such as 0.25 or 3/16; the recipe's "
        "constants are scaled to it.",
        parse=values.fraction,
        metavar="F",
        default=TrainingRequest.width,
        group=RECIPE,
    ),
    Option(
        "--input-size",
        "Side of the network's input in pixels. Images are resized to 256/224 of it first.",
        parse=values.count,
        metavar="N",
        default=TrainingRequest.input_size,
        group=RECIPE,
    ),
    Option(
        "--epochs",
        "Passes over the training images, those of a stopped training included.",
        parse=values.count,
        metavar="N",
        default=TrainingRequest.epochs,
        group=RECIPE,
    ),
    Option(
        "--batch-size",
        "Images in a step, over all devices.",
        parse=values.count,
        metavar="N",
        default=TrainingRequest.batch_size,
        group=RECIPE,
    ),
    _OF_BUILD["--seed"],
    Option(
        "--mixed-precision",
        "Compute in bfloat16 with float32 weights; for GPUs that have it (Ampere and later).",
        group=RUNNING,
        switch=True,
    ),
    Option("--xla", "Compile the steps with XLA.", group=RUNNING, switch=True),
    Option(
        "--strategy",
        "One device, all GPUs of this machine, or the machines that TF_CONFIG names.",
        choices=STRATEGIES,
        default=TrainingRequest.strategy,
        group=RUNNING,
    ),
)

VERB = options.Verb(
    name="train",
    summary="train a network by the paper's recipe",
    description=(
        "Train ZFNet, the network of Krizhevsky et al. or one of their variants by the paper's "
        "recipe. Each epoch leaves a checkpoint with its sidecar and a line in history.csv and "
        "history.json; a training that was stopped goes on at the epoch it was in."
    ),
    usage="--data SOURCE --out FOLDER [options]",
    options=OPTIONS,
    run=run,
)
