"""Layers that show nothing give their place to a neighbour that does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import tone
from vizreport.errors import NotApplicable
from vizreport.graph.layers import ReportableLayer, reportable_layers
from vizreport.subject.replaced import Replaced

if TYPE_CHECKING:
    from vizreport.engine import Deconvnet

TOO_BLANK = 0.3
"""Share of blank projections above which a layer gives its place away."""
_IMAGES = 64  # looked at, at random
_MAPS, _EACH = 8, 2  # maps of a layer tried, and images of each: one batch of projections
_NEIGHBOURS = 4  # tried in turn


def layers_with_pictures(
    deconvnet: Deconvnet,
    sampled: Callable[[int], list[np.ndarray]],
    layers: list[ReportableLayer],
) -> tuple[list[ReportableLayer], list[Replaced]]:
    """Replace layers of which over 30 % of the projections are blank.

    Of each layer but the first, eight maps that are above 0 are drawn at random and projected from
    the two images, of 64 drawn at random, in which each is strongest. A layer that is too blank
    gives its place to the nearest layer that is not, and is not shown already, among the four
    nearest; where there is none, it stays. The choice depends on the network and the data alone.

    Parameters
    ----------
    deconvnet : Deconvnet
        Of the network, a sample of whose units is projected.
    sampled : callable
        Number of images -> inputs of at most as many, drawn at random, in batches.
    layers : list of ReportableLayer
        The default choice.

    Returns
    -------
    layers : list of ReportableLayer
    replaced : list of Replaced
    """
    graph = deconvnet.graph
    from vizreport.engine.presets import rule_problem

    every = [x for x in reportable_layers(graph) if not rule_problem(graph, x.node, "deconvnet")]
    tested = [layer for layer in layers[1:] if layer in every]
    shown: list[ReportableLayer] = list(layers)
    replaced: list[Replaced] = []
    sample = _Sampled(deconvnet, sampled(_IMAGES), tested) if tested else None
    if sample is None or not sample.inputs:
        return shown, replaced
    for layer in tested:
        share = sample.blank(layer)
        if not share > TOO_BLANK:
            continue
        place = every.index(layer)
        free = [other for other in every[1:] if other not in shown]
        nearest = sorted(free, key=lambda other: abs(every.index(other) - place))[:_NEIGHBOURS]
        for other in nearest:
            if sample.blank(other) <= TOO_BLANK:
                shown[shown.index(layer)] = other
                replaced.append(Replaced(layer=layer.name, blank=share, instead=other.name))
                break
    return sorted(shown, key=lambda layer: layer.node), replaced


class _Sampled:
    """Images drawn at random, and what projections of a layer's maps from them show."""

    def __init__(
        self, deconvnet: Deconvnet, inputs: list[np.ndarray], layers: list[ReportableLayer]
    ) -> None:
        self.inputs = inputs
        self._deconvnet = deconvnet
        self._found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        if inputs:
            self._reduce(layers)

    def _reduce(self, layers: list[ReportableLayer]) -> None:
        """Find the strongest activation of each map in each image, and its place: [B, M]."""
        from vizreport.engine.mining import reduction_function

        reduce = reduction_function(self._deconvnet.graph, layers)
        batches = [reduce(tensor)[0] for tensor in self.inputs]
        for number, layer in enumerate(layers):
            values, places = (
                np.concatenate([np.asarray(batch[number][part]) for batch in batches])
                for part in (0, 1)
            )
            self._found[layer.node] = values, places

    def blank(self, layer: ReportableLayer) -> float:
        """Return the share of blank projections; NaN where none can be made."""
        if layer.node not in self._found:
            self._reduce([layer])
        values, places = self._found[layer.node]
        active = np.flatnonzero((values > 0).any(axis=0))
        maps = np.random.default_rng(layer.node).permutation(active)[:_MAPS]
        images = np.argsort(-values[:, maps], axis=0, kind="stable")[:_EACH].T  # [maps, each]
        kept = values[images, maps[:, None]] > 0
        if not kept.any():
            return float("nan")
        indices, chosen = images[kept], maps[np.argwhere(kept)[:, 0]]
        rows, cols = np.divmod(places[indices, chosen], layer.cols)
        deconvnet, energies = self._deconvnet, np.zeros(len(indices))
        try:
            for part in deconvnet.project_units(
                np.concatenate(self.inputs), layer, indices, rows, cols, chosen
            ):
                squares = np.square(deconvnet.to_rgb(part.pictures), dtype=np.float64)
                energies[part.chosen] = squares.sum(axis=(1, 2, 3))
        except NotApplicable:  # not finite
            return float("nan")
        strengths = np.zeros(kept.shape)
        strengths[kept] = np.sqrt(energies)
        return float(tone.blank(strengths)[kept].mean())
