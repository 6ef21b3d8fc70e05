"""The section Architecture on a tiny network, and what it says of made-up ones."""

from __future__ import annotations

import math
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from tests.experiments import tiny
from vizreport.experiments.architecture.figures import limited, section
from vizreport.experiments.architecture.signs import find_signs, living_shares, summary

compute = tiny.computing("architecture")
compute_filters = tiny.computing("filters")


@pytest.fixture(scope="module")
def filters(tiny_context, mined):
    return compute_filters(tiny_context, {"mining": mined})


@pytest.fixture(scope="module")
def found(tiny_context, mined, filters):
    return compute(tiny_context, {"mining": mined, "filters": filters})


def test_layer_one(found, filters):
    assert (found.layer, found.stride) == ("conv1", [2, 2])
    np.testing.assert_allclose(found.rms, np.sqrt((filters.filters**2).mean((1, 2, 3))), rtol=1e-5)
    flat = filters.filters.reshape(6, -1)
    unit = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    alike = np.tril(unit @ unit.T, -1) - 2 * np.triu(np.ones((6, 6)))
    assert found.filter_twins.tolist()[1:] == alike.argmax(axis=1).tolist()[1:]
    np.testing.assert_allclose(found.filter_similarity[1:], alike.max(axis=1)[1:], rtol=1e-4)


def test_correlations_over_the_images(found, tiny_context, mined):
    model = tiny_context.model
    pictures = tiny_context.pictures(mined.records)
    outputs = [model.get_layer(name).output for name in ("conv1", "conv2")]
    maps = keras.Model(model.input, outputs).predict(
        tiny_context.preprocessing.tensor(pictures), verbose=0
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


def test_layer_two(found, mined, tiny_context):
    assert (found.second, found.second_reason) == ("conv2", "")
    units = np.minimum((mined.values["conv2"][:, :3] > 0).sum(), 15)
    assert 0 < found.projections <= units
    assert len(found.tiles) == len(found.tile_maps) > 0
    assert found.phases.shape == (2, 2)
    assert found.phases.mean() == pytest.approx(1, abs=1e-6)
    assert found.power.sum() == pytest.approx(1, abs=1e-4)
    # Against whole projections of the same units, folded pixel by pixel.
    energy = np.zeros((2, 2))
    count = 0
    for m in range(len(mined.values["conv2"])):
        for k in range(3):
            if not mined.values["conv2"][m, k] > 0:
                continue
            place = tuple(int(x["conv2"][m, k]) for x in (mined.rows, mined.cols))
            image = mined.records[[mined.images["conv2"][m, k]]]
            tensor = tiny_context.preprocessing.tensor(tiny_context.pictures(image))
            whole = tiny_context.traced.project(tensor, "conv2", (*place, m))[0]
            if not whole.any():
                continue
            count += 1
            power = (whole.astype(np.float64) ** 2).sum(axis=2)
            energy += [[power[i::2, j::2].sum() / power.sum() for j in (0, 1)] for i in (0, 1)]
    assert count == found.projections
    np.testing.assert_allclose(found.phases, 4 * energy / count, rtol=1e-4)


def network(first) -> keras.Model:
    image = keras.Input((*tiny.SIZE, 3))
    x = layers.MaxPooling2D(2)(first(image))
    x = layers.Conv2D(4, 3, activation="relu", name="conv2")(x)
    return keras.Model(image, layers.Dense(3)(layers.Flatten()(x)))


def other(tiny_context, model, **settings):
    from vizreport.engine import Deconvnet

    mine = tiny.computing("mining")

    context = tiny.changed(tiny_context, **settings)
    context.traced = Deconvnet(model, preprocessing=context.preprocessing)
    mining = mine(context, {})
    filters = compute_filters(context, {"mining": mining})
    return mining, filters, compute(context, {"mining": mining, "filters": filters})


def test_small_filters_without_stride_say_little(tiny_context):
    first = layers.Conv2D(4, 3, activation="relu", name="conv1")
    mining, filters, result = other(tiny_context, network(first))
    assert result.stride == [1, 1]
    assert len(result.tiles)
    assert math.isnan(result.beyond)
    signs = {sign.name: sign for sign in find_signs(result, filters, mining)}
    middle = signs["Energy of layer 1 in the middle octave"]
    assert middle.found == "–"
    assert "too small" in middle.note
    assert not middle.wrong
    folded = signs["Energy of layer-2 projections that the first stride folds"]
    assert (folded.found, folded.note) == ("–", "a first stride of 1 folds nothing")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"layers": ("conv1",), "occlusion_layer": "conv1"}, "not among"), ({}, "selu|rule")],
)
def test_layer_two_out_of_reach(tiny_context, settings, reason):
    import re

    activation = "relu" if settings else "selu"
    first = layers.Conv2D(4, 5, 2, activation=activation, name="conv1")
    _, _, result = other(tiny_context, network(first), **settings)
    assert re.search(reason, result.second_reason)
    assert not len(result.tiles)
    assert result.projections == 0
    assert math.isnan(result.unevenness)


def test_a_network_that_is_dead_throughout(tiny_context):
    model = network(layers.Conv2D(4, 5, 2, activation="relu", name="conv1"))
    for layer in model.layers:
        layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    mining, filters, result = other(tiny_context, model)
    assert result.second_reason == "every map of layer conv2 is dead"
    assert np.isnan(result.spectra).all()
    said = summary(find_signs(result, filters, mining))
    assert "100\u202f% of the layer-1 filters are dead" in said
    section({"architecture": result, "filters": filters, "mining": mining}, None)


def test_limit():
    random = np.random.default_rng(0)
    filters = random.normal(size=(3, 5, 5, 3)) * np.array([0.02, 0.1, 3])[:, None, None, None]
    rms = np.sqrt((filters**2).mean(axis=(1, 2, 3)))
    after = limited(filters, rms)
    np.testing.assert_allclose(
        np.sqrt((after**2).mean(axis=(1, 2, 3))), np.minimum(rms, 0.1), rtol=1e-6
    )
    np.testing.assert_allclose(after[0], filters[0])


def test_dead_filters_do_not_count(found, filters):
    shares = found.shares[~filters.dead].mean(axis=0)
    np.testing.assert_allclose(living_shares(found, filters), shares, rtol=1e-6)
    assert np.isnan(living_shares(found, replace(filters, dead=np.ones(6, bool)))).all()


def test_the_sentence_names_faults_and_cures(found, filters, mined):
    faulty = replace(
        found,
        stride=[4, 4],
        shares=np.tile(np.array([0.5, 0.1, 0.4], np.float32), (6, 1)),
        beyond=0.8,
        beyond_white=15 / 16,
    )
    said = summary(find_signs(faulty, filters, mined))
    assert "10\u202f% of their energy in the middle octave" in said
    assert "80\u202f% of the energy of layer-2 projections" in said
    assert "7 × 7 filters instead of 11 × 11" in said
    assert "a stride of 2 instead of 4" in said
    good = replace(
        found,
        shares=np.full((6, 3), 1 / 3, np.float32),
        beyond=0.1,
        unevenness=0.1,
        filter_similarity=np.zeros(6, np.float32),
        correlation={"conv1": np.zeros(6, np.float32)},
    )
    alive = replace(filters, dead=np.zeros(6, bool), dominating=np.zeros(6, bool))
    active = replace(mined, active={name: np.ones_like(a) for name, a in mined.active.items()})
    said = summary(find_signs(good, alive, active))
    assert said.startswith("None of the faults")
    assert "0 of 6 layer-1 filters are dead" in said
    assert "10\u202f% of that of layer 2 is folded" in said
