"""What is mined from some of the images, wherever that is, and such parts put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from vizreport.data.reading import Batch
from vizreport.engine.strongest import Strongest, from_batch, merge
from vizreport.experiments.mining.result import MinedLayer
from vizreport.parallel.piece import Compute
from vizreport.results.columns import ColumnFile
from vizreport.subject.subject import Subject

if TYPE_CHECKING:
    from vizreport.graph.layers import ReportableLayer

TOP_CLASSES = 5


@dataclass(frozen=True)
class MinedImages:
    """What was mined from some images; n of them are finite in the layers checked.

    Attributes
    ----------
    layers : dict of Strongest
        By name; images are numbered within the part, from 0.
    records, sha256, boxes, sizes, top_classes, top_probabilities, true_probabilities, outputs : \
arrays [n]
        As in :class:`vizreport.experiments.mining.result.MiningResult`.
    skipped : list of (path, reason)
        Images that cannot be read.
    not_finite : int64 [G]
        Images with values that are not finite, by checked layer and, where it is scored, for the
        output.
    left_out : int
        Images that are not finite in one of them.
    """

    layers: dict[str, Strongest]
    records: Annotated[np.ndarray, "int64 [n]"]
    sha256: Annotated[np.ndarray, "uint8 [n, 32]"]
    boxes: Annotated[np.ndarray, "float32 [n, 4]"]
    sizes: Annotated[np.ndarray, "int32 [n, 2]"]
    top_classes: Annotated[np.ndarray, "int32 [n, T]"]
    top_probabilities: Annotated[np.ndarray, "float32 [n, T]"]
    true_probabilities: Annotated[np.ndarray, "float32 [n]"]
    outputs: Annotated[np.ndarray, "float32 [n, o]"]
    skipped: list[tuple[str, str]]
    not_finite: Annotated[np.ndarray, "int64 [G]"]
    left_out: int


_NONE: dict[str, np.ndarray] = {
    "records": np.zeros(0, np.int64),
    "sha256": np.zeros((0, 32), np.uint8),
    "boxes": np.zeros((0, 4), np.float32),
    "sizes": np.zeros((0, 2), np.int32),
    "top_classes": np.zeros((0, 0), np.int32),
    "top_probabilities": np.zeros((0, 0), np.float32),
    "true_probabilities": np.zeros(0, np.float32),
    "outputs": np.zeros((0, 0), np.float32),
}
_BY_IMAGE = tuple(_NONE)


def mine(
    subject: Subject,
    k: int,
    layers: list[ReportableLayer],
    checked: list[ReportableLayer],
    labels: np.ndarray,
    scored: bool,
) -> Compute:
    """Compile the pass over a part.

    Parameters
    ----------
    subject : Subject
        Network and data.
    k : int
        Number of activations to keep a map.
    layers, checked : list of ReportableLayer
        Those to mine, and those in which images have to be finite.
    labels : int array [all images]
        True classes, -1 where one is not known.
    scored : bool
        Whether the network's outputs are finite.

    Returns
    -------
    callable
        From a range of records, and what is told of each batch, to a :class:`MinedImages`.
    """
    from vizreport.engine.mining import checked_reduction_function, one_ahead

    output, graph = subject.output, subject.graph
    # Kept with the network: a gallery mines it again after each epoch.
    reduce = subject.traced.compiled(
        ("mined", *(layer.node for layer in layers), None, *(layer.node for layer in checked)),
        lambda: checked_reduction_function(graph, layers, checked),
    )

    def started(batch: Batch) -> Any:
        return reduce(subject.preprocessing.tensor(batch.pictures))

    def mine_part(records: range, done: Callable[[int], Any]) -> MinedImages:
        skipped: list[tuple[str, str]] = []
        strongest: dict[str, Strongest] = {}
        columns: dict[str, list[np.ndarray]] = {name: [] for name in _BY_IMAGE}
        not_finite, count, left_out = np.zeros(len(checked) + scored, np.int64), 0, 0

        def readable() -> Iterator[Batch]:
            for batch in subject.read(records):
                skipped.extend(batch.unreadable)
                if len(batch.indices):
                    yield batch

        for batch, (reduced, outputs, finite) in one_ahead(started, readable()):
            if scored:
                finite = np.c_[finite, np.isfinite(outputs).all(axis=1)]
            not_finite += (~finite).sum(axis=0)
            kept = finite.all(axis=1)
            left_out += int((~kept).sum())
            done(len(kept))
            if not kept.any():
                continue
            for layer, (maxima, places, means) in zip(layers, reduced, strict=True):
                found = from_batch(maxima[kept], places[kept], means[kept], count, k)
                former = strongest.get(layer.name)
                strongest[layer.name] = merge(former, found, k) if former else found
            indices, outputs = batch.indices[kept], outputs[kept]
            probabilities = output.probabilities(outputs) if scored else outputs[:, :0]
            plain = outputs if output.kind == "values" and scored else outputs[:, :0]
            parts = (indices, batch.sha256[kept], batch.boxes[kept], batch.sizes[kept],
                     *_top_classes(probabilities, labels[indices]), plain)  # fmt: skip
            for name, part in zip(_BY_IMAGE, parts, strict=True):
                columns[name].append(part)
            count += len(indices)
        by_image = {
            name: np.concatenate(column) if column else _NONE[name]
            for name, column in columns.items()
        }
        return _mined(strongest, by_image, skipped, not_finite, left_out)

    return mine_part


def unread(skipped: list[tuple[str, str]]) -> MinedImages:
    """Return what is mined from images none of which could be read, with the reasons."""
    return _mined({}, _NONE, skipped, np.zeros(0, np.int64), 0)


def joined(parts: Iterable[MinedImages], k: int) -> MinedImages:
    """Put parts together in their order, images numbered through.

    Parameters
    ----------
    parts : iterable of MinedImages
        Of the same network; one at a time is in memory, and what is known of each image goes to
        disk.
    k : int
        Number of activations to keep a map.
    """
    skipped: list[tuple[str, str]] = []
    strongest: dict[str, Strongest] = {}
    columns: dict[str, ColumnFile] = {}
    not_finite, count, left_out = np.zeros(0, np.int64), 0, 0
    for part in parts:
        for name, found in part.layers.items():
            found = replace(found, images=found.images + np.int32(count))
            former = strongest.get(name)
            strongest[name] = merge(former, found, k) if former else found
        if len(part.records):  # else its columns have no width
            for name in _BY_IMAGE:
                rows = getattr(part, name)
                if name not in columns:
                    columns[name] = ColumnFile(rows.dtype, rows.shape[1:])
                columns[name].append(rows)
        skipped += part.skipped
        if len(part.not_finite):
            not_finite = not_finite + part.not_finite if len(not_finite) else part.not_finite
        count, left_out = count + len(part.records), left_out + part.left_out
    by_image = {name: column.finished() for name, column in columns.items()} or _NONE
    return _mined(strongest, by_image, skipped, not_finite, left_out)


def mined_layer(found: Strongest, layer: ReportableLayer, k: int) -> MinedLayer:
    """Return what is stored of a layer, of which ``k`` activations are kept a map, or fewer."""

    def widened(array: np.ndarray, fill: float) -> np.ndarray:
        missing = ((0, 0), (0, k - array.shape[1]))
        return np.pad(array, missing, constant_values=fill)

    rows, cols = np.divmod(found.places, layer.cols)
    return MinedLayer(
        values=widened(found.values, np.nan),
        images=widened(found.images, -1),
        rows=widened(rows, -1),
        cols=widened(cols, -1),
        means=(found.sums / found.count).astype(np.float32),
        active=(found.active / found.count).astype(np.float32),
        similarity=found.similarity(),
    )


def _mined(
    strongest: dict[str, Strongest],
    by_image: Mapping[str, np.ndarray],
    skipped: list[tuple[str, str]],
    not_finite: np.ndarray,
    left_out: int,
) -> MinedImages:
    return MinedImages(
        layers=strongest,
        **by_image,
        skipped=skipped,
        not_finite=not_finite,
        left_out=left_out,
    )


def _top_classes(
    probabilities: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    top = np.argsort(-probabilities, axis=1, kind="stable")[:, :TOP_CLASSES].astype(np.int32)
    true = np.full(len(labels), np.nan, np.float32)
    if probabilities.shape[1]:
        known = labels >= 0
        true[known] = probabilities[known, labels[known]]
    return top, np.take_along_axis(probabilities, top, axis=1).astype(np.float32), true
