"""The inputs that the maps shown, and class units, like best."""

from __future__ import annotations

from typing import Any

import numpy as np

from vizreport.engine.ascent import ascent_function
from vizreport.engine.projection.crops import CropPlan, plan_crops
from vizreport.engine.projection.window_plan import multiply_adds
from vizreport.errors import NotApplicable
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.optimised_inputs.optimising import Ascend, Climb, optimise
from vizreport.experiments.optimised_inputs.pictures import Prepared, colour_statistics
from vizreport.experiments.optimised_inputs.result import OptimisedInputsResult, OptimisedLayer
from vizreport.experiments.settings import Given
from vizreport.experiments.top_patches.result import TopPatchesResult, first_places
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

FEWEST = 4
MULTIPLICATIONS = 5 * 10**11
"""What the maps of one layer may take, unless they are as few as they may be."""
_PLAIN = 3
"""Pixels need a third of the steps: nothing holds them back."""
_COLOURS = 64  # images whose colours are counted
_BYTES = 2**29  # of the values held for the units of one call


def compute(
    subject: Subject, settings: Given, mining: MiningResult, top_patches: TopPatchesResult
) -> OptimisedInputsResult:
    """Optimise an input for the unit in the middle of each map.

    Reads the results of mining and of the top-9.

    Raises
    ------
    NotApplicable
        If no map is alive, or activations are not finite.
    """
    require_sound(mining)
    steps = settings.optimised_steps
    plain_steps = max(1, steps // _PLAIN)
    chosen = _chosen(subject, settings, top_patches, steps + plain_steps)
    if not chosen:
        raise NotApplicable("no map in the layers shown is ever active")
    drawn = np.random.default_rng([settings.seed, 26]).permutation(len(mining.records))[:_COLOURS]
    colours = colour_statistics(subject.pictures(mining.records[np.sort(drawn)]))
    prepared = Prepared.of(subject.preprocessing)
    layers, total = {}, 0.0
    count = sum(len(maps) for _, maps, _ in chosen)
    with progress("optimising inputs", count, "maps") as bar:
        for layer, maps, cost in chosen:
            one = _MiddleUnits(subject, layer, prepared, *colours)
            layers[layer.name] = one.run(mining, maps, settings, steps, plain_steps, bar)
            total += cost * len(maps)
    return OptimisedInputsResult(
        layers=layers,
        mean_colour=colours[0],
        steps=steps,
        plain_steps=plain_steps,
        multiplications=total,
    )


def _chosen(
    subject: Subject, settings: Given, top: TopPatchesResult, steps: int
) -> list[tuple[ReportableLayer, np.ndarray, float]]:
    """Return, of each layer, the maps and what one of them costs: the first of those shown."""
    found = []
    for layer in subject.chosen_layers(settings.layers):
        if layer.name not in top.layers:
            continue
        size = _plan(subject, layer).size
        share = size[0] * size[1] / np.prod(subject.graph.input_shape[:2])
        cost = 3.0 * settings.optimised_diverse * steps * share * multiply_adds(
            subject.graph, layer.node, None
        )  # fmt: skip
        most = int(np.clip(MULTIPLICATIONS // max(cost, 1), FEWEST, max(FEWEST, 10**6)))
        shown = top.layers[layer.name]
        places = first_places(shown, min(most, settings.optimised_maps))
        maps = [int(shown.maps[p]) for p in places if not shown.dead[p]]
        if maps:
            found.append((layer, np.array(maps, np.int32), cost))
    return found


def _plan(subject: Subject, layer: ReportableLayer) -> CropPlan:
    """Return the crop for the unit in the middle of a layer's maps."""
    middle = np.array([layer.rows // 2]), np.array([layer.cols // 2])
    return plan_crops(subject.graph, layer.node, *middle)


class _MiddleUnits:
    """One layer's units, in the middle of their maps."""

    def __init__(
        self,
        subject: Subject,
        layer: ReportableLayer,
        prepared: Prepared,
        mean: np.ndarray,
        colours: np.ndarray,
    ) -> None:
        self.subject, self.layer, self.graph = subject, layer, subject.graph
        self.prepared, self.mean, self.colours = prepared, mean, colours
        self.plan = _plan(subject, layer)
        self.ascend = ascent_function(self.graph, layer.node, self.plan.size)
        middle = np.array([layer.rows // 2]), np.array([layer.cols // 2])
        field = unit_fields(self.graph, layer.node, *middle).clipped(self.graph.input_shape)[0]
        left, top = int(self.plan.lefts[0]), int(self.plan.tops[0])
        # What of the crop the unit sees.
        self.rows = slice(int(field[1]) - top, int(field[3]) - top)
        self.cols = slice(int(field[0]) - left, int(field[2]) - left)
        self.place = (top, left, *self.plan.size)

    def run(
        self,
        mining: MiningResult,
        maps: np.ndarray,
        settings: Given,
        steps: int,
        plain_steps: int,
        bar: Any,
    ) -> OptimisedLayer:
        """Optimise inputs for some of the layer's maps."""
        variants = settings.optimised_diverse
        natural, contrasts = self._natural(mining, maps)
        inner = self.rows.stop - self.rows.start, self.cols.stop - self.cols.start
        pictures = np.zeros((len(maps), variants, *inner, 3), np.uint8)
        plain = np.zeros((len(maps), *inner, 3), np.uint8)
        reached = np.zeros((len(maps), variants), np.float32)
        plain_reached = np.zeros(len(maps), np.float32)
        curves = np.zeros((len(maps), steps), np.float32)
        for units in self._calls(len(maps), variants):
            chosen = np.repeat(maps[units], variants)
            seeds = [
                (settings.seed, self.layer.node, int(m), v)
                for m in maps[units]
                for v in range(variants)
            ]
            climb = Climb(
                self.mean,
                self.colours,
                np.repeat(contrasts[units], variants),
                steps,
                seeds,
                diverse=variants,
            )
            found = optimise(self._of(chosen), self.prepared, self.place, climb)
            shape = (len(units), variants)
            pictures[units] = self._seen(found.pixels).reshape(*shape, *inner, 3)
            reached[units] = found.activations.reshape(shape)
            curves[units] = found.curve.T.reshape(*shape, steps)[:, 0]
            climb = Climb(
                self.mean,
                self.colours,
                contrasts[units],
                plain_steps,
                seeds[::variants],
                regularised=False,
            )
            found = optimise(self._of(maps[units]), self.prepared, self.place, climb)
            plain[units], plain_reached[units] = self._seen(found.pixels), found.activations
            bar.update(len(units))
        return OptimisedLayer(
            maps=maps,
            pictures=pictures,
            plain=plain,
            natural=natural,
            reached=reached,
            plain_reached=plain_reached,
            strongest=mining.layers[self.layer.name].values[maps, 0],
            contrasts=contrasts,
            curves=curves,
        )

    def _calls(self, count: int, variants: int) -> list[np.ndarray]:
        """Part units into calls whose values fit into memory."""
        share = np.prod(self.plan.size) / np.prod(self.graph.input_shape[:2])
        values = sum(
            np.prod(self.graph.nodes[i].shape) for i in self.graph.ancestors(self.layer.node)
        )
        held = 12 * share * values * variants  # there, back, and what is on the way
        size = int(np.clip(_BYTES // max(held, 1), 1, self.subject.batch_size))
        return [np.arange(s, min(s + size, count)) for s in range(0, count, size)]

    def _of(self, maps: np.ndarray) -> Ascend:
        rows, cols = (np.full(len(maps), each[0]) for each in (self.plan.rows, self.plan.cols))

        def ascend(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            activations, derivatives = self.ascend(x, rows, cols, maps)
            if not np.isfinite(activations).all() or not np.isfinite(derivatives).all():
                raise NotApplicable(f"activations of layer {self.layer.name} are not finite")
            return activations, derivatives

        return ascend

    def _seen(self, pixels: np.ndarray) -> np.ndarray:
        """Return what a unit sees of crops, as a person sees it: uint8 [U, h, w, 3]."""
        shown = self.subject.preprocessing.shown(pixels)
        return np.asarray(shown[:, self.rows, self.cols], np.uint8)

    def _natural(self, mining: MiningResult, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the fields of the strongest units, and their contrasts about the mean colour."""
        images, rows, cols = (
            getattr(mining.layers[self.layer.name], field)[maps, 0]
            for field in ("images", "rows", "cols")
        )
        fields = unit_fields(self.graph, self.layer.node, rows, cols)
        inner = self.rows.stop - self.rows.start, self.cols.stop - self.cols.start
        pictures = self.subject.pictures(mining.records[images])
        height, width = pictures.shape[1:3]
        shown = self.subject.preprocessing.shown(pictures)
        patches = np.full((len(maps), *inner, 3), 128, np.uint8)
        contrasts = np.zeros(len(maps), np.float32)
        boxes = fields.clipped(self.graph.input_shape)
        for i, (left, top, right, bottom) in enumerate(boxes):
            apart = pictures[i, top:bottom, left:right] - self.mean
            contrasts[i] = np.sqrt(np.square(apart).mean())
            low_y, low_x = (int(each) for each in fields.low[i])
            ys, xs = np.arange(inner[0]) + low_y, np.arange(inner[1]) + low_x
            if inner == (height, width):
                ys, xs = np.arange(height), np.arange(width)
            inside = np.ix_((ys >= 0) & (ys < height), (xs >= 0) & (xs < width))
            part = shown[i][np.ix_(ys.clip(0, height - 1), xs.clip(0, width - 1))]
            patches[i][inside] = part[inside]
        return patches, np.maximum(contrasts, 1)
