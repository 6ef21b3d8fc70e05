"""``vizreport ablate``: the networks of the ablation table, trained alike."""

from __future__ import annotations

import argparse
from dataclasses import replace

from vizreport.cli import options, train, values
from vizreport.cli.options import RUNNING, Option
from vizreport.errors import RequestError
from vizreport.models.variants import VARIANTS
from vizreport.training.request import TrainingRequest


def run(arguments: argparse.Namespace) -> int:
    """Train the variants, or go on with an ablation that was stopped.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If the data, a variant or an option is wrong, or a training diverged.
    """
    request = TrainingRequest(
        data=arguments.data,
        out=arguments.out,
        width=arguments.width,
        input_size=arguments.input_size,
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        split=arguments.split,
        validation_split=arguments.validation_split,
        images_per_class=arguments.images_per_class,
        max_images=arguments.max_images,
    )
    if request.out.exists() and not request.out.is_dir():
        raise RequestError(f"{request.out} is a file; give --out a folder")
    from vizreport.tensorflow_start import start_tensorflow

    start_tensorflow()
    from vizreport.training.ablation import AblationRequest, ablate

    ablate(
        AblationRequest(
            request,
            arguments.variants or tuple(VARIANTS),
            arguments.seeds or SEEDS,
            arguments.keep_checkpoints,
        ),
        tell=train.tell,
    )
    print(request.out)
    return 0


SEEDS = (0, 1, 2)

_OF_TRAIN = {option.flag: option for option in train.OPTIONS}
_SHARED = (
    *("--data", "--split", "--validation-split", "--images-per-class", "--max-images"),
    *("--width", "--input-size", "--epochs", "--batch-size"),
)

OPTIONS = (
    replace(
        _OF_TRAIN["--out"],
        help="Folder of the results: one .json and .npz a network and seed.",
    ),
    *(_OF_TRAIN[flag] for flag in _SHARED),
    Option(
        "--variants",
        "Networks to train; the default is the whole of the paper's ablation table. A wrong name "
        "lists them all.",
        parse=values.names,
        metavar="A,B,C",
        group=train.RECIPE,
    ),
    Option(
        "--seeds",
        "Each network is trained once with each of these seeds; the default is 0,1,2.",
        parse=values.seeds,
        metavar="N,N,N",
        group=train.RECIPE,
    ),
    Option(
        "--keep-checkpoints",
        "Keep the folder of each training, with every epoch's checkpoint, in work/. By default "
        "only the results are kept.",
        group=RUNNING,
        switch=True,
    ),
)

VERB = options.Verb(
    name="ablate",
    summary="train the networks of the ablation table alike",
    description=(
        "Train several networks (by default the 12 rows of the paper's ablation table) on the "
        "same images, with the same seeds and budget, and keep their errors, which "
        "vizreport build --ablation FOLDER shows. An ablation that was stopped goes on with the "
        "same command, at the epoch it was in; several processes with the same command share the "
        "work."
    ),
    usage="--data SOURCE --out FOLDER [options]",
    options=OPTIONS,
    run=run,
)
