"""Which units are projected again and again while the network is taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import tone
from vizreport.experiments.mining.living import nearly_dead
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.sanity.result import TestedUnits
from vizreport.experiments.settings import Given
from vizreport.graph.layers import occluded_layer
from vizreport.subject.subject import Subject

if TYPE_CHECKING:
    from vizreport.graph.layers import ReportableLayer


def visible(
    subject: Subject, mining: MiningResult, layer: ReportableLayer, units: TestedUnits, method: str
) -> np.ndarray:
    """Return which units' projections are not blank: bool [U].

    Parameters
    ----------
    subject : Subject
        Has the network and the images.
    mining : MiningResult
        What the units' images are numbered in.
    layer : ReportableLayer
        The layer of the units.
    units : TestedUnits
        Candidates of the layer.
    method : str
        Preset of backward rules.
    """
    inputs = subject.preprocessing.tensor(subject.pictures(mining.records[units.images]))
    strengths = np.zeros(len(units.maps))
    for part in subject.deconvnet(method).project_units(
        inputs, layer, np.arange(len(strengths)), units.rows, units.cols, units.maps
    ):
        energies = np.square(subject.to_rgb(part.pictures), dtype=np.float64)
        strengths[part.chosen] = np.sqrt(energies.sum(axis=(1, 2, 3)))
    seen: np.ndarray = ~tone.blank(strengths[:, None])[:, 0]
    return seen


def tested_layers(subject: Subject, settings: Given) -> list[ReportableLayer]:
    """Return the last convolution before the classifier, then the network's output.

    A network that gives out feature maps has the last of its chosen layers tested.
    """
    graph = subject.graph
    from vizreport.graph.layers import reportable_layers
    from vizreport.graph.outputs import output_node

    deep = occluded_layer(graph, settings.occlusion_layer)
    output = output_node(graph)
    found = [deep] if deep is not None else subject.chosen_layers(settings.layers)[-1:]
    last = [layer for layer in reportable_layers(graph) if layer.node == output]
    return [layer for layer in found if layer.node != output] + last


def choose_units(
    mining: MiningResult, layer: ReportableLayer, count: int, seed: int
) -> TestedUnits | None:
    """Choose maps at random, each with its strongest unit over the data; None if all are dead.

    Nearly dead maps are passed over.
    """
    random = np.random.default_rng([seed, layer.node])
    mined = mining.layers[layer.name]
    values = mined.values[:, 0]
    alive = np.flatnonzero((values > 0) & ~nearly_dead(mining, layer.name))  # NaN is not
    if not len(alive):
        return None
    maps = random.permutation(alive)[:count]
    images, rows, cols = (part[maps, 0] for part in (mined.images, mined.rows, mined.cols))
    return TestedUnits(images, maps.astype(np.int32), rows, cols, values[maps])


def choose_classes(
    mining: MiningResult, layer: ReportableLayer, count: int, seed: int
) -> TestedUnits:
    """Choose images at random, as far as possible of different predicted classes, which they test.

    The value of such a unit is the class's probability. One score for two classes is one unit: the
    images that it takes for its class come first.
    """
    random = np.random.default_rng([seed, layer.node])
    order = random.permutation(len(mining.records))
    predicted = mining.top_classes[order, 0]
    if mining.output["kind"] == "binary":
        images = order[np.argsort(predicted == 0, kind="stable")][:count].astype(np.int32)
        zeros = np.zeros(len(images), np.int32)
        p, is_second = mining.top_probabilities[images, 0], mining.top_classes[images, 0] == 1
        return TestedUnits(images, zeros, zeros, zeros, np.where(is_second, p, 1 - p))
    _, firsts = np.unique(predicted, return_index=True)
    again = np.ones(len(order), bool)
    again[firsts] = False
    images = order[np.argsort(again, kind="stable")][:count].astype(np.int32)
    zeros = np.zeros(len(images), np.int32)
    return TestedUnits(
        images,
        mining.top_classes[images, 0],
        zeros,
        zeros,
        mining.top_probabilities[images, 0],
    )
