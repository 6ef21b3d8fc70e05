"""Networks that put many operations side by side, each before a score of its own.

One network serves a whole family of operations, because tracing is what costs time: 1x1
convolutions of the image make each operation's inputs, of both signs; behind it stands a linear
unit that looks at all of its output with random weights, so that the signal coming down has both
signs everywhere. The score's projection passes through that operation alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
from keras import layers

from tests.engine import oracle
from tests.engine.float64 import floats, randomise
from vizreport.engine import Deconvnet

PRESETS = ("deconvnet", "guided", "gradient")


@dataclass(frozen=True)
class Case:
    """``make()`` gives what is applied to the tensors; the oracle is given it, for its weights."""

    make: Callable[[], Callable]
    expected: Callable[..., oracle.Signal]
    inputs: int = 1


def function(operation: Callable, expected: Callable, inputs: int = 1) -> Case:
    """Return the case of a function of tensors; ``expected(preset, *signals)``."""
    return Case(lambda: operation, lambda preset, _, *s: expected(preset, *s), inputs)


class Family:
    """Cases by name on one network, in float64.

    ``ties`` rounds the second image and the inputs' weights, so that many values are equal;
    ``spread`` scales the inputs.
    """

    def __init__(
        self,
        cases: dict[str, Case],
        presets: tuple[str, ...] = PRESETS,
        shape: tuple[int, int, int] = (5, 6, 5),
        maps: int = 6,
        tolerance: float = 1e-12,
        ties: bool = False,
        spread: float = 1.0,
    ) -> None:
        self.cases, self.presets, self.shape, self.maps = cases, presets, shape, maps
        self.tolerance, self.ties, self.spread = tolerance, ties, spread
        self.projected: dict[str, dict[str, np.ndarray]] = {}

    @cached_property
    def images(self) -> np.ndarray:
        x = np.random.default_rng(1).normal(size=(2, *self.shape))
        if self.ties:
            x[1] = np.round(x[1])
        return x

    @cached_property
    def parts(self) -> tuple[keras.Model, dict[str, tuple[list, Any, Any]]]:
        parts = {}
        with floats("float64"):
            image = keras.Input(self.shape)
            scores = []
            for name, case in self.cases.items():
                branches = [layers.Conv2D(self.maps, 1) for _ in range(case.inputs)]
                tensors = [branch(image) for branch in branches]
                made = case.make()
                whole = isinstance(made, layers.Layer) and len(tensors) > 1
                y = made(tensors) if whole else made(*tensors)
                if len(y.shape) == 2:
                    head = layers.Dense(1)
                    scores.append(head(y))
                else:
                    head = layers.Conv2D(1, y.shape[1:3])
                    scores.append(layers.Flatten()(head(y)))
                parts[name] = (branches, made, head)
            y = layers.Concatenate(name="scores")(scores) if len(scores) > 1 else scores[0]
            model = randomise(keras.Model(image, y))
        for branches, _, _ in parts.values():
            for branch in branches:
                kernel = branch.kernel.numpy() * self.spread
                if self.ties:
                    branch.bias.assign(np.round(branch.bias.numpy()))
                    kernel = np.round(2 * kernel)
                branch.kernel.assign(kernel)
        return model, parts

    @cached_property
    def predicted(self) -> np.ndarray:
        return np.asarray(self.parts[0](self.images))

    def found(self, preset: str) -> np.ndarray:
        """Projections [cases, images, H, W, C] under one preset."""
        if preset not in self.projected:
            deconvnet = Deconvnet(self.parts[0], preset)
            scores = deconvnet.layers()[-1]
            maps, numbers = np.divmod(np.arange(2 * len(self.cases)), 2)
            full = np.zeros((len(maps), *self.shape))
            for part in deconvnet.project_units(
                self.images, scores, numbers, 0 * maps, 0 * maps, maps
            ):
                part.put_into(full)
            self.projected[preset] = full.reshape(-1, 2, *self.shape)
        return self.projected[preset]

    def check(self, name: str) -> None:
        """Compare one case with its oracle, forward and back under every preset."""
        branches, made, head = self.parts[1][name]
        index = list(self.cases).index(name)
        for preset in self.presets:
            for n, x in enumerate(self.images):
                source = oracle.Signal(x)
                signals = [oracle.conv(source, *branch.get_weights()) for branch in branches]
                between = self.cases[name].expected(preset, made, *signals)
                apply = oracle.dense if between.value.ndim == 1 else oracle.conv
                target = apply(between, *head.get_weights())
                # TensorFlow rounds some constants to float32, hence not closer.
                np.testing.assert_allclose(
                    target.value.item(), self.predicted[n, index], rtol=1e-7, atol=1e-7
                )
                wanted = oracle.project(target, (0,) * target.value.ndim, source)
                limit = self.tolerance * np.abs(wanted).max()
                assert limit > 0
                np.testing.assert_allclose(
                    self.found(preset)[index, n], wanted, rtol=0, atol=limit, err_msg=preset
                )
