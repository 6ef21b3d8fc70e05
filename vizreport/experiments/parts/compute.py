"""Places of every map's strongest activation against the parts of the pictures."""

from __future__ import annotations

import numpy as np

from vizreport.data.truth import Truth, in_view
from vizreport.engine.mining import reduction_function
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.parts.concepts import Point
from vizreport.experiments.parts.naming import Scenes, halves, name_maps, shown_concepts
from vizreport.experiments.parts.result import NamedLayer, PartsResult
from vizreport.experiments.settings import Given
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

TOLERANCE = 0.1
# Beyond this many images a seeded sample is taken: bounds memory and time.
_IMAGES = 2000


def compute(subject: Subject, settings: Given, mining: MiningResult) -> PartsResult:
    """Name feature maps after parts, in one more pass over at most 2,000 images.

    Reads the mining result.
    """
    truth = subject.dataset.truth
    if truth is None:
        return _without_names(np.zeros((0, 0), np.float32), 0)
    records = mining.records
    random = np.random.default_rng(settings.seed)
    if len(records) > _IMAGES:
        records = np.sort(random.choice(records, _IMAGES, replace=False))
    total = np.zeros(subject.preprocessing.input_size)
    seen: list[Truth] = []
    for record in records:
        seen.append(in_view(truth(int(record)), subject.preprocessing))
        total += seen[-1].mask
    mean_mask = (total / len(records)).astype(np.float32)
    classes = np.array([subject.dataset.records[int(i)].class_name or "" for i in records])
    boxes = np.array([found.box for found in seen])
    scenes = Scenes(
        classes,
        (boxes[:, 2:] - boxes[:, :2]).max(axis=1),
        _points(classes, seen),
        halves(classes, random),
    )
    names, shown = shown_concepts(scenes)
    mined = mining.layers
    layers = [x for x in subject.chosen_layers(settings.layers) if x.stride and x.name in mined]
    if not names or not layers:
        return _without_names(mean_mask, len(records))
    named: dict[str, NamedLayer] = {}
    strongest = _strongest(subject, records, layers)
    for layer, (values, units) in zip(layers, strongest, strict=True):
        least = layer.stride / np.sqrt(2)
        reach = np.maximum(TOLERANCE * scenes.longer, least)
        places = _centres(subject, layer)[units]
        found = name_maps(values, places, scenes, reach, names, shown)
        named[layer.name] = NamedLayer(float(least), found)
    return PartsResult(
        mean_mask=mean_mask,
        masks=len(records),
        tolerance=TOLERANCE,
        names=[concept.name for concept in names],
        halves=[int(scenes.first.sum()), int((~scenes.first).sum())],
        shown=shown,
        layers=named,
    )


def _without_names(mean_mask: np.ndarray, masks: int) -> PartsResult:
    """Return the result where no map is named."""
    return PartsResult(
        mean_mask=mean_mask,
        masks=masks,
        names=[],
        halves=[0, 0],
        shown=np.zeros((0, 2), np.int32),
        tolerance=TOLERANCE,
        layers={},
    )


def _points(classes: np.ndarray, seen: list[Truth]) -> dict[Point, np.ndarray]:
    """Gather where each part is seen: float [N, 2], NaN where it is not."""
    points: dict[Point, np.ndarray] = {}
    for i, truth in enumerate(seen):
        for name, part in truth.parts.items():
            where = points.setdefault((str(classes[i]), name), np.full((len(seen), 2), np.nan))
            if part.visible:
                where[i] = part.x, part.y
    return points


def _strongest(
    subject: Subject, records: np.ndarray, layers: list[ReportableLayer]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each layer, every map's strongest activation in every image and its unit: [M, N]."""
    reduce = reduction_function(subject.graph, layers)
    found: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in layers]
    with progress("naming", len(records), "images") as bar:
        for start in range(0, len(records), subject.batch_size):
            batch = records[start : start + subject.batch_size]
            reduced, _ = reduce(subject.preprocessing.tensor(subject.pictures(batch)))
            for kept, (maxima, units, _) in zip(found, reduced, strict=True):
                kept.append((np.asarray(maxima).T.astype(np.float32), np.asarray(units).T))
            bar.update(len(batch))
    return [
        (
            np.concatenate([maxima for maxima, _ in kept], axis=1),
            np.concatenate([units for _, units in kept], axis=1),
        )
        for kept in found
    ]


def _centres(subject: Subject, layer: ReportableLayer) -> np.ndarray:
    """Centres of the receptive fields of a layer's units, row by row: x and y, float [U, 2]."""
    rows, cols = np.divmod(np.arange(layer.rows * layer.cols), layer.cols)
    fields = unit_fields(subject.graph, layer.node, rows, cols)
    return ((fields.low + fields.high + 1) / 2)[:, ::-1]
