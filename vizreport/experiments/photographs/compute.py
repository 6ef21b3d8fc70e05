"""The strongest feature maps of single photographs, projected."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vizreport.drawing.tiles import display_scale, quantised
from vizreport.engine import Deconvnet
from vizreport.engine.mining import reduction_function
from vizreport.engine.presets import rule_problem
from vizreport.errors import NotApplicable
from vizreport.experiments.chosen_images import photograph
from vizreport.experiments.mining.mined_images import TOP_CLASSES
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.photographs.result import PhotographsResult, ProjectedLayer
from vizreport.experiments.settings import Given
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.subject.subject import Subject

STRONGEST = 9


def compute(subject: Subject, settings: Given, mining: MiningResult) -> PhotographsResult:
    """Project the strongest unit of each photograph's strongest maps, layer by layer.

    Reads the mining result, which has the names of the classes.

    Raises
    ------
    RequestError
        If a photograph cannot be read.
    """
    files = settings.photographs
    pictures = np.stack([photograph(subject, file) for file in files])
    inputs = subject.preprocessing.tensor(pictures)
    graph, layers = subject.graph, subject.chosen_layers(settings.layers)
    reduced, outputs = reduction_function(graph, layers)(inputs)
    if not np.isfinite(outputs).all():
        raise NotApplicable("the network's output is not finite for these photographs")
    scores = subject.output.probabilities(np.asarray(outputs))
    top = np.argsort(-scores, axis=1, kind="stable")[:, :TOP_CLASSES].astype(np.int32)
    deconvnet = subject.deconvnet(settings.rule)
    projected: dict[str, ProjectedLayer] = {}
    for layer, (maxima, places, _) in zip(layers, reduced, strict=True):
        problem = rule_problem(graph, layer.node, settings.rule)
        projected[layer.name] = _layer(
            deconvnet, layer, inputs, np.asarray(maxima), np.asarray(places), problem
        )
    return PhotographsResult(
        paths=[Path(file).name for file in files],
        pictures=pictures,
        top_classes=top,
        top_probabilities=np.take_along_axis(scores, top, axis=1).astype(np.float32),
        class_names=mining.class_names,
        layers=projected,
        rule=settings.rule,
    )


def _layer(
    deconvnet: Deconvnet,
    layer: ReportableLayer,
    inputs: np.ndarray,
    maxima: np.ndarray,
    places: np.ndarray,
    problem: str,
) -> ProjectedLayer:
    """Project the strongest maps, none where a problem with the rule is told."""
    graph, kept = deconvnet.graph, 0 if problem else STRONGEST
    maps = np.argsort(-maxima, axis=1, kind="stable")[:, :kept].astype(np.int32)
    count, kept = maps.shape
    values = np.take_along_axis(maxima, maps, axis=1).astype(np.float32)
    rows, cols = np.divmod(np.take_along_axis(places, maps, axis=1).ravel(), layer.cols)
    signed = np.zeros((count * kept, *graph.input_shape), np.float32)
    indices = np.repeat(np.arange(count), kept)
    if kept:
        for part in deconvnet.project_units(inputs, layer, indices, rows, cols, maps.ravel()):
            part.put_into(signed)
    full = deconvnet.to_rgb(signed).astype(np.float32)
    # A map that is nowhere active has nothing to show.
    full[~(values.ravel() > 0)] = 0
    # The percentile of what is not zero: a small receptive field would vanish otherwise.
    scales = np.array([display_scale(np.abs(tile[tile != 0])) for tile in full], np.float32)
    fields = unit_fields(graph, layer.node, rows, cols).clipped(graph.input_shape)
    return ProjectedLayer(
        status=problem,
        maps=maps,
        values=values,
        fields=fields.reshape(count, kept, 4),
        projections=quantised(full, scales).reshape(count, kept, *full.shape[1:]),
        scales=scales.reshape(count, kept),
    )
