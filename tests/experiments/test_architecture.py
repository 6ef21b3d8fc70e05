"""The section Architecture on a tiny network, and what it says of made-up ones."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.experiments import tiny
from vizreport.experiments.architecture.figures import limited, section
from vizreport.experiments.architecture.findings import findings
from vizreport.experiments.architecture.signs import find_signs
from vizreport.findings.decisions import decide

compute = tiny.computing("architecture")
compute_filters = tiny.computing("filters")


@pytest.fixture(scope="module")
def filters(tiny_subject, mined):
    return compute_filters(tiny_subject, {"mining": mined})


@pytest.fixture(scope="module")
def found(tiny_subject, mined, filters):
    return compute(tiny_subject, {"mining": mined, "filters": filters})


def test_layer_one(found, filters):
    assert (found.layer, found.stride) == ("conv1", [2, 2])
    np.testing.assert_allclose(found.rms, np.sqrt((filters.filters**2).mean((1, 2, 3))), rtol=1e-5)
    flat = filters.filters.reshape(6, -1)
    unit = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    alike = np.tril(unit @ unit.T, -1) - 2 * np.triu(np.ones((6, 6)))
    assert found.filter_twins.tolist()[1:] == alike.argmax(axis=1).tolist()[1:]
    np.testing.assert_allclose(found.filter_similarity[1:], alike.max(axis=1)[1:], rtol=1e-4)


def test_correlations_over_the_images(found, tiny_subject, mined):
    model = tiny_subject.model
    pictures = tiny_subject.pictures(mined.records)
    outputs = [model.get_layer(name).output for name in ("conv1", "conv2")]
    maps = keras.Model(model.input, outputs).predict(
        tiny_subject.preprocessing.tensor(pictures), verbose=0
    )
    assert found.correlated_images == len(pictures)
    for name, values in zip(("conv1", "conv2"), maps, strict=True):
        flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
        alive = np.flatnonzero(flat.std(axis=0) > 0)
        for place in range(flat.shape[1]):
            earlier = alive[alive < place]
            if place not in alive or not len(earlier):
                assert found.twins[name][place] == -1
                assert np.isnan(found.correlation[name][place])
                continue
            expected = [np.corrcoef(flat[:, place], flat[:, j])[0, 1] for j in earlier]
            assert found.correlation[name][place] == pytest.approx(max(expected), abs=1e-4)
    assert found.twins["conv1"][2] == -1  # the dead map


def test_layer_two(found, mined):
    assert (found.second, found.second_reason) == ("conv2", "")
    assert len(found.tiles) == len(found.tile_maps) > 0
    assert (mined.layers["conv2"].values[found.tile_maps, 0] > 0).all()


def shown(results):
    """Return the section; every finding's figure is in it."""
    made = section(results, None)
    figures = {figure.name for figure in made.figures}
    assert {each.evidence for each in findings(results)} <= figures | {""}
    return made


def test_every_finding_has_its_figure(found, filters, mined):
    shown({"architecture": found, "filters": filters, "mining": mined})


def network(first, *above) -> keras.Model:
    image = keras.Input((*tiny.SIZE, 3))
    x = layers.MaxPooling2D(2)(first(image))
    x = layers.Conv2D(4, 3, activation="relu", name="conv2")(x)
    for layer in above:
        x = layer(x)
    return keras.Model(image, layers.Dense(3)(layers.Flatten()(x)))


def other(tiny_subject, model, **settings):
    from vizreport.engine import Deconvnet

    mine = tiny.computing("mining")

    subject = tiny.changed(tiny_subject, **settings)
    subject.traced = Deconvnet(model, preprocessing=subject.preprocessing)
    mining = mine(subject, {})
    filters = compute_filters(subject, {"mining": mining})
    return mining, filters, compute(subject, {"mining": mining, "filters": filters})


def test_small_filters_without_stride_say_little(tiny_subject):
    first = layers.Conv2D(4, 3, activation="relu", name="conv1")
    mining, filters, result = other(tiny_subject, network(first))
    assert result.stride == [1, 1]
    assert len(result.tiles)
    results = {"architecture": result, "filters": filters, "mining": mining}
    signs = {sign.name: sign for sign in find_signs(results)}
    middle = signs["Layer-1 filters that prefer middle frequencies"]
    assert (middle.found, middle.note) == ("–", "the filters are smaller than 7 px")
    folded = signs["Response that the first stride makes ambiguous"]
    assert (folded.found, folded.note) == ("–", "the first stride is 1")
    assert not any(figure.name == "architecture-aliasing" for figure in shown(results).figures)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"layers": ("conv1",)}, "conv2 is not among"), ({}, "selu|rule")],
)
def test_layer_two_out_of_reach(tiny_subject, settings, reason):
    import re

    activation = "relu" if settings else "selu"
    first = layers.Conv2D(4, 5, 2, activation=activation, name="conv1")
    # What is occluded is mined whatever is asked for: conv3, on a smaller map than conv2.
    above = [
        layers.MaxPooling2D(2, padding="same"),
        layers.Conv2D(4, 1, activation="relu", name="conv3"),
    ]
    _, _, result = other(tiny_subject, network(first, *above), **settings)
    assert re.search(reason, result.second_reason)
    assert not len(result.tiles)


def test_a_network_that_is_dead_throughout(tiny_subject):
    model = network(layers.Conv2D(4, 5, 2, activation="relu", name="conv1"))
    for layer in model.layers:
        layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    mining, filters, result = other(tiny_subject, model)
    assert result.second_reason == "every map of layer conv2 is dead"
    assert np.isnan(result.spectra).all()
    results = {"architecture": result, "filters": filters, "mining": mining}
    assert all(each.decision for each in decide(findings(results)))
    shown(results)


def test_limit():
    random = np.random.default_rng(0)
    filters = random.normal(size=(3, 5, 5, 3)) * np.array([0.02, 0.1, 3])[:, None, None, None]
    rms = np.sqrt((filters**2).mean(axis=(1, 2, 3)))
    after = limited(filters, rms)
    np.testing.assert_allclose(
        np.sqrt((after**2).mean(axis=(1, 2, 3))), np.minimum(rms, 0.1), rtol=1e-6
    )
    np.testing.assert_allclose(after[0], filters[0])
