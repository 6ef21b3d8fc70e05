"""The way down with switches or filters from elsewhere, against the slow oracle."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine import networks, oracle
from tests.engine.float64 import floats, randomise
from vizreport.engine import Deconvnet
from vizreport.engine.projection import split_passes
from vizreport.engine.projection.split_passes import (
    decided,
    down_function,
    rectifiers_below,
    up_function,
)
from vizreport.engine.projection.window_plan import plan_windows
from vizreport.experiments.sanity.randomisation import shuffle, weighted_layers, weights_kept
from vizreport.graph.trace import trace

PRESETS = ("deconvnet", "guided", "gradient")
UNIT = (1, 0, 2)


@cache
def small():
    """Conv, ReLU, overlapping max pooling, conv, ReLU in float64; its graph and target."""
    with floats("float64"):
        image = keras.Input((13, 12, 3))
        x = layers.Conv2D(4, 3, activation="relu", name="first")(image)
        x = layers.MaxPooling2D(3, 2)(x)
        x = layers.Conv2D(3, 2, activation="relu", name="second")(x)
        model = randomise(keras.Model(image, x), 3)
    graph = trace(model)
    return model, graph, graph.outputs[0]


def oracle_down(weights, rectified, pooled, preset):
    """Pull 1 down through filters, and through the switches of any values handed in."""
    (first, _), (second, _) = weights
    bottom = oracle.conv(oracle.Signal(np.zeros((13, 12, 3))), first)
    rectifier = oracle.relu(oracle.Signal(rectified), preset)
    pooling = oracle.max_pool(oracle.Signal(pooled), (3, 3), (2, 2))
    top = oracle.conv(oracle.Signal(np.zeros(pooling.value.shape)), second)
    (g,) = top.pull(np.eye(3)[UNIT[2]] * one_place(top.value.shape[:2]))
    for operation in (pooling, rectifier, bottom):
        (g,) = operation.pull(g)
    return g


def one_place(shape):
    seed = np.zeros((*shape, 1))
    seed[UNIT[:2]] = 1
    return seed


def units(count, unit=UNIT):
    return [np.full(count, part) for part in unit]


@pytest.mark.parametrize("preset", PRESETS)
def test_filters_and_switches_from_different_places(preset):
    model, graph, target = small()
    random = np.random.default_rng(0)
    x = random.normal(size=(2, 13, 12, 3))
    down = down_function(graph, target, preset, 2)
    true = up_function(graph, target)(x)
    # Both inputs of the rectifiers, the pooling's input among them.
    shapes = [graph.nodes[index].shape for index in decided(graph, target)]
    assert shapes == [(11, 10, 4), (11, 10, 4), (4, 3, 3)]
    elsewhere = [random.normal(size=value.shape) for value in true]
    weights = weighted_layers(graph, target)
    with weights_kept(weights):
        pairs = [(true, "true"), (elsewhere, "true")]
        for layer in weights:
            shuffle(layer, (5,))
        pairs += [(true, "random"), (elsewhere, "random")]
        shuffled = [model.get_layer(name).get_weights() for name in ("first", "second")]
        found = [down(values, *units(2))[0] for values, kind in pairs if kind != "true"]
    trained = [model.get_layer(name).get_weights() for name in ("first", "second")]
    found = [down(values, *units(2))[0] for values, _ in pairs[:2]] + found
    assert not np.array_equal(trained[0][0], shuffled[0][0])
    for (values, kind), pictures in zip(pairs, found, strict=True):
        filters = trained if kind == "true" else shuffled
        for i in range(2):
            wanted = oracle_down(
                filters, np.asarray(values[0])[i], np.asarray(values[1])[i], preset
            )
            assert np.abs(wanted).max() > 0
            np.testing.assert_allclose(pictures[i], wanted, atol=1e-12)


@pytest.mark.parametrize(
    ("build", "preset"),
    [
        (networks.zfnet, "guided"),
        (networks.resnet, "deconvnet"),
        (networks.squeezenet, "gradient"),
    ],
)
def test_nothing_exchanged_is_the_projection(build, preset):
    size = networks.SIZES[build]
    with floats("float64"):
        image = keras.Input((*size, 3))
        model = randomise(keras.Model(image, build(image)))
    x = np.random.default_rng(1).normal(size=(1, *size, 3))
    deconvnet = Deconvnet(model, preset)
    graph, layer = deconvnet.graph, deconvnet.layers()[-1]
    y = model(x).numpy()[0]
    unit = np.unravel_index(y.argmax(), y.shape)
    values = up_function(graph, layer.node)(x)
    found, _ = down_function(graph, layer.node, preset, 1)(values, *units(1, unit))
    wanted = deconvnet.project(x, layer.name, tuple(int(part) for part in unit))
    np.testing.assert_allclose(found * y.max(), wanted, atol=1e-12 * np.abs(wanted).max())


@pytest.mark.parametrize(
    ("name", "preset"), [("zfnet", "gradient"), ("squeezenet", "guided"), ("mobile", "deconvnet")]
)
def test_windows_hold_all_of_the_signal(name, preset, monkeypatch):
    """Through windows and whole, with values from elsewhere, in the corners and the middle."""
    graph = trace(networks.network(name))
    target = next(
        node.index
        for node in graph.nodes[::-1]
        if node.kind == "relu" and (plan := plan_windows(graph, node.index))
        and 2 * np.prod(plan.sizes[0]) < np.prod(graph.input_shape[:2])
    )  # fmt: skip
    random = np.random.default_rng(4)
    count, shape = 5, graph.nodes[target].shape
    values = [
        random.normal(size=(count, *graph.nodes[index].shape)) for index in decided(graph, target)
    ]
    rows, cols, maps = (random.integers(length, size=count) for length in shape)
    rows[:2], cols[:2] = (0, shape[0] - 1), (0, shape[1] - 1)
    found = []
    for least in (0, np.inf):
        monkeypatch.setattr(split_passes, "LEAST_GAIN", least)
        down = down_function(graph, target, preset, count, True)
        found.append(down(values, rows, cols, maps))
    for windows, whole in zip(*found, strict=True):
        assert np.abs(whole).max(axis=tuple(range(1, whole.ndim))).all()
        np.testing.assert_allclose(windows, whole, atol=1e-12 * np.abs(whole).max())


def test_what_a_rectifier_passes_is_watched():
    """By hand: the signal above the rectifier through the oracle's pooling, squared and summed."""
    model, graph, target = small()
    x = np.random.default_rng(3).normal(size=(2, 13, 12, 3))
    values = up_function(graph, target)(x)
    pictures, passed = down_function(graph, target, "deconvnet", 2, True)(values, *units(2))
    plain, nothing = down_function(graph, target, "deconvnet", 2)(values, *units(2))
    assert nothing.shape == (2, 0)
    np.testing.assert_array_equal(pictures, plain)
    assert [graph.nodes[index].layer for index in rectifiers_below(graph, target)] == ["first"]
    assert passed.shape == (2, 1)
    second = model.get_layer("second").get_weights()[0]
    for i in range(2):
        pooling = oracle.max_pool(oracle.Signal(np.asarray(values[1])[i]), (3, 3), (2, 2))
        top = oracle.conv(oracle.Signal(np.zeros(pooling.value.shape)), second)
        (g,) = top.pull(np.eye(3)[UNIT[2]] * one_place(top.value.shape[:2]))
        (g,) = pooling.pull(g)
        wanted = np.square(np.maximum(g, 0)).sum() / np.square(g).sum()
        assert 0.01 < wanted < 0.99
        assert float(passed[i, 0]) == pytest.approx(wanted, abs=1e-12)


def test_weights_come_back_to_the_bit_even_after_an_error():
    model, graph, target = small()
    before = [weight.numpy() for weight in model.weights]
    weights = weighted_layers(graph, target)
    with suppress(KeyError), weights_kept(weights):
        for layer in weights:
            shuffle(layer, (1,))
        during = [weight.numpy() for weight in model.weights]
        raise KeyError
    for weight, mixed, value in zip(model.weights, during, before, strict=True):
        assert not np.array_equal(mixed, value)
        np.testing.assert_array_equal(np.sort(mixed, axis=None), np.sort(value, axis=None))
        np.testing.assert_array_equal(weight, value)


def test_branches_are_one_layer_and_normalisation_belongs_to_its_convolution():
    image = keras.Input((69, 54, 3))
    graph = trace(keras.Model(image, networks.resnet(image)))
    found = weighted_layers(graph, graph.outputs[0])
    convolutions = [
        [name for name in layer.names if "batch" not in name] for layer in found
    ]  # fmt: skip
    assert convolutions == [
        ["stem"],
        ["block1_a", "block1_b"],
        ["block2_a", "block2_shortcut", "block2_b"],
    ]
    assert [len(layer.names) for layer in found] == [2, 4, 6]
    assert sum(len(layer.variables) for layer in found) == len(graph_weights(graph))
    fires = trace(keras.Model(image, networks.squeezenet(image)))
    assert [layer.names for layer in weighted_layers(fires, fires.outputs[0])] == [
        ("conv1",),
        ("fire2_squeeze",),
        ("fire2_1x1", "fire2_3x3"),
        ("fire3_squeeze",),
        ("fire3_1x1", "fire3_3x3"),
        ("fire4",),
    ]


def graph_weights(graph):
    return {id(v) for node in graph.nodes for v in node.step.variables}


def test_what_is_used_twice_is_one():
    image = keras.Input((45, 45, 3))
    model = keras.Model(image, networks.shared(image))
    graph = trace(model)
    found = weighted_layers(graph, graph.outputs[0])
    assert sum(len(layer.variables) for layer in found) == len(model.weights)
    assert [layer.names for layer in found][:2] == [("first",), ("twice",)]
