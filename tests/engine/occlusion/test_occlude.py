"""Occlusion in windows against every occluded copy through the model itself."""

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.float64 import floats
from tests.engine.networks import network
from vizreport import backend
from vizreport.engine import Deconvnet
from vizreport.engine.interpreter import forward
from vizreport.engine.occlusion import Running, Squares, count_gain, occlude
from vizreport.engine.occlusion.scores import places_at_once
from vizreport.engine.occlusion.squares import follow, split

INCREMENTAL = Running(way="incremental")

NETWORKS = ("zfnet", "vgg", "resnet", "squeezenet", "dilated", "mobile", "inception", "unet")


def classifier(name):
    """Put a dense softmax on one of the small networks, behind flattening or averaging."""
    body = network(name)
    with floats("float64"):
        gather = layers.Flatten() if name in {"zfnet", "vgg"} else layers.GlobalAveragePooling2D()
        scores = layers.Dense(5, activation="softmax")(gather(body.output))
        model = keras.Model(body.input, scores, name=name)
    kernel, bias = model.layers[-1].get_weights()
    random = np.random.default_rng(1)
    model.layers[-1].set_weights([random.normal(size=kernel.shape), bias])
    return model


@pytest.fixture(scope="module")
def deconvnets():
    """Networks traced once; compiled functions stay with them."""
    return {name: Deconvnet(classifier(name)) for name in NETWORKS}


def pictures(shape, seed=0):
    random = np.random.default_rng(seed)
    return random.normal(size=shape), random.normal(size=shape)


def grid(shape, size, stride):
    rows, cols = (
        np.unique(np.append(np.arange(0, side - size + 1, stride), side - size))
        for side in shape[:2]
    )
    return [part.ravel() for part in np.meshgrid(rows, cols, indexing="ij")]


def spatial_layers(deconvnet):
    return [layer for layer in deconvnet.layers() if layer.rows > 1]


def strongest(deconvnet, image, layer):
    x = keras.ops.convert_to_tensor(image[None])
    y = forward(deconvnet.graph, x, [layer.node])[layer.node]
    return int(np.asarray(y).sum(axis=(0, 1, 2)).argmax())


def by_the_model(deconvnet, image, fill, tops, lefts, size, layer, feature_map):
    """Run every occluded copy through the whole network."""
    copies = np.repeat(image[None], len(tops), axis=0)
    for copy, top, left in zip(copies, tops, lefts, strict=True):
        copy[top : top + size, left : left + size] = fill[top : top + size, left : left + size]
    x = keras.ops.convert_to_tensor(copies)
    y = forward(deconvnet.graph, x, [layer.node])[layer.node]
    return np.asarray(y)[..., feature_map].sum(axis=(1, 2)), copies


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("size", "stride"), [(9, 7), (14, 8)])
def test_windows_equal_every_copy_through_the_network(deconvnets, name, size, stride):
    deconvnet = deconvnets[name]
    shape = deconvnet.graph.input_shape
    image, fill = pictures(shape)
    tops, lefts = grid(shape, size, stride)
    layer = spatial_layers(deconvnet)[-1]
    feature_map = strongest(deconvnet, image, layer)
    expected, copies = by_the_model(deconvnet, image, fill, tops, lefts, size, layer, feature_map)
    plain, windows = (
        occlude(
            deconvnet, image, fill, Squares(tops, lefts, size), layer, feature_map, Running(way=way)
        )
        for way in ("plain", "incremental")
    )
    scale = np.abs(expected).max() + 1e-12
    np.testing.assert_allclose(plain.activations / scale, expected / scale, atol=1e-6)
    np.testing.assert_allclose(windows.activations / scale, expected / scale, atol=1e-6)
    np.testing.assert_allclose(windows.outputs, plain.outputs, atol=1e-6)
    # The square does matter: a way that ignored it would not pass.
    assert np.ptp(expected) > 1e-3 * scale


def test_probabilities_are_the_models_own():
    model = classifier("squeezenet")
    deconvnet = Deconvnet(model)
    image, fill = pictures(deconvnet.graph.input_shape)
    tops, lefts = grid(image.shape, 12, 9)
    layer = spatial_layers(deconvnet)[-1]
    _, copies = by_the_model(deconvnet, image, fill, tops, lefts, 12, layer, 0)
    expected = np.asarray(model(copies))
    assert np.ptp(expected, axis=0).max() > 1e-3
    for way in ("plain", "incremental"):
        found = occlude(
            deconvnet, image, fill, Squares(tops, lefts, 12), layer, 0, Running(way=way)
        )
        np.testing.assert_allclose(found.outputs, expected, atol=1e-6)


@pytest.mark.parametrize("place", [(0, 0), (0, -1), (-1, 0), (-1, -1), (17, 5)])
def test_squares_at_corners_edges_and_odd_places(deconvnets, place):
    deconvnet = deconvnets["zfnet"]
    height, width, _ = shape = deconvnet.graph.input_shape
    size = 11
    top = place[0] if place[0] >= 0 else height - size
    left = place[1] if place[1] >= 0 else width - size
    image, fill = pictures(shape, 1)
    for layer in spatial_layers(deconvnet):
        expected, _ = by_the_model(deconvnet, image, fill, [top], [left], size, layer, 1)
        found = occlude(deconvnet, image, fill, Squares([top], [left], size), layer, 1, INCREMENTAL)
        np.testing.assert_allclose(found.activations, expected, rtol=1e-5, atol=1e-6)


def test_an_empty_square_changes_nothing(deconvnets):
    deconvnet = deconvnets["vgg"]
    image, fill = pictures(deconvnet.graph.input_shape)
    layer = spatial_layers(deconvnet)[-1]
    clean = occlude(deconvnet, image, fill, Squares([0], [0], 0), layer, 0)
    same = occlude(deconvnet, image, image, Squares([3], [4], 9), layer, 0, INCREMENTAL)
    np.testing.assert_allclose(clean.activations, same.activations, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(clean.outputs, same.outputs, atol=1e-6)


def test_memory_bounds_the_batch_and_changes_no_number(deconvnets):
    deconvnet = deconvnets["resnet"]
    image, fill = pictures(deconvnet.graph.input_shape)
    tops, lefts = grid(image.shape, 10, 8)
    layer = spatial_layers(deconvnet)[-1]
    assert places_at_once(deconvnet.graph, layer, 2**20) < places_at_once(
        deconvnet.graph, layer, 2**24
    )
    for way in ("plain", "incremental"):
        much, little = (
            occlude(
                deconvnet, image, fill, Squares(tops, lefts, 10), layer, 0, Running(memory, way)
            )
            for memory in (2**30, 2**18)
        )
        np.testing.assert_allclose(much.activations, little.activations, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(much.outputs, little.outputs, atol=1e-6)


def test_progress_tells_of_every_place(deconvnets):
    deconvnet = deconvnets["vgg"]
    image, fill = pictures(deconvnet.graph.input_shape)
    tops, lefts = grid(image.shape, 9, 9)
    layer = spatial_layers(deconvnet)[-1]
    for way in ("plain", "incremental"):
        done = []
        running = Running(way=way, progress=done.append)
        occlude(deconvnet, image, fill, Squares(tops, lefts, 9), layer, 0, running)
        assert sum(done) == len(tops)


def test_windows_are_used_by_arithmetic(deconvnets, monkeypatch):
    """A square as large as the image gains nothing: the plain way is taken."""
    deconvnet = deconvnets["vgg"]
    height, width, _ = shape = deconvnet.graph.input_shape
    layer = spatial_layers(deconvnet)[-1]
    small = count_gain(deconvnet.graph, layer, *grid(shape, 5, 8), 5)
    large = min(height, width)
    big = count_gain(deconvnet.graph, layer, *grid(shape, large, 8), large)
    assert small.ratio > big.ratio
    assert big.ratio < 1.3

    import vizreport.engine.occlusion.scores as module

    def refuse(*_args):
        raise AssertionError("windows were used")

    monkeypatch.setattr(module, "compile_places", refuse)
    image, fill = pictures(shape)
    fresh = Deconvnet(classifier("vgg"))
    layer = spatial_layers(fresh)[-1]
    tops, lefts = grid(shape, large, 8)
    module.occlude(fresh, image, fill, Squares(tops, lefts, large), layer, 0)


def test_windows_hold_what_changes_and_end_at_the_edges(deconvnets):
    """Of the first convolution no more than that; of the others all of it."""
    deconvnet = deconvnets["vgg"]
    graph, size = deconvnet.graph, 9
    image, _ = pictures(graph.input_shape)
    places = [np.unique(part) for part in grid(graph.input_shape, size, 7)]
    stages = split(graph, [spatial_layers(deconvnet)[-1].node])
    rows, cols = follow(graph, stages, tuple(places), size)
    convolutions = [i for i in stages.windowed if graph.nodes[i].kind == "convolution"]
    clean = forward(graph, keras.ops.convert_to_tensor(image[None]), convolutions)
    for i, top in enumerate(places[0]):
        for j, left in enumerate(places[1]):
            copy = image.copy()
            copy[top : top + size, left : left + size] += 1.0
            found = forward(graph, keras.ops.convert_to_tensor(copy[None]), convolutions)
            for index in convolutions:
                change = np.asarray(found[index] - clean[index])[0].any(axis=-1)
                for axis, which, of in ((1, i, rows), (0, j, cols)):
                    changed = np.flatnonzero(change.any(axis=axis))
                    low, high = (int(ends[which]) for ends in of[index])
                    assert 0 <= low <= changed[0] <= changed[-1] <= high
                    assert high < graph.nodes[index].shape[1 - axis]
                    if index == convolutions[0]:
                        assert (low, high) == (changed[0], changed[-1])


def test_places_share_a_group_where_another_one_costs_more(deconvnets, monkeypatch):
    graph = deconvnets["squeezenet"].graph
    layer = spatial_layers(deconvnets["squeezenet"])[-1]
    places = grid(graph.input_shape, 9, 4)
    for name in ("WEIGHT_COST", "VALUE_COST"):
        monkeypatch.setattr(backend, name, 0)
    gains = []
    for cost in (0, 10**5, 10**12):
        monkeypatch.setattr(backend, "GROUP_COST", cost)
        gains.append(count_gain(graph, layer, *places, 9))
    assert gains[0].groups > gains[1].groups > gains[2].groups == 1
    assert gains[0].windows < gains[1].windows < gains[2].windows < gains[2].plain
    # What is saved is worth the groups that save it.
    costs = [gain.windows + gain.groups * 10**5 for gain in gains]
    assert costs[1] == min(costs)
