"""Layers that show nothing give their place to a neighbour that does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vizreport.data.reading import read_batches
from vizreport.errors import NotApplicable
from vizreport.experiments.top_patches.result import Replaced
from vizreport.graph.layers import ReportableLayer, reportable_layers
from vizreport.report import tone

if TYPE_CHECKING:
    from vizreport.experiments.context import Context

TOO_BLANK = 0.3
"""Share of blank projections above which a layer gives its place away."""
_IMAGES = 64  # looked at, at random
_MAPS, _EACH = 8, 2  # maps of a layer tried, and images of each: one batch of projections
_NEIGHBOURS = 4  # tried in turn


def layers_with_pictures(
    context: Context, layers: list[ReportableLayer]
) -> tuple[list[ReportableLayer], list[Replaced]]:
    """Replace layers of which over 30 % of the projections are blank.

    Of each layer but the first, eight maps that are above 0 are drawn at random and projected from
    the two images, of 64 drawn at random, in which each is strongest. A layer that is too blank
    gives its place to the nearest layer that is not, and is not shown already, among the four
    nearest; where there is none, it stays. The choice depends on the network and the data alone.

    Parameters
    ----------
    context : Context
        Has the network, a sample of whose units is projected.
    layers : list of ReportableLayer
        The default choice.

    Returns
    -------
    layers : list of ReportableLayer
    replaced : list of Replaced
    """
    graph = context.graph
    from vizreport.engine.presets import rule_problem

    every = [x for x in reportable_layers(graph) if not rule_problem(graph, x.node, "deconvnet")]
    tested = [layer for layer in layers[1:] if layer in every]
    shown: list[ReportableLayer] = list(layers)
    replaced: list[Replaced] = []
    sample = _Sample(context, tested) if tested else None
    if sample is None or not sample.images:
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


class _Sample:
    """Images drawn at random, and what projections of a layer's maps from them show."""

    def __init__(self, context: Context, layers: list[ReportableLayer]) -> None:
        random = np.random.default_rng(0)  # the seed asked for is not in every key
        records = np.sort(random.permutation(len(context.dataset.records))[:_IMAGES])
        batches = read_batches(context.dataset, context.preprocessing, context.batch_size, records)
        self._inputs = [context.preprocessing.tensor(batch.pictures) for batch in batches]
        self._inputs = [tensor for tensor in self._inputs if len(tensor)]
        self._context = context
        self._found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        if self._inputs:
            self._reduce(layers)

    @property
    def images(self) -> int:
        """How many could be read."""
        return sum(map(len, self._inputs))

    def _reduce(self, layers: list[ReportableLayer]) -> None:
        """Find the strongest activation of each map in each image, and its place: [B, M]."""
        from vizreport.engine.mining import reduction_function

        reduce = reduction_function(self._context.graph, layers)
        batches = [reduce(tensor)[0] for tensor in self._inputs]
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
        numbers, chosen = images[kept], maps[np.argwhere(kept)[:, 0]]
        rows, cols = np.divmod(places[numbers, chosen], layer.cols)
        context, energies = self._context, np.zeros(len(numbers))
        try:
            for part in context.deconvnet("deconvnet").project_units(
                np.concatenate(self._inputs), layer, numbers, rows, cols, chosen
            ):
                squares = np.square(context.to_rgb(part.pictures), dtype=np.float64)
                energies[part.chosen] = squares.sum(axis=(1, 2, 3))
        except NotApplicable:  # not finite
            return float("nan")
        strengths = np.zeros(kept.shape)
        strengths[kept] = np.sqrt(energies)
        return float(tone.blank(strengths)[kept].mean())
