"""Layers made random one after the other; filters and switches exchanged for random ones."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from keras import ops

from vizreport.drawing.tiles import display_scale, quantised
from vizreport.engine.presets import rule_problem
from vizreport.engine.projection.split_passes import decided, down_function, up_function
from vizreport.errors import NotApplicable
from vizreport.experiments.mining.one_layer import with_layer
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.sanity.panels import Panels, Randomising, no_panels, panels
from vizreport.experiments.sanity.randomisation import (
    WeightedLayer,
    shuffle,
    weighted_layers,
    weights_kept,
)
from vizreport.experiments.sanity.result import (
    CONTROLS,
    METHODS,
    SanityResult,
    States,
    TestedLayer,
    TestedUnits,
)
from vizreport.experiments.sanity.similarity import MEASURES, WINDOW, Original
from vizreport.experiments.sanity.units import (
    choose_classes,
    choose_units,
    tested_layers,
    visible,
)
from vizreport.experiments.settings import Given
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject
from vizreport.system.processors import processors
from vizreport.system.progress import progress

MOST_STEPS = 8
DRAWS = 3
"""Draws of random weights of the states that are judged."""
# What the forward passes of units that are projected together may hand down, bytes.
_TOGETHER = 2**26


def compute(
    subject: Subject, settings: Given, mining: MiningResult, pieces: Pieces
) -> SanityResult:
    """Compare pictures of random networks with the trained one's.

    Reads the mining result, from which units and images are chosen.

    Raises
    ------
    NotApplicable
        If no layer has weights below it, or no unit is active.
    """
    graph = subject.graph
    require_sound(mining)
    tests: list[tuple[ReportableLayer, TestedUnits, np.ndarray, list[list[WeightedLayer]]]] = []
    count = settings.sanity_units
    for layer in tested_layers(subject, settings):
        units: TestedUnits | None
        if layer.kind == "output" and subject.output.classes:
            units = choose_classes(mining, layer, 2 * count, settings.seed)
        elif layer.name in mining.layers or layer.kind != "output":
            mined = with_layer(subject, pieces, mining, layer)
            units = choose_units(mined, layer, 2 * count, settings.seed)
        else:
            continue
        weighted = weighted_layers(graph, layer.node)
        if units is None or not weighted:
            continue
        known = [method for method in METHODS if not rule_problem(graph, layer.node, method)]
        shown = np.ones(len(units.maps), bool)
        if known:
            shown = visible(subject, mining, layer, units, known[0])
        chosen = np.flatnonzero(shown if shown.any() else ~shown)[:count]
        tests.append((layer, units.taken(chosen), shown, steps(weighted)))
    if not tests:
        raise NotApplicable(
            "no unit in the deep layers is ever active, or no weights lie below them"
        )
    top = tests[-1][0].node
    problems = {method: rule_problem(graph, top, method) for method in METHODS}
    methods = [method for method in METHODS if not problems[method]]
    found: dict[str, TestedLayer] = {}
    total = sum(
        (1 + len(below) + len(CONTROLS) + 3 * (DRAWS - 1)) * len(units.maps)
        for _, units, _, below in tests
    )
    panel: Panels | None = None
    with progress("making random", total * len(methods), "pictures") as bar:
        for layer, units, shown, below in tests:
            shows = bool(methods) and panel is None and layer.name in mining.layers
            test = _Test(subject, mining, layer, units, methods, shows)
            found[layer.name] = TestedLayer(
                scores=layer.kind == "output" and subject.output.classes > 0,
                steps=[[name for one in piece for name in one.names] for piece in below],
                poolings=sum(
                    graph.nodes[index].kind == "max_pooling"
                    for index in graph.ancestors(layer.node)
                ),
                tried=len(shown),
                visible=int(shown.sum()),
                units=units,
                states=test.run(below, settings.seed, bar),
            )
            if shows:
                randomising = Randomising(below, test.batch, settings.seed, test.up, test.down[0])
                panel = panels(subject, mining, layer, units.maps, randomising)
    return SanityResult(
        layers=found,
        methods=methods,
        problems={method: problem for method, problem in problems.items() if problem},
        **(panel or no_panels()),
    )


def steps(layers: list[WeightedLayer]) -> list[list[WeightedLayer]]:
    """Part the layers into at most eight pieces, from the top; the first is the top layer alone.

    A piece lists its layers from the input on.
    """
    downwards = layers[::-1]
    if len(downwards) <= MOST_STEPS:
        return [[layer] for layer in downwards]
    bounds = np.linspace(1, len(downwards), MOST_STEPS).round().astype(int)
    return [
        downwards[begin:end][::-1]
        for begin, end in zip([0, *bounds[:-1]], bounds, strict=True)
    ]  # fmt: skip


class _Test:
    """The units of one layer, projected from one state of the network after the other."""

    def __init__(
        self,
        subject: Subject,
        mining: MiningResult,
        layer: ReportableLayer,
        units: TestedUnits,
        methods: list[str],
        watched: bool,
    ) -> None:
        graph = subject.graph
        self.methods, self.to_rgb = methods, subject.to_rgb
        pictures = subject.pictures(mining.records[units.images])
        self.seen = subject.preprocessing.shown(pictures)
        self.inputs = np.asarray(subject.preprocessing.tensor(pictures), graph.dtype)
        self.units = units
        self.fields = _fields(graph, layer, units)
        handed = sum(int(np.prod(graph.nodes[i].shape)) for i in decided(graph, layer.node))
        self.batch = max(1, min(len(units.maps), _TOGETHER // (4 * max(handed, 1))))
        self._generators: dict[tuple[int, ...], np.random.Generator] = {}
        self.up = up_function(graph, layer.node)
        self.down = [
            down_function(graph, layer.node, method, self.batch, watched and number == 0)
            for number, method in enumerate(methods)
        ]

    def run(self, pieces: list[list[WeightedLayer]], seed: int, bar: Any) -> States:
        """Compare every state with the trained one."""
        units, states = len(self.units.maps), 1 + len(pieces) + len(CONTROLS)
        similarity = np.ones((len(self.methods), states, units, len(MEASURES)), np.float32)
        left, top, right, bottom = self.fields[0]
        shape = (len(self.methods), states, bottom - top, right - left, 3)
        example, scales = np.zeros(shape, np.float32), np.zeros((*shape[:2], units), np.float32)
        ends = [1, len(pieces), states - 1]
        drawn = np.zeros((len(self.methods), DRAWS, len(ends), *similarity.shape[2:]), np.float32)
        layers = [layer for piece in pieces for layer in piece]
        for start in range(0, units, self.batch):
            chosen = np.arange(start, min(start + self.batch, units))
            true = self.up(self.inputs[np.resize(chosen, self.batch)])
            originals: dict[int, list[Original]] = {}
            with ThreadPoolExecutor(processors()) as pool:
                for m, _, pictures in self._down(true, 0, chosen):
                    cut, limits = self._cut(pictures, chosen)
                    originals[m] = list(pool.map(Original, cut, limits))
                    scales[m, 0, chosen] = limits
                    if start == 0:
                        example[m, 0] = cut[0]
                    bar.update(len(chosen))
                for draw in range(DRAWS):
                    with weights_kept(layers):
                        for m, state, pictures in self._random(true, chosen, pieces, (seed, draw)):
                            cut, limits = self._cut(pictures, chosen)
                            alike = list(pool.map(Original.similarity, originals[m], cut, limits))
                            for place in (i for i, each in enumerate(ends) if each == state):
                                drawn[m, draw, place, chosen] = alike
                            if draw == 0:
                                similarity[m, state, chosen] = alike
                                scales[m, state, chosen] = limits
                            if draw == 0 and start == 0:
                                example[m, state] = cut[0]
                            bar.update(len(chosen))
        flat = example.reshape(-1, *shape[2:])
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a picture may be blank in every draw
            similarity[:, ends] = np.nanmean(drawn, axis=1)
        return States(
            fields=self.fields,
            cascade=similarity[:, 1 : 1 + len(pieces)],
            controls=similarity[:, 1 + len(pieces) :],
            drawn=drawn,
            blank=(scales == 0).sum(axis=2).astype(np.int32),
            pictures=self.seen[0, top:bottom, left:right],
            projections=quantised(flat, scales[..., 0].ravel()).reshape(shape),
            scales=scales[..., 0],
        )

    def _random(
        self,
        true: list[Any],
        chosen: np.ndarray,
        pieces: list[list[WeightedLayer]],
        seeds: tuple[int, int],
    ) -> Iterator[tuple[int, int, np.ndarray]]:
        """Yield method, state and pictures [u, H, W, 3] of every state but the trained one.

        ``true`` is what the trained network's forward pass decided, ``seeds`` the seed and the
        number of the draw. Of further draws only the states that are judged: topmost layer
        random, all random, and both random. The weights are random afterwards.
        """
        x = self.inputs[np.resize(chosen, self.batch)]
        controls = 1 + len(pieces)
        seed, draw = seeds
        drawn = (draw,) * (draw > 0)  # the first draw's random numbers have no further seed
        random = _shuffled(true, lambda shape: self._generator((seed, *drawn), shape))
        if not draw:
            yield from self._down(random, controls + 1, chosen)
        for number, piece in enumerate(pieces):
            for place, layer in enumerate(piece):
                shuffle(layer, (seed, number, place, *drawn))
            if not draw or number in (0, len(pieces) - 1):
                yield from self._down(self.up(x), 1 + number, chosen)
        if not draw:
            yield from self._down(true, controls, chosen)
        yield from self._down(random, controls + 2, chosen)

    def _generator(self, seed: Sequence[int], shape: tuple[int, ...]) -> np.random.Generator:
        """Return random numbers for outputs of a shape; they go on from batch to batch."""
        key = (*seed, len(self.units.maps), *shape)
        if key not in self._generators:
            self._generators[key] = np.random.default_rng(key)
        return self._generators[key]

    def _down(
        self, values: list[Any], state: int, chosen: np.ndarray
    ) -> Iterator[tuple[int, int, np.ndarray]]:
        """Yield method, ``state`` and pictures, from what a forward pass decided."""
        units = self.units.taken(np.resize(chosen, self.batch))
        for m, function in enumerate(self.down):
            signed = function(values, units.rows, units.cols, units.maps)[0][: len(chosen)]
            if not np.isfinite(signed).all():
                raise NotApplicable("the values of the projections are not finite")
            yield m, state, self.to_rgb(signed).astype(np.float32)

    def _cut(
        self, pictures: np.ndarray, chosen: np.ndarray
    ) -> tuple[list[np.ndarray], list[float]]:
        """Return what each unit sees of its picture, and the value shown as full white."""
        cut = [
            picture[top:bottom, left:right]
            for picture, (left, top, right, bottom) in zip(
                pictures, self.fields[chosen], strict=True
            )
        ]
        return cut, [display_scale(np.abs(one)) for one in cut]


def _shuffled(
    values: list[Any], generator: Callable[[tuple[int, ...]], np.random.Generator]
) -> list[Any]:
    """Put what a forward pass decided into random order: each map's values over its places.

    What has no places is shuffled over its units. Outputs of one shape share their order, so
    that a rectifier and the pooling behind it still agree.
    """
    arrays = [np.asarray(value) for value in values]
    mixed: list[Any] = [None] * len(arrays)
    for shape in dict.fromkeys(array.shape for array in arrays):
        alike = [number for number, array in enumerate(arrays) if array.shape == shape]
        # Exchanged together: most of the time goes into choosing places.
        joint = np.stack([arrays[number] for number in alike], axis=-1)
        records = joint.view(np.dtype((np.void, joint.strides[-2])))[..., 0]
        flat = records.reshape(shape[0], -1, shape[-1]) if len(shape) == 4 else records
        generator(shape[1:]).permuted(flat, axis=1, out=flat)
        for place, number in enumerate(alike):
            # As tensors: every method's way down takes them, twice.
            mixed[number] = ops.convert_to_tensor(joint[..., place])
    return mixed


def _fields(graph: Graph, layer: ReportableLayer, units: TestedUnits) -> np.ndarray:
    """Return what each unit sees, inside the input and large enough to be compared: [U, 4]."""
    if min(graph.input_shape[:2]) < WINDOW:
        raise NotApplicable(
            f"projections smaller than {WINDOW} x {WINDOW} px are too small to compare"
        )
    fields = unit_fields(graph, layer.node, units.rows, units.cols).clipped(graph.input_shape)
    for axis, size in ((0, graph.input_shape[1]), (1, graph.input_shape[0])):
        low = np.clip(fields[:, axis], 0, size - WINDOW)
        fields[:, axis + 2] = np.maximum(fields[:, axis + 2], low + WINDOW)
        fields[:, axis] = low
    return fields
