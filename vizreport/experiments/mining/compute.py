"""One pass over the data: strongest activations and predictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np

from vizreport.data.label_order import settle, try_order
from vizreport.data.reading import Batch
from vizreport.engine.mining import (
    Strongest,
    checked_reduction_function,
    from_batch,
    merge,
    one_ahead,
)
from vizreport.errors import RequestError
from vizreport.experiments.context import Context
from vizreport.experiments.mining.result import MiningResult, Output
from vizreport.graph.layers import ReportableLayer, occluded_layer, reportable_layers
from vizreport.settings import Given

TOP_CLASSES = 5


@dataclass(frozen=True)
class _Mined:
    """What a pass over the data leaves of the images that are finite in the layers checked."""

    strongest: dict[str, Strongest]
    batches: list[Batch]
    scores: Sequence[tuple[np.ndarray, ...]]
    outputs: list[np.ndarray]
    skipped: list[tuple[str, str]]
    not_finite: np.ndarray  # images, by checked layer and, where it is scored, for the output
    left_out: int

    @property
    def count(self) -> int:
        return sum(len(batch.indices) for batch in self.batches)


def compute(context: Context, settings: Given, required: dict[str, object]) -> MiningResult:
    """Mine the chosen layers, and the first, over all images.

    Images with values that are not finite take no part. Where that is every image, the layers
    before the first such layer are mined over all images, in a second pass.

    Raises
    ------
    RequestError
        If not one image of the data can be read.
    """
    k, records, output = settings.top, context.dataset.records, context.output
    labels = context.labels
    tried = try_order(labels, context.dataset, output.classes) if output.classes else labels.labels
    layers = mined_layers(context, settings)
    checked = reportable_layers(context.graph)
    mined = _pass(context, k, layers, checked, tried)
    not_finite = mined.not_finite
    scored = bool(mined.count or not mined.left_out)
    if not scored:
        sound = checked[: int(np.flatnonzero(not_finite)[0])]
        layers = [layer for layer in layers if layer in sound]
        mined = _pass(context, k, layers, sound, tried, scored=False)
    if not mined.count:
        skipped = mined.skipped
        raise RequestError(
            f"not one image of {context.dataset.name} can be read, the first because: "
            f"{skipped[0][1] if skipped else 'there is none'}"
        )
    count, strongest = mined.count, mined.strongest
    numbers = np.concatenate([batch.indices for batch in mined.batches])
    top, top_probabilities, true_probabilities = (
        np.concatenate(part) for part in zip(*mined.scores, strict=True)
    )
    if output.classes and scored:
        labels = settle(labels, context.dataset, tried, numbers, top[:, 0])
    true_probabilities[labels.labels[numbers] < 0] = np.nan
    places = {
        layer.name: np.divmod(_padded(strongest[layer.name].places, k, 0), layer.cols)
        for layer in layers
    }
    missing = {
        name: np.arange(k)[None] >= found.values.shape[1] for name, found in strongest.items()
    }
    return MiningResult(
        layers=[layer.name for layer in layers],
        values={name: _padded(found.values, k, np.nan) for name, found in strongest.items()},
        images={name: _padded(found.images, k, -1) for name, found in strongest.items()},
        rows={
            name: np.where(missing[name], -1, p[0]).astype(np.int32) for name, p in places.items()
        },
        cols={
            name: np.where(missing[name], -1, p[1]).astype(np.int32) for name, p in places.items()
        },
        means={name: (found.sums / count).astype(np.float32) for name, found in strongest.items()},
        active={
            name: (found.active / count).astype(np.float32) for name, found in strongest.items()
        },
        similarity={name: found.similarity() for name, found in strongest.items()},
        paths=[records[i].path for i in numbers],
        sha256=[each for batch in mined.batches for each in batch.sha256],
        records=numbers.astype(np.int32),
        labels=labels.labels[numbers].astype(np.int32),
        labels_reason=labels.reason if scored else "The network's values are not finite.",
        class_names=list(labels.class_names),
        data_classes=[records[i].class_name or "" for i in numbers],
        output=Output(
            kind=output.kind,
            activation=output.activation,
            outputs=output.outputs,
            evidence=output.evidence,
            reason=output.reason,
        ),
        output_layer=next((layer.name for layer in layers if layer.kind == "output"), ""),
        outputs=np.concatenate(mined.outputs),
        top_classes=top,
        top_probabilities=top_probabilities,
        true_probabilities=true_probabilities,
        boxes=np.concatenate([batch.boxes for batch in mined.batches]),
        sizes=np.concatenate([batch.sizes for batch in mined.batches]),
        skipped=mined.skipped,
        checked=[*(layer.name for layer in checked), "output"],
        not_finite=not_finite.astype(np.int32),
        left_out=mined.left_out,
    )


def _pass(
    context: Context,
    k: int,
    layers: list[ReportableLayer],
    checked: list[ReportableLayer],
    labels: np.ndarray,
    scored: bool = True,
) -> _Mined:
    """Go over the data once; leave out images that are not finite in the layers checked."""
    output = context.output
    reduce = checked_reduction_function(context.graph, layers, checked)
    strongest: dict[str, Strongest] = {}
    batches, scores, values = [], [], []
    skipped = list(context.dataset.skipped)
    not_finite = np.zeros(len(checked) + scored, np.int64)
    count = left_out = 0

    def readable() -> Iterator[Batch]:
        for batch in context.read_all():
            skipped.extend(batch.unreadable)
            if len(batch.indices):
                yield batch

    def started(batch: Batch) -> Any:
        return reduce(context.preprocessing.tensor(batch.pictures))

    for batch, (reduced, outputs, finite) in one_ahead(started, readable()):
        if scored:
            finite = np.c_[finite, np.isfinite(outputs).all(axis=1)]
        not_finite += (~finite).sum(axis=0)
        kept = finite.all(axis=1)
        left_out += int((~kept).sum())
        if not kept.any():
            continue
        for layer, (maxima, places, means) in zip(layers, reduced, strict=True):
            found = from_batch(maxima[kept], places[kept], means[kept], count, k)
            former = strongest.get(layer.name)
            strongest[layer.name] = merge(former, found, k) if former else found
        indices, outputs = batch.indices[kept], outputs[kept]
        probabilities = output.probabilities(outputs) if scored else outputs[:, :0]
        scores.append(_top_classes(probabilities, labels[indices]))
        values.append(outputs if output.kind == "values" and scored else outputs[:, :0])
        batches.append(
            replace(
                batch,
                indices=indices,
                boxes=batch.boxes[kept],
                sizes=batch.sizes[kept],
                sha256=list(compress(batch.sha256, kept)),
                pictures=batch.pictures[:0],  # they are kept elsewhere
            )
        )
        count += len(indices)
    return _Mined(strongest, batches, scores, values, skipped, not_finite, left_out)


def mined_layers(context: Context, settings: Given) -> list[ReportableLayer]:
    """Return the chosen layers, the first convolution (for the filters) and the last one."""
    chosen = {layer.node: layer for layer in context.chosen_layers(settings.layers)}
    for layer in reportable_layers(context.graph):
        if layer.kind == "convolution":
            chosen.setdefault(layer.node, layer)
            break
    occluded = occluded_layer(context.graph)
    if occluded is not None:
        chosen.setdefault(occluded.node, occluded)
    return [chosen[node] for node in sorted(chosen)]


def _padded(array: np.ndarray, k: int, fill: float) -> np.ndarray:
    """Widen [M, fewer than k] to [M, k]."""
    return np.pad(array, ((0, 0), (0, k - array.shape[1])), constant_values=fill)


def _top_classes(
    probabilities: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    top = np.argsort(-probabilities, axis=1, kind="stable")[:, :TOP_CLASSES].astype(np.int32)
    true = np.full(len(labels), np.nan, np.float32)
    if probabilities.shape[1]:
        known = labels >= 0
        true[known] = probabilities[known, labels[known]]
    return top, np.take_along_axis(probabilities, top, axis=1).astype(np.float32), true
