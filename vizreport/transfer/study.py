"""Classifiers learned on every layer's features, for every number of images a class and split."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.errors import RequestError
from vizreport.experiments.transfer.record import (
    FEATURES,
    About,
    LayerScores,
    TransferRecord,
    prepare_transfer,
    read_record,
    write_record,
)
from vizreport.graph.layers import ReportableLayer
from vizreport.models.hash import checkpoint_hash
from vizreport.parallel.engine import engine_at
from vizreport.results.disk import warn_if_scarce
from vizreport.subject.subject import Subject
from vizreport.transfer.classifiers import STRENGTH, fit
from vizreport.transfer.controls import Control, control_scores, read_control
from vizreport.transfer.features import Features, layer_features, transfer_layers
from vizreport.transfer.metrics import average_precision, class_accuracies
from vizreport.transfer.splits import Split
from vizreport.transfer.task import Task, one_class_each, several_classes
from vizreport.version import __version__

_ROWS = 4096  # of feature vectors at a time


@dataclass(frozen=True)
class TransferRequest:
    """What a user asks of ``vizreport transfer``.

    Attributes
    ----------
    subject : Subject
        The network, and images that train the classifiers, and test them where ``test`` is None.
    out : Path
        Folder of the results.
    test : Dataset or None
        Images that test, for data with several classes an image.
    layers : tuple of str, or None
        None for all through which the whole signal goes.
    classifiers : tuple of {"svm", "softmax"}
        Which to learn of each layer.
    per_class : tuple of int, or None
        Images of each class that train; None for 15, 30, 45 and 60 as far as the data allow.
    splits : int
        Random splits.
    features : int
        Largest number of features of a layer with places.
    controls : tuple of Path
        Checkpoints that ``vizreport train --images-per-class`` trained from scratch.
    cluster : str or None
        Where to compute the features, as for a build.
    """

    subject: Subject
    out: Path
    test: Dataset | None = None
    layers: tuple[str, ...] | None = None
    classifiers: tuple[str, ...] = ("svm",)
    per_class: tuple[int, ...] | None = None
    splits: int = 5
    features: int = 4096
    controls: tuple[Path, ...] = ()
    cluster: str | None = None


def transfer(request: TransferRequest, log: Callable[[str], None] = print) -> TransferRecord:
    """Measure what each layer's features are worth on other data.

    Results are written after each layer, classifier and number of images; what is there is not
    learned again.

    Parameters
    ----------
    request : TransferRequest
        Network, data and what to learn.
    log : callable
        Is given a line for each result.

    Raises
    ------
    RequestError
        The checkpoint, the data, a layer or the folder does not fit; the folder holds what no
        transfer wrote, where it would write, or cannot be written to.
    """
    prepare_transfer(request.out)
    warn_if_scarce(request.out)
    task, subject = _task(request), request.subject
    controls = [read_control(path, subject.dataset, task.class_names) for path in request.controls]
    network = checkpoint_hash(subject.network.path)
    layers = transfer_layers(subject.graph, request.layers)
    about = _about(request, network, task)
    record = _begun(request.out, about, tuple(layer.name for layer in layers))
    log(
        f"{len(layers)} layers, {len(task.class_names)} classes, {about['test_images']} test images"
    )
    found, rows = _features(request, layers, task, network)
    for place, layer in enumerate(layers):
        features = [part[place] for part in found]
        for classifier in request.classifiers:
            for per_class in dict.fromkeys(split.per_class for split in task.splits):
                if _has(record, layer.name, classifier, per_class):
                    continue
                splits = [split for split in task.splits if split.per_class == per_class]
                scores = [_score(features, rows, task, split, classifier) for split in splits]
                result = LayerScores(
                    layer.name,
                    classifier,
                    int(np.prod(features[0].size)),
                    features[0].size,
                    per_class,
                    [split.seed for split in splits],
                    scores,
                )
                record = _with(record, result)
                write_record(request.out, record)
                log(_line(result))
    for result in _control_results(controls, subject, task):
        record = _with(record, result)
        write_record(request.out, record)
        log(_line(result))
    return record


def _task(request: TransferRequest) -> Task:
    dataset, test = request.subject.dataset, request.test
    if dataset.memberships is None:
        return one_class_each(dataset, test, request.per_class, request.splits)
    given = {"--per-class": request.per_class, "--scratch": request.controls}
    single_only = [flag for flag, value in given.items() if value]
    return several_classes(dataset, test, request.classifiers, single_only)


def _features(
    request: TransferRequest, layers: list[ReportableLayer], task: Task, network: str
) -> tuple[list[list[Features]], np.ndarray]:
    """Compute the features of the images that some split uses.

    Returns
    -------
    found : list of list of Features
        By data set and layer.
    rows : int array [N]
        Where an image's vector is, counted through the data sets; -1 where no split uses it.
    """
    used = np.unique(np.concatenate([[*split.train, *split.test] for split in task.splits]))
    rows = np.full(len(task.targets), -1)
    rows[used] = np.arange(len(used))
    subject, found, first = request.subject, [], 0
    with engine_at(request.cluster) as engine:
        for dataset in task.datasets:
            last = first + len(dataset.records)
            records = used[(used >= first) & (used < last)] - first
            here = subject if dataset is subject.dataset else subject.on(dataset)
            where = (request.out / FEATURES, network)
            found.append(layer_features(here, layers, records, request.features, *where, engine))
            first = last
    return found, rows


def _about(request: TransferRequest, network: str, task: Task) -> About:
    subject, test = request.subject, request.test
    return {
        "checkpoint": subject.network.path.name,
        "checkpoint_sha256": network,
        "network": subject.graph.name,
        "preprocessing": subject.preprocessing.as_dict(),
        "data": subject.dataset.name,
        "data_fingerprint": subject.dataset.fingerprint,
        "test_data": None if test is None else test.name,
        "test_fingerprint": None if test is None else test.fingerprint,
        "class_names": list(task.class_names),
        "measure": task.measure,
        "test_images": round(float(np.mean([len(split.test) for split in task.splits]))),
        "settings": {
            "splits": request.splits,
            "features": request.features,
            "strength": STRENGTH,
        },
        "versions": {"vizreport": __version__},
    }


def _begun(out: Path, about: About, layers: tuple[str, ...]) -> TransferRecord:
    """Go on with a transfer of the same network, data and settings, or begin one."""
    before = read_record(out)
    if before is None:
        return TransferRecord(about, layers, ())
    free = ("test_images", "versions", "checkpoint")
    for name, value in about.items():
        if name not in free and before.about.get(name) != value:
            raise RequestError(
                f"{out} contains a transfer with another {name.replace('_', ' ')}; choose another "
                "--out"
            )
    order = dict.fromkeys([*before.layers, *layers])
    return TransferRecord(before.about, tuple(order), before.results)


def _has(record: TransferRecord, layer: str, classifier: str, per_class: int) -> bool:
    return any(
        (one.layer, one.classifier, one.per_class) == (layer, classifier, per_class)
        for one in record.results
    )


def _with(record: TransferRecord, result: LayerScores) -> TransferRecord:
    """Add a result, in place of one of the same layer, classifier and number of images."""
    same = (result.layer, result.classifier, result.per_class)
    others = [one for one in record.results if (one.layer, one.classifier, one.per_class) != same]
    return TransferRecord(record.about, record.layers, (*others, result))


def _score(
    features: list[Features], rows: np.ndarray, task: Task, split: Split, classifier: str
) -> list[float | None]:
    """Learn on the one part of a split and measure on the other: a figure a class."""
    readable = np.concatenate([part.readable for part in features])
    train, test = (part[readable[rows[part]]] for part in (split.train, split.test))
    learned = fit(classifier, _take(features, rows[train]), task.targets[train])
    scores = np.concatenate(
        [
            learned.scores(_take(features, rows[test[start : start + _ROWS]]))
            for start in range(0, len(test), _ROWS)
        ]
    )
    truth, classes = task.targets[test], len(task.class_names)
    if task.measure == "accuracy":
        return rounded(class_accuracies(truth.argmax(1), scores.argmax(1), classes))
    precisions = [average_precision(scores[:, i], truth[:, i]) for i in range(classes)]
    return rounded(np.array(precisions))


def rounded(values: np.ndarray) -> list[float | None]:
    """Return figures for JSON: six digits, None in place of NaN."""
    return [None if math.isnan(value) else round(float(value), 6) for value in values]


def _take(features: list[Features], rows: np.ndarray) -> np.ndarray:
    """Feature vectors by their place in all the parts together."""
    if len(features) == 1:
        return np.asarray(features[0].vectors[rows])
    first = len(features[0].vectors)
    taken = np.empty((len(rows), features[0].vectors.shape[1]), np.float32)
    taken[rows < first] = features[0].vectors[rows[rows < first]]
    taken[rows >= first] = features[1].vectors[rows[rows >= first] - first]
    return taken


def _control_results(controls: list[Control], subject: Subject, task: Task) -> list[LayerScores]:
    """Measure the networks that were trained from scratch, by the number of images a class."""
    results = []
    for kind in dict.fromkeys((control.model, control.per_class) for control in controls):
        alike = [one for one in controls if (one.model, one.per_class) == kind]
        scores = [
            rounded(control_scores(one, subject.dataset, subject.batch_size)) for one in alike
        ]
        seeds = [one.seed for one in alike]
        results.append(LayerScores(kind[0], "scratch", 0, [], kind[1], seeds, scores))
    return results


def _line(result: LayerScores) -> str:
    means = [np.mean([value for value in split if value is not None]) for split in result.scores]
    text = f"{100 * np.mean(means):.1f} %"
    if len(means) > 1:
        text += f" ± {100 * np.std(means, ddof=1):.1f}"
    images = f"{result.per_class} per class" if result.per_class else "all training images"
    return f"{result.layer}, {result.classifier}, {images}: {text}"
