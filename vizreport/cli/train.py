"""``vizreport train``: a network trained by the paper's recipe."""

from __future__ import annotations

import argparse

from vizreport.cli.options import training
from vizreport.cli.options.requests import request_of
from vizreport.cli.options.running import SEED
from vizreport.cli.verb import Option, Verb
from vizreport.experiments import values
from vizreport.experiments.shared import RUNNING
from vizreport.training.request import STRATEGIES, TrainingRequest

GALLERY = "a gallery per epoch"


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
    request = request_of(TrainingRequest, arguments)
    from vizreport.system.progress import log
    from vizreport.system.tensorflow_start import start_tensorflow

    start_tensorflow()
    from vizreport.training.loop import train

    print(train(request, log=log).checkpoint)
    return 0


VERB = Verb(
    name="train",
    summary="train a network with the paper's recipe",
    description=(
        "Train ZFNet, the network of Krizhevsky et al. or one of their variants with the paper's "
        "recipe. Each epoch writes a checkpoint with its sidecar and an entry in history.csv and "
        "history.json; an interrupted run resumes at the epoch it had reached."
    ),
    usage="--data SOURCE --out FOLDER [options]",
    options=(
        training.LABELLED,
        training.OUT,
        *training.IMAGES,
        Option(
            "--model",
            "zfnet, krizhevsky or a variant from the paper's ablations; a wrong name lists them "
            "all.",
            metavar="NAME",
            default=TrainingRequest.model,
            group=training.RECIPE,
        ),
        *training.OPTIONS,
        SEED,
        Option(
            "--gallery",
            "After each epoch in --gallery-epochs, save an HTML gallery of the network: its "
            "layer-1 filters, and each layer's top 9 over these images (a source as for --data).",
            metavar="SOURCE",
            group=GALLERY,
        ),
        Option(
            "--gallery-epochs",
            "Epochs with a gallery, counted from 1, or all.",
            type=values.counts_or_all,
            metavar="N,N|all",
            default=TrainingRequest.gallery_epochs,
            group=GALLERY,
        ),
        Option(
            "--mixed-precision",
            "Compute in bfloat16 with float32 weights; for GPUs that support it (Ampere and "
            "later).",
            group=RUNNING,
            action="store_true",
        ),
        Option("--xla", "Compile the steps with XLA.", group=RUNNING, action="store_true"),
        Option(
            "--strategy",
            "One device, all GPUs of this machine, or the machines in TF_CONFIG.",
            choices=STRATEGIES,
            default=TrainingRequest.strategy,
            group=RUNNING,
        ),
    ),
    run=run,
)
