"""Networks trained from scratch on the same images: what the features are compared with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.errors import RequestError
from vizreport.models.sidecar import read_sidecar
from vizreport.parallel.pieces import Pieces
from vizreport.subject.network import StoredNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject
from vizreport.system.paths import read_bytes
from vizreport.training.image_sets import class_labels, hold_out
from vizreport.transfer.metrics import class_accuracies


@dataclass(frozen=True)
class Control:
    """A network that ``vizreport train --images-per-class`` trained.

    Attributes
    ----------
    checkpoint : Path
        In a folder that ``vizreport train`` left.
    model : str
        Name of the network.
    per_class, seed : int
        Images of each class that trained it, and the seed that drew them.
    """

    checkpoint: Path
    model: str
    per_class: int
    seed: int


def read_control(checkpoint: Path, dataset: Dataset, names: tuple[str, ...]) -> Control:
    """Find out on which images of the data a network was trained.

    Parameters
    ----------
    checkpoint : Path
        In a folder that ``vizreport train`` left.
    dataset : Dataset
        The data of the transfer.
    names : tuple of str
        Its classes.

    Raises
    ------
    RequestError
        The folder has no history, or it was trained on other data or classes, or on all images.
    """
    path = checkpoint.parent / "history.json"
    try:
        history = json.loads(read_bytes(path))
        settings = history["settings"]
        data, per_class, seed = (
            history["data_fingerprint"],
            settings["images_per_class"],
            int(settings["seed"]),
        )
        model = str(history["model"])
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise RequestError(
            f"{path} is missing or damaged; pass --scratch a checkpoint in a folder written by "
            "vizreport train"
        ) from error
    sidecar = read_sidecar(checkpoint)
    if data != dataset.fingerprint or sidecar is None or sidecar.class_names != names:
        raise RequestError(f"{checkpoint} was trained on different data from {dataset.name}")
    if per_class is None:
        raise RequestError(
            f"{checkpoint} was trained on all images; train the control with --images-per-class"
        )
    return Control(checkpoint, model, int(per_class), seed)


def control_scores(control: Control, dataset: Dataset, batch_size: int) -> np.ndarray:
    """Accuracy by class on up to 50 images a class that did not train the network, ten crops.

    Parameters
    ----------
    control : Control
        Its seed says which images trained it.
    dataset : Dataset
        The one that the control was trained on a part of.
    batch_size : int
        Images in a pass.

    Returns
    -------
    float64 array [C]
    """
    from vizreport.training.predictions import predict

    labels, names = class_labels(dataset)
    known = np.flatnonzero(labels >= 0)
    _, held = hold_out(labels[known], control.per_class, control.seed)
    test = known[held]
    wanted = np.zeros(len(labels), bool)
    wanted[test] = True
    subject = Subject(StoredNetwork(control.checkpoint), NetworkOptions(), dataset, batch_size)
    predictions = predict(subject, Pieces(), wanted)
    test = test[predictions.seen[test]]
    probabilities = predictions.single if predictions.ten is None else predictions.ten
    return class_accuracies(labels[test], probabilities[test].argmax(1), len(names))
