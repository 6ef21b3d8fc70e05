"""``vizreport transfer``: what a network's features are worth on other data."""

from __future__ import annotations

import argparse
from dataclasses import replace

from vizreport.cli.options import network_and_data, preprocessing, running, subject
from vizreport.cli.options.network_and_data import DATA
from vizreport.cli.options.requests import request_of
from vizreport.cli.verb import Option, Verb
from vizreport.experiments import values
from vizreport.experiments.shared import NETWORK

PROTOCOL = "features and classifiers"


def run(arguments: argparse.Namespace) -> int:
    """Learn classifiers on each layer's features, and test them.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If the checkpoint, the data or an option is wrong.
    """
    from vizreport.data.sources import open_dataset
    from vizreport.models.epochs import last_checkpoint
    from vizreport.system.progress import log
    from vizreport.system.tensorflow_start import start_tensorflow

    checkpoint = last_checkpoint(arguments.checkpoint)
    (given,) = subject.subjects(arguments, [checkpoint], subject.dataset(arguments))
    test = None
    if arguments.test_split is not None:
        decoding = given.dataset.decoding
        test = open_dataset(arguments.data, arguments.test_split, None, arguments.seed, decoding)
    start_tensorflow()
    from vizreport.training.distribution import prepare_devices
    from vizreport.transfer.study import TransferRequest, transfer

    log(f"device: {prepare_devices()}")
    request = request_of(
        TransferRequest,
        arguments,
        subject=given,
        test=test,
        classifiers=arguments.classifiers or TransferRequest.classifiers,
        controls=tuple(last_checkpoint(path) for path in arguments.scratch),
    )
    transfer(request, log=log)
    print(request.out)
    return 0


VERB = Verb(
    name="transfer",
    summary="measure how useful a network's features are on other data",
    description=(
        "Freeze a trained network and learn a linear classifier on each layer's features, from "
        "few images per class of other data, over several random splits. vizreport build "
        "--transfer FOLDER shows the results. Finished results are kept: the same command resumes."
    ),
    usage="--checkpoint FILE|FOLDER|NAME --data SOURCE --out FOLDER [options]",
    options=(
        network_and_data.CHECKPOINT,
        replace(
            DATA,
            help=DATA.help
            + " The images must have classes; a folder with JPEGImages, ImageSets/Main and "
            "Annotations is read as PASCAL VOC.",
        ),
        Option(
            "--out",
            "Folder for the results and the features, which take up to 16 kB per image and layer.",
            type=values.folder,
            metavar="FOLDER",
            group=NETWORK,
            required=True,
        ),
        *network_and_data.WHICH_IMAGES,
        network_and_data.IMPORT,
        network_and_data.OUTPUT,
        *preprocessing.OPTIONS,
        running.SEED,
        running.BATCH_SIZE,
        running.CLUSTER,
        Option(
            "--test-split",
            "For multi-label data: the test split, such as val.",
            metavar="NAME",
            group=NETWORK,
        ),
        Option(
            "--layers",
            "Hidden layers to test; the default is all layers that the whole signal passes "
            "through.",
            type=values.names,
            metavar="A,B,C",
            group=PROTOCOL,
        ),
        Option(
            "--classifiers",
            "svm (linear support vector machine), softmax (multinomial logistic regression) or "
            "both; the default is svm.",
            type=values.classifiers,
            metavar="A,B",
            group=PROTOCOL,
        ),
        Option(
            "--per-class",
            "Training images per class; up to 50 of the others are used for testing. The default "
            "is 15, 30, 45 and 60, as far as the smallest class allows.",
            type=values.counts,
            metavar="N,N",
            group=PROTOCOL,
        ),
        Option(
            "--splits",
            "Random splits.",
            type=values.count,
            metavar="N",
            default=5,
            group=PROTOCOL,
        ),
        Option(
            "--features",
            "Maximum number of features from a layer with rows and columns; larger layers are "
            "averaged over boxes of neighbouring positions.",
            type=values.count,
            metavar="N",
            default=4096,
            group=PROTOCOL,
        ),
        Option(
            "--scratch",
            "A checkpoint trained from scratch on the same data with vizreport train "
            "--images-per-class N --seed S: the control for split S with N images per class. "
            "Repeatable.",
            type=values.checkpoint,
            metavar="FILE|FOLDER",
            group=PROTOCOL,
            action="append",
        ),
    ),
    run=run,
)
