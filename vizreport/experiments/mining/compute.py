"""One pass over the data: strongest activations and predictions."""

from __future__ import annotations

import numpy as np

from vizreport.data.label_order import settle, try_order
from vizreport.deconv.layers import ReportableLayer, reportable_layers
from vizreport.deconv.mining import Strongest, from_batch, merge, reduction_function
from vizreport.errors import RequestError
from vizreport.experiments.context import Context
from vizreport.experiments.mining.result import MiningResult, Output
from vizreport.experiments.occlusion.layer import occluded_layer

TOP_CLASSES = 5


def compute(context: Context, required: dict[str, object]) -> MiningResult:
    """Mine the chosen layers, and the first, over all images.

    Parameters
    ----------
    context : Context
    required : dict
        Empty.

    Raises
    ------
    RequestError
        If not one image of the data can be read.
    """
    k, records, output = context.settings.top, context.dataset.records, context.output
    labels = context.labels
    tried = try_order(labels, context.dataset, output.classes) if output.classes else labels.labels
    layers = mined_layers(context)
    reduce = reduction_function(context.deconvnet.graph, layers)
    mined: dict[str, Strongest] = {}
    indices, boxes, sizes, scores, values = [], [], [], [], []
    skipped = list(context.dataset.skipped)
    count = 0
    for batch in context.read_all():
        skipped += batch.unreadable
        if not len(batch.indices):
            continue
        reduced, outputs = reduce(context.preprocessing.tensor(batch.pictures))
        for layer, tensors in zip(layers, reduced, strict=True):
            maxima, places, means = (tensor.numpy() for tensor in tensors)
            found = from_batch(maxima, places, means, count, k)
            mined[layer.name] = merge(mined[layer.name], found, k) if layer.name in mined else found
        probabilities = output.probabilities(outputs.numpy())
        scores.append(_top_classes(probabilities, tried[batch.indices]))
        if output.kind == "values":
            values.append(outputs.numpy())
        indices.append(batch.indices)
        boxes.append(batch.boxes)
        sizes.append(batch.sizes)
        count += len(batch.indices)
    if count == 0:
        raise RequestError(
            f"not one image of {context.dataset.name} can be read, the first because: "
            f"{skipped[0][1] if skipped else 'there is none'}"
        )
    numbers = np.concatenate(indices)
    top, top_probabilities, true_probabilities = (
        np.concatenate(part) for part in zip(*scores, strict=True)
    )
    if output.classes:
        labels = settle(labels, context.dataset, tried, numbers, top[:, 0])
    true_probabilities[labels.labels[numbers] < 0] = np.nan
    places = {
        layer.name: np.divmod(_padded(mined[layer.name].places, k, 0), layer.cols)
        for layer in layers
    }
    missing = {name: np.arange(k)[None] >= found.values.shape[1] for name, found in mined.items()}
    return MiningResult(
        layers=[layer.name for layer in layers],
        values={name: _padded(found.values, k, np.nan) for name, found in mined.items()},
        images={name: _padded(found.images, k, -1) for name, found in mined.items()},
        rows={
            name: np.where(missing[name], -1, p[0]).astype(np.int32) for name, p in places.items()
        },
        cols={
            name: np.where(missing[name], -1, p[1]).astype(np.int32) for name, p in places.items()
        },
        means={name: (found.sums / count).astype(np.float32) for name, found in mined.items()},
        active={name: (found.active / count).astype(np.float32) for name, found in mined.items()},
        similarity={name: found.similarity() for name, found in mined.items()},
        paths=[records[i].path for i in numbers],
        sha256=[records[i].sha256 for i in numbers],
        records=numbers.astype(np.int32),
        labels=labels.labels[numbers].astype(np.int32),
        labels_reason=labels.reason,
        class_names=list(labels.class_names),
        data_classes=[records[i].class_name or "" for i in numbers],
        output=Output(
            kind=output.kind,
            activation=output.activation,
            outputs=output.outputs,
            evidence=output.evidence,
            reason=output.reason,
        ),
        outputs=np.concatenate(values) if values else np.zeros((count, 0), np.float32),
        top_classes=top,
        top_probabilities=top_probabilities,
        true_probabilities=true_probabilities,
        boxes=np.concatenate(boxes),
        sizes=np.concatenate(sizes),
        skipped=skipped,
    )


def mined_layers(context: Context) -> list[ReportableLayer]:
    """Return the chosen layers, the first convolution (for the filters) and the occluded layer."""
    chosen = {layer.node: layer for layer in context.chosen_layers}
    for layer in reportable_layers(context.deconvnet.graph):
        if layer.kind == "convolution":
            chosen.setdefault(layer.node, layer)
            break
    occluded = occluded_layer(context)
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
