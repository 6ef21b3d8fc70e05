"""The same images as an early layer and the last convolution of the network see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from vizreport.errors import NotApplicable
from vizreport.experiments.settings import Given
from vizreport.subject.subject import Subject

if TYPE_CHECKING:
    from vizreport.engine import Deconvnet
    from vizreport.graph.layers import ReportableLayer

UNITS = 16


class ProjectedPictures(TypedDict):
    """The fields of :class:`HogResult` from ``layers`` to ``scales``."""

    layers: list[str]
    problems: list[str]
    units: np.ndarray
    projections: np.ndarray
    scales: np.ndarray


def projections(subject: Subject, settings: Given, pictures: np.ndarray) -> ProjectedPictures:
    """Project the strongest units of two layers in each image, and add them up.

    Parameters
    ----------
    subject : Subject
        Has the network.
    settings : Given
        Of them layers, rule and occlusion_layer.
    pictures : uint8 [I, h, w, C]
        What the network saw, in its own colours.
    """
    from vizreport.drawing.tiles import display_scale, quantised
    from vizreport.engine.mining import reduction_function
    from vizreport.engine.presets import rule_problem

    graph, layers = subject.graph, shown_layers(subject, settings)
    deconvnet, inputs = subject.deconvnet(settings.rule), subject.preprocessing.tensor(pictures)
    reduced, _ = reduction_function(graph, layers)(inputs)
    problems, drawn, scales, units = [], [], [], []
    for layer, (maxima, places, _) in zip(layers, reduced, strict=True):
        summed = np.zeros((len(inputs), *graph.input_shape), np.float32)
        count = np.zeros(len(inputs), np.int32)
        problem = rule_problem(graph, layer.node, settings.rule)
        if not problem:
            try:
                summed, count = _summed(
                    deconvnet, layer, inputs, np.asarray(maxima), np.asarray(places)
                )
            except NotApplicable as not_finite:
                problem = str(not_finite)
        problems.append(problem)
        full = subject.to_rgb(summed).astype(np.float32)
        scale = [display_scale(np.abs(one[one != 0])) for one in full]
        scales.append(np.array(scale, np.float32))
        drawn.append(quantised(full, scales[-1]))
        units.append(count)
    shape = (0, *pictures.shape[:3], 3)
    return {
        "layers": [layer.name for layer in layers],
        "problems": problems,
        "units": np.array(units, np.int32).reshape(len(layers), len(inputs)),
        "projections": np.stack(drawn) if drawn else np.zeros(shape, np.uint8),
        "scales": np.array(scales, np.float32).reshape(len(layers), len(inputs)),
    }


def shown_layers(subject: Subject, settings: Given) -> list[ReportableLayer]:
    """Return the second of the chosen layers with places and the last convolution's output."""
    from vizreport.graph.layers import occluded_layer

    spatial = [
        layer for layer in subject.chosen_layers(settings.layers) if layer.rows * layer.cols > 1
    ]
    last = occluded_layer(subject.graph, settings.occlusion_layer)
    last = last or (spatial[-1] if spatial else None)
    found = [*spatial[:2][-1:], *([last] if last else [])]
    return sorted({layer.node: layer for layer in found}.values(), key=lambda layer: layer.node)


def _summed(
    deconvnet: Deconvnet,
    layer: ReportableLayer,
    inputs: np.ndarray,
    maxima: np.ndarray,
    places: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of the projections of each image's strongest units, and their number."""
    maps = np.argsort(-maxima, axis=1, kind="stable")[:, :UNITS]
    values = np.take_along_axis(maxima, maps, axis=1)
    image, rank = np.nonzero(values > 0)
    rows, cols = np.divmod(np.take_along_axis(places, maps, axis=1)[image, rank], layer.cols)
    full = np.zeros((len(image), *inputs.shape[1:]), np.float32)
    for part in deconvnet.project_units(inputs, layer, image, rows, cols, maps[image, rank]):
        part.put_into(full)
    member = (image == np.arange(len(inputs))[:, None]).astype(np.float32)
    summed = (member @ full.reshape(len(image), inputs[0].size)).reshape(inputs.shape)
    return summed, member.sum(axis=1).astype(np.int32)
