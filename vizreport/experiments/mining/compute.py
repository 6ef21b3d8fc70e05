"""One pass over the data: strongest activations and predictions."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from vizreport.data.label_order import settle, try_order
from vizreport.data.records import class_numbers
from vizreport.errors import RequestError
from vizreport.experiments.mining.mined_images import MinedImages, joined, mine, mined_layer, unread
from vizreport.experiments.mining.result import MiningResult, Output
from vizreport.experiments.settings import Given
from vizreport.graph.layers import ReportableLayer, occluded_layer, reportable_layers
from vizreport.parallel.piece import Finished, Work, image_pieces
from vizreport.parallel.pieces import PieceFailed, Pieces, failure_message
from vizreport.results.columns import StringsFile
from vizreport.subject.subject import Subject


def compute(subject: Subject, settings: Given, pieces: Pieces) -> MiningResult:
    """Mine the chosen layers, and the first, over all images.

    Images with values that are not finite take no part. Where that is every image, the layers
    before the first such layer are mined over all images, in a second pass.

    Raises
    ------
    RequestError
        If not one image of the data can be read.
    """
    k, records, output = settings.top, subject.dataset.records, subject.output
    labels = subject.labels
    tried = try_order(labels, subject.dataset, output.classes) if output.classes else labels.labels
    layers = mined_layers(subject, settings)
    checked = reportable_layers(subject.graph)
    mined = _pass(subject, pieces, k, layers, checked, tried)
    not_finite = mined.not_finite
    scored = bool(len(mined.records) or not mined.left_out)
    if not scored:
        sound = checked[: int(np.flatnonzero(not_finite)[0])]
        layers = [layer for layer in layers if layer in sound]
        mined = _pass(subject, pieces, k, layers, sound, tried, scored=False)
    skipped = [*subject.dataset.skipped, *mined.skipped]
    if not len(mined.records):
        raise RequestError(
            f"no image of {subject.dataset.name} can be read; the first: "
            f"{skipped[0][1] if skipped else 'there is none'}"
        )
    kept = mined.records
    if output.classes and scored:
        labels = settle(labels, subject.dataset, tried, kept, mined.top_classes[:, 0])
    true_probabilities = mined.true_probabilities.copy()
    true_probabilities[labels.labels[kept] < 0] = np.nan
    paths = StringsFile()
    paths.extend(records[int(i)].path for i in kept)
    data_classes, data_class_names = class_numbers(records, kept)
    return MiningResult(
        layers={layer.name: mined_layer(mined.layers[layer.name], layer, k) for layer in layers},
        paths=paths.finished(),
        sha256=mined.sha256,
        records=kept.astype(np.int32),
        labels=labels.labels[kept].astype(np.int32),
        labels_reason=labels.reason if scored else "The network's values are not finite.",
        class_names=list(labels.class_names),
        data_classes=data_classes,
        data_class_names=data_class_names,
        output=Output(
            kind=output.kind,
            activation=output.activation,
            outputs=output.outputs,
            evidence=output.evidence,
            reason=output.reason,
        ),
        output_layer=next((layer.name for layer in layers if layer.kind == "output"), ""),
        outputs=mined.outputs,
        top_classes=mined.top_classes,
        top_probabilities=mined.top_probabilities,
        true_probabilities=true_probabilities,
        boxes=mined.boxes,
        sizes=mined.sizes,
        skipped=skipped,
        checked=[*(layer.name for layer in checked), "output"],
        not_finite=not_finite.astype(np.int32),
        left_out=mined.left_out,
    )


def _pass(
    subject: Subject,
    pieces: Pieces,
    k: int,
    layers: list[ReportableLayer],
    checked: list[ReportableLayer],
    labels: np.ndarray,
    scored: bool = True,
) -> MinedImages:
    """Go over the data once; leave out images that are not finite in the layers checked.

    Images whose piece is given up count as unreadable.
    """
    work = Work(
        name="images" if scored else "sound-layers",
        make=mine,
        arguments=(k, layers, checked, labels, scored),
        pieces=image_pieces(len(subject.dataset.records), subject.batch_size),
        kind=MinedImages,
        doing="mining",
        unit="images",
    )
    return joined(_mined_pieces(subject, pieces, work), k)


def _mined_pieces(subject: Subject, pieces: Pieces, work: Work) -> Iterator[MinedImages]:
    failed = []
    for outcome in pieces.outcomes(subject, work):
        if isinstance(outcome, Finished):
            yield outcome.result
            continue
        failed.append(outcome)
        paths = [subject.dataset.records[i].path for i in outcome.piece.argument]
        yield unread([(path, f"its piece failed: {outcome.reason}") for path in paths])
    if len(failed) == len(work.pieces) > 0:
        raise PieceFailed(failure_message(failed, len(work.pieces)))
    if failed:
        print(f"vizreport: {failure_message(failed, len(work.pieces))}; omitted", file=sys.stderr)


def mined_layers(subject: Subject, settings: Given) -> list[ReportableLayer]:
    """Return the chosen layers, the first convolution (for the filters) and the last one."""
    chosen = {layer.node: layer for layer in subject.chosen_layers(settings.layers)}
    for layer in reportable_layers(subject.graph):
        if layer.kind == "convolution":
            chosen.setdefault(layer.node, layer)
            break
    occluded = occluded_layer(subject.graph)
    if occluded is not None:
        chosen.setdefault(occluded.node, occluded)
    return [chosen[node] for node in sorted(chosen)]
