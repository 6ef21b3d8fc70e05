"""``vizreport deconvnet-learn``: a deconvolutional network learned from pictures, unsupervised."""

from __future__ import annotations

import argparse

from vizreport.cli.options import network_and_data
from vizreport.cli.options.requests import request_of
from vizreport.cli.options.running import SEED
from vizreport.cli.verb import Option, Verb
from vizreport.errors import RequestError
from vizreport.experiments import values
from vizreport.experiments.shared import NETWORK

LEARNING = "learning"
LEAST_SIZE = 16


def run(arguments: argparse.Namespace) -> int:
    """Learn two layers of filters and write them with their measures.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If the data or an option is wrong, or the folder holds something else under these names or
        cannot be written to.
    """
    size = arguments.input_size
    if size % 2 or size < LEAST_SIZE:
        raise RequestError(f"--input-size is {size}; it must be even and at least {LEAST_SIZE}")
    from vizreport.data.sources import open_dataset
    from vizreport.experiments.deconvolutional.record import prepare_learned, write_learned
    from vizreport.results.disk import warn_if_scarce

    prepare_learned(arguments.out)
    warn_if_scarce(arguments.out)
    dataset = open_dataset(arguments.data, arguments.split, arguments.max_images, arguments.seed)
    from vizreport.system.progress import log
    from vizreport.system.tensorflow_start import start_tensorflow

    start_tensorflow()
    from vizreport.deconvolutional.study import LearningRequest, learn

    request = request_of(LearningRequest, arguments, dataset=dataset)
    write_learned(arguments.out, learn(request, log=log))
    print(arguments.out)
    return 0


VERB = Verb(
    name="deconvnet-learn",
    summary="learn a deconvolutional network from unlabelled images",
    description=(
        "Learn a two-layer deconvolutional network (Zeiler et al. 2010, 2011) from "
        "contrast-normalised images: filters whose sparse feature maps reconstruct the images. "
        "Uses neither labels nor a checkpoint. vizreport build --deconvolutional FOLDER shows it."
    ),
    usage="--data SOURCE --out FOLDER [options]",
    options=(
        network_and_data.DATA,
        Option(
            "--out",
            "Folder for the results: deconvolutional.json and deconvolutional.npz.",
            type=values.folder,
            metavar="FOLDER",
            group=NETWORK,
            required=True,
        ),
        network_and_data.SPLIT,
        Option(
            "--max-images",
            "Number of images, a seeded sample of the data; every fifth is held out for measuring.",
            type=values.count,
            metavar="N",
            default=100,
            group=NETWORK,
        ),
        Option(
            "--input-size",
            "Height and width of the images in pixels: shortest side resized to this, central "
            "square.",
            type=values.count,
            metavar="N",
            default=64,
            group=NETWORK,
        ),
        Option(
            "--channels",
            "Colour or greyscale images.",
            choices=("RGB", "L"),
            default="RGB",
            group=NETWORK,
        ),
        Option(
            "--maps",
            "Feature maps in layers 1 and 2.",
            type=values.two_counts,
            metavar="N,N",
            default=(24, 24),
            group=LEARNING,
        ),
        Option(
            "--lambda",
            "Weight of the reconstruction error relative to sparsity, for layers 1 and 2; larger "
            "values: closer, less sparse.",
            type=values.two_weights,
            metavar="X,X",
            default=(1.0, 1.0),
            group=LEARNING,
            dest="weights",
        ),
        Option(
            "--epochs",
            "Passes over the images, per layer.",
            type=values.count,
            metavar="N",
            default=3,
            group=LEARNING,
        ),
        Option(
            "--batch-size",
            "Images per update of the filters.",
            type=values.count,
            metavar="N",
            default=8,
            group=LEARNING,
        ),
        SEED,
    ),
    run=run,
)
