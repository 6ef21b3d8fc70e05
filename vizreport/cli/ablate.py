"""``vizreport ablate``: the networks of the ablation table, trained alike."""

from __future__ import annotations

import argparse
from dataclasses import replace

from vizreport.cli.options import training
from vizreport.cli.options.requests import request_of
from vizreport.cli.options.running import CLUSTER
from vizreport.cli.verb import Option, Verb
from vizreport.experiments import values
from vizreport.experiments.shared import RUNNING
from vizreport.models.variants import VARIANTS
from vizreport.training.request import TrainingRequest

SEEDS = (0, 1, 2)


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
    common = request_of(TrainingRequest, arguments)
    from vizreport.system.progress import log
    from vizreport.system.tensorflow_start import start_tensorflow

    start_tensorflow()
    from vizreport.training.ablation import AblationRequest, ablate

    request = request_of(
        AblationRequest,
        arguments,
        training=common,
        variants=arguments.variants or tuple(VARIANTS),
        seeds=arguments.seeds or SEEDS,
    )
    ablate(request, log=log)
    print(common.out)
    return 0


VERB = Verb(
    name="ablate",
    summary="train the networks of the ablation table identically",
    description=(
        "Train several networks (by default the 12 rows of the paper's ablation table) on the "
        "same images, with the same seeds and budget, and save their errors, which vizreport "
        "build --ablation FOLDER shows. An interrupted ablation resumes with the same command, at "
        "the epoch it had reached; several processes with the same command share the work."
    ),
    usage="--data SOURCE --out FOLDER [options]",
    options=(
        training.LABELLED,
        replace(
            training.OUT,
            help="Folder for the results: one .json and one .npz per network and seed.",
        ),
        *training.IMAGES,
        *training.OPTIONS,
        Option(
            "--variants",
            "Networks to train; the default is the paper's whole ablation table. A wrong name "
            "lists them all.",
            type=values.names,
            metavar="A,B,C",
            group=training.RECIPE,
        ),
        Option(
            "--seeds",
            "Train each network once with each of these seeds; the default is 0,1,2.",
            type=values.seeds,
            metavar="N,N,N",
            group=training.RECIPE,
        ),
        Option(
            "--keep-checkpoints",
            "Keep each run's folder, with the checkpoints of all epochs, in work/. By default "
            "only the results are kept.",
            group=RUNNING,
            action="store_true",
        ),
        CLUSTER,
    ),
    run=run,
)
