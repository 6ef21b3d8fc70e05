"""Top-1 and top-5 error of one checkpoint or of an ensemble, single crop and ten crops."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.label_order import settle, try_order
from vizreport.data.labels import Labels
from vizreport.errors import RequestError
from vizreport.experiments.overview.exchanged import exchange_findings, find_exchanged
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import notice
from vizreport.models.accuracy import ranks, top_errors
from vizreport.models.output import describe
from vizreport.models.preprocessing_choice import describe_choice
from vizreport.parallel.engine import engine_at
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject
from vizreport.training.predictions import Predictions, predict
from vizreport.wording.text import printable


@dataclass(frozen=True)
class SubsetErrors:
    """Top-1 errors on one subset of the images, as shares from 0 to 1.

    Attributes
    ----------
    name : str
        See :class:`vizreport.data.dataset.ImageRecord`.
    images : int
        Readable images of known class in it.
    top1, ten_crop_top1 : float, float or None
        As in :class:`Errors`.
    """

    name: str
    images: int
    top1: float
    ten_crop_top1: float | None


@dataclass(frozen=True)
class Errors:
    """Errors on some images, as shares from 0 to 1.

    Attributes
    ----------
    images : int
        Readable images of known class.
    left_out : int
        Images of unknown class, and those of ``unreadable``.
    classes : int
        Outputs.
    top1, top5 : float, float or None
        Central crop. Top 5 is None with five classes or fewer.
    ten_crop_top1, ten_crop_top5 : float or None
        Probabilities averaged over ten crops; None where the preprocessing leaves no margin.
    no_ten_crops : str or None
        Why not.
    unreadable : tuple of (path, reason)
        Images that could not be read.
    subsets : tuple of SubsetErrors
        The subsets of the data, where it has several.
    """

    images: int
    left_out: int
    classes: int
    top1: float
    top5: float | None
    ten_crop_top1: float | None
    ten_crop_top5: float | None
    no_ten_crops: str | None = None
    unreadable: tuple[tuple[str, str], ...] = ()
    subsets: tuple[SubsetErrors, ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """Errors of one network, or of several together.

    Attributes
    ----------
    name : str
        Of the network, or of the group of networks.
    errors : Errors
        Top-1 and top-5, of the central crop and of ten crops.
    output, labels, preprocessing : str
        What the network's output means, how the data's classes were matched with it and how
        images were prepared, with the reasons; None for several networks together.
    warnings : tuple of str
        Where names look exchanged, or the order of two classes reversed.
    pieces : str
        Which device computed which images, where several did.
    """

    name: str
    errors: Errors
    output: str | None = None
    labels: str | None = None
    preprocessing: str | None = None
    warnings: tuple[str, ...] = ()
    pieces: str = ""


@dataclass
class _Sum:
    """Class probabilities of some networks, added up."""

    single: np.ndarray | None = None
    ten: np.ndarray | None = None
    seen: np.ndarray | bool = True
    networks: int = 0
    no_ten_crops: str | None = None
    unreadable: tuple[tuple[str, str], ...] = ()

    def add(self, found: Predictions) -> None:
        self.single = found.single if self.single is None else self.single + found.single
        if found.ten is not None:
            self.ten = found.ten if self.ten is None else self.ten + found.ten
        self.seen = found.seen & self.seen
        self.networks += 1
        self.unreadable = tuple(dict.fromkeys((*self.unreadable, *found.unreadable)))
        self.no_ten_crops = self.no_ten_crops or found.no_ten_crops


def evaluate(subjects: Iterable[Subject]) -> Errors:
    """Measure the error of a network, or of several with their probabilities averaged.

    As the last row of :func:`evaluate_each`.
    """
    return evaluate_each(subjects)[-1].errors


def evaluate_each(
    subjects: Iterable[Subject], cluster: str | None = None
) -> tuple[Evaluation, ...]:
    """Measure the error of each network and of ensembles, whose probabilities are averaged.

    The networks are loaded one after the other; the images are read again for each. Networks of
    the same name and number of weights are a group. With several groups, of which one at least
    has several networks, each group has a row of its own, "(a)", "(b)" and so on, as in the
    paper's Table 2; the last row has all networks.

    Parameters
    ----------
    subjects : iterable of Subject
        Checkpoints, all on the same images of known classes. Made one after the other, only one
        network is in memory.
    cluster : str or None
        Where to compute, as for a build.

    Raises
    ------
    RequestError
        A checkpoint or the data is wrong, the classes are not known, or the checkpoints have not
        the same outputs.
    """
    rows: list[Evaluation] = []
    groups: dict[tuple[str, int], _Sum] = {}
    whole = _Sum()
    first: Path | None = None
    labels: Labels | None = None
    with engine_at(cluster) as engine:
        for subject in subjects:
            first, dataset = first or subject.network.path, subject.dataset
            pieces = Pieces(engine)
            labels, predictions = _predictions(subject, pieces, first, labels)
            alone = _Sum()
            kind = (subject.model.name, subject.model.count_params())
            for total in (alone, groups.setdefault(kind, _Sum()), whole):
                total.add(predictions)
            errors = _errors(dataset, alone, labels)
            prepared = describe_choice(subject.chosen_preprocessing)
            meaning, warnings = describe(subject.output), _warnings(subject, labels, predictions)
            about = (meaning, labels.reason, prepared, warnings, pieces.record().get("pieces", ""))
            rows.append(Evaluation(subject.network.path.name, errors, *about))
    if labels is None:
        raise RequestError("no checkpoint was given")
    letters = [f"({chr(ord('a') + i)})" for i in range(len(groups))]
    if 1 < len(groups) < whole.networks:
        rows += [
            Evaluation(f"{letter} {group.networks} {name}", _errors(dataset, group, labels))
            for letter, ((name, _), group) in zip(letters, groups.items(), strict=True)
        ]
        together = f"{', '.join(letters[:-1])} and {letters[-1]} combined"
        rows.append(Evaluation(together, _errors(dataset, whole, labels)))
    elif whole.networks > 1:
        rows.append(Evaluation(f"ensemble of {whole.networks}", _errors(dataset, whole, labels)))
    return tuple(rows)


def _errors(dataset: Dataset, total: _Sum, labels: Labels) -> Errors:
    assert total.single is not None
    assert isinstance(total.seen, np.ndarray)
    seen = total.seen
    if not seen.any():
        raise RequestError(f"no image of {dataset.name} can be read")
    truth, classes = labels.labels[seen], total.single.shape[1]
    places = ranks(total.single[seen], truth)
    top1, top5 = top_errors(places, classes)
    ten_places, ten_top1, ten_top5 = None, None, None
    if total.ten is not None and not total.no_ten_crops:
        ten_places = ranks(total.ten[seen], truth)
        ten_top1, ten_top5 = top_errors(ten_places, classes)
    count = int(seen.sum())
    return Errors(
        count,
        len(dataset.records) + len(dataset.skipped) - count,
        classes,
        top1,
        top5,
        ten_top1,
        ten_top5,
        total.no_ten_crops,
        (*dataset.skipped, *total.unreadable),
        _subsets(dataset, seen, places, ten_places),
    )


def _subsets(
    dataset: Dataset, seen: np.ndarray, places: np.ndarray, ten_places: np.ndarray | None
) -> tuple[SubsetErrors, ...]:
    names = np.array([record.subset for record in dataset.records])[seen]
    found = list(dict.fromkeys(names.tolist()))
    return tuple(
        SubsetErrors(
            name or "others",
            int((names == name).sum()),
            float(np.mean(places[names == name] >= 1)),
            None if ten_places is None else float(np.mean(ten_places[names == name] >= 1)),
        )
        for name in found
        if len(found) > 1
    )


def _warnings(subject: Subject, labels: Labels, predictions: Predictions) -> tuple[str, ...]:
    seen, one_score = predictions.seen, subject.output.kind == "binary"
    predicted = predictions.single[seen].argmax(axis=1)
    found = find_exchanged(labels.labels[seen], predicted, subject.output.classes)
    said = exchange_findings(found, labels.class_names, one_score)
    return tuple(printable(notice(each)) for each in decide(said))


def _predictions(
    subject: Subject, pieces: Pieces, first: Path, before: Labels | None
) -> tuple[Labels, Predictions]:
    """Predict, and settle which class each output is."""
    path, output = subject.network.path, subject.output
    if not output.classes:
        raise RequestError(
            f"{path} has no classes, so there is no error; its output is {describe(output)}"
        )
    labels, dataset = subject.labels, subject.dataset
    tried = try_order(labels, dataset, output.classes)
    predictions = predict(subject, pieces, tried >= 0)
    seen = np.flatnonzero(predictions.seen)
    labels = settle(labels, dataset, tried, seen, predictions.single[seen].argmax(axis=1))
    if not labels.known:
        raise RequestError(f"the true classes for {path} are not known: {labels.reason}")
    if before is not None and (
        len(before.class_names) != len(labels.class_names)
        or not np.array_equal(before.labels, labels.labels)
    ):
        raise RequestError(
            f"{path} has different classes from {first}, or a different order; "
            "an ensemble needs networks with the same outputs"
        )
    return labels, predictions
