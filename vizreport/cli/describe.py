"""``vizreport describe``: write down what is known of a checkpoint, beside it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from vizreport.cli.options import network_and_data, preprocessing
from vizreport.cli.options.preprocessing import network_options
from vizreport.cli.verb import Option, Verb
from vizreport.errors import RequestError
from vizreport.experiments import values
from vizreport.experiments.shared import NETWORK

if TYPE_CHECKING:
    from vizreport.data.preprocessing import Fields
    from vizreport.models.preprocessing_choice import ChosenPreprocessing
    from vizreport.models.sidecar import Sidecar


def run(arguments: argparse.Namespace) -> int:
    """Write the checkpoint's sidecar, or change what is given in the one there.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If the checkpoint cannot be loaded, its sidecar not be read, an option does not fit the
        network, or there is nothing to record.
    """
    from vizreport.data.dataset import NO_IMAGES
    from vizreport.data.label_file import read_label_file
    from vizreport.models.checkpoint_file import check_file
    from vizreport.models.preprocessing_choice import describe_choice
    from vizreport.models.sidecar import Sidecar, sidecar_paths, write_sidecar
    from vizreport.subject.network import StoredNetwork
    from vizreport.subject.subject import Subject
    from vizreport.system.bundled import bundled_folder

    checkpoint = check_file(arguments.checkpoint)
    if checkpoint.resolve().is_relative_to(bundled_folder("checkpoints").resolve()):
        raise RequestError(
            f"{checkpoint} comes with vizreport and already has a sidecar; name your own checkpoint"
        )
    subject = Subject(StoredNetwork(checkpoint), network_options(arguments), NO_IMAGES)
    sidecar, model, chosen = subject.sidecar, subject.model, subject.chosen_preprocessing
    open_size = model.input_shape[1:3] == (None, None)
    described = sidecar or Sidecar()
    given = arguments.preprocess is not None or preprocessing.preprocessing_parts(arguments)
    # What nobody states, every command reads from the network, with the images at hand.
    recorded = bool(given) or described.prepares
    if recorded:
        described = _prepared(described, arguments.preprocess, chosen, open_size)
    if arguments.labels is not None:
        names, ids = read_label_file(arguments.labels, model.output_shape[-1])
        described = replace(described, class_names=names, class_ids=ids or ())
    if arguments.labels_in_order:
        described = replace(described, labels_in_order=True)
    if arguments.epoch is not None:
        described = replace(described, epoch=arguments.epoch)
    if described == Sidecar():
        raise RequestError(
            f"{checkpoint}: there is nothing to record, since the network itself determines its "
            f"preprocessing ({chosen.reason}); pass --labels, --epoch or options for preprocessing"
        )
    if _mean_image(sidecar) is not None and _mean_image(described) is None:
        mean = sidecar_paths(checkpoint)[-1]
        raise RequestError(
            f"{mean} has a per-pixel mean, which would be lost; move the file away first"
        )
    write_sidecar(checkpoint, described)
    print(sidecar_paths(checkpoint)[0])
    where = "" if recorded else ", not recorded since the network determines it"
    print(f"preprocessing{where}: {describe_choice(chosen)}")
    return 0


def _prepared(
    sidecar: Sidecar,
    preset: str | None,
    chosen: ChosenPreprocessing,
    open_size: bool,
) -> Sidecar:
    """Return the sidecar with the preprocessing chosen, as a preset and what differs from it."""
    from vizreport.data.presets import PRESETS

    found = chosen.preprocessing
    if preset is None and sidecar.preprocessing is not None:
        return replace(sidecar, preprocessing=found)
    name = preset or sidecar.preset or "raw"
    usual = PRESETS[name](found.input_size, found.input_channels).as_dict()
    parts: Fields = {part: value for part, value in found.as_dict().items() if value != usual[part]}
    if open_size:
        parts["input_size"] = list(found.input_size)
    if found.mean_image is not None:
        parts["mean_image"] = found.mean_image
    return replace(sidecar, preset=name, parts=parts, preprocessing=None)


def _mean_image(sidecar: Sidecar | None) -> object:
    if sidecar is None:
        return None
    own = sidecar.preprocessing
    return own.mean_image if own else sidecar.parts.get("mean_image")


VERB = Verb(
    name="describe",
    summary="record a checkpoint's preprocessing and class names",
    description=(
        "Write what a checkpoint file cannot record (its preprocessing, unless the network itself "
        "determines it; the names of its outputs; its epoch) to NAME.vizreport.json beside it, so "
        "that other commands need no options for these. Existing entries stay unless an option "
        "changes them."
    ),
    usage="--checkpoint FILE [options]",
    options=(
        replace(
            network_and_data.CHECKPOINT,
            help="The network: a .keras or .h5 file with architecture and weights.",
            metavar="FILE",
        ),
        network_and_data.IMPORT,
        network_and_data.OUTPUT,
        network_and_data.LABELS,
        network_and_data.LABELS_IN_ORDER,
        Option(
            "--epoch",
            "Number of epochs trained; orders a folder of checkpoints.",
            type=values.count,
            metavar="N",
            group=NETWORK,
        ),
        *preprocessing.OPTIONS,
    ),
    run=run,
)
