"""Contributions of the maps below, through the layers of a tiny network, and where they lead."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest

from vizreport.experiments.contributions.compute import _feeding
from vizreport.experiments.contributions.result import (
    SOURCES,
    UNITS,
    ContributionsResult,
    SplitLayer,
)
from vizreport.experiments.feature_maps.walk import Walk, walks

from . import tiny

compute = tiny.computing("contributions")
compute_feeding = tiny.computing("feeding_maps")
compute_top = tiny.computing("top_patches")


@pytest.fixture(scope="module")
def few(tiny_subject, mined, parts):
    """The subject of a report that shows one map a layer, and its top-9."""
    subject = tiny.changed(tiny_subject, maps=1)
    return subject, compute_top(subject, {"mining": mined, "parts": parts})


@pytest.fixture(scope="module")
def found(few, mined):
    subject, top = few
    return compute(subject, {"mining": mined, "top_patches": top})


def test_shares_are_those_of_weights_and_activations(few, found, mined):
    # The scores are dense in conv2's output: a contribution is a sum of weights times activations.
    subject, _ = few
    model = subject.model
    below = keras.Model(model.input, model.get_layer("conv2").output)
    kernel, bias = (np.asarray(w, np.float64) for w in model.get_layer("classes").get_weights())
    assert found.layers["classes"].below == ["conv2"]
    for place, number in enumerate(found.layers["classes"].maps):
        given = []
        for rank in range(UNITS):
            if not mined.layers["classes"].values[number, rank] > 0:
                continue
            record = mined.records[mined.layers["classes"].images[number, rank]]
            inputs = subject.preprocessing.tensor(subject.pictures(np.array([record])))
            held = below(inputs).numpy().astype(np.float64)
            by_place = held[0] * kernel[:, number].reshape(held.shape[1:])
            by_map = by_place.sum(axis=(0, 1))
            given.append(by_map / (by_map.sum() + bias[number]))
        wanted = np.mean(given, axis=0)
        order = [m for m in np.argsort(-wanted) if wanted[m] > 0][:SOURCES]
        kept = found.layers["classes"].sources[place]
        assert kept[: len(order), 1].tolist() == order
        assert (kept[: len(order), 0] == [*found.layers].index("conv2")).all()
        assert (kept[len(order) :] == -1).all()
        np.testing.assert_allclose(
            found.layers["classes"].shares[place, : len(order)], wanted[order], rtol=1e-4
        )
        np.testing.assert_allclose(
            found.layers["classes"].explained[place], wanted.sum(), rtol=1e-4
        )


def test_what_feeds_is_followed_down_to_the_first_layer(few, found):
    _, top = few
    assert found.layers["conv1"].below == []
    assert (found.layers["conv1"].sources == -1).all()
    assert np.isnan(found.layers["conv1"].explained).all()
    for name in found.layers:
        assert set(found.layers[name].maps) == {*top.layers[name].maps, *found.layers[name].feeding}
        assert not set(top.layers[name].maps) & set(found.layers[name].feeding)
        assert len(found.layers[name].feeding) <= 48
    assert any(len(layer.feeding) for layer in found.layers.values())
    # The four largest parts of a map that is followed have pictures: there is room for all.
    first = found.layers["classes"].sources[:, :4, 1]
    assert set(first[first >= 0]) <= set(found.layers["conv2"].maps)


def test_feeding_maps_have_the_pictures_that_all_maps_would(few, found, mined, parts):
    subject, top = few
    required = {"mining": mined, "parts": parts, "top_patches": top, "contributions": found}
    feeding = compute_feeding(subject, required)
    assert [*feeding.layers] == [name for name in found.layers if len(found.layers[name].feeding)]
    every = compute_top(tiny.changed(subject, maps=None), required)
    for name in feeding.layers:
        np.testing.assert_array_equal(feeding.layers[name].maps, found.layers[name].feeding)
        assert feeding.layers[name].tiles.window == top.layers[name].tiles.window
        places = [
            list(every.layers[name].maps).index(number) for number in feeding.layers[name].maps
        ]
        np.testing.assert_array_equal(
            feeding.layers[name].images, every.layers[name].images[places]
        )
        np.testing.assert_array_equal(
            feeding.layers[name].values, every.layers[name].values[places]
        )
        np.testing.assert_allclose(
            feeding.layers[name].tiles.strengths,
            every.layers[name].tiles.strengths[places],
            rtol=1e-4,
        )


def test_without_maps_left_out_none_is_added(few, mined, parts):
    subject = tiny.changed(few[0], maps=None)
    top = compute_top(subject, {"mining": mined, "parts": parts})
    found = compute(subject, {"mining": mined, "top_patches": top})
    assert all(len(layer.feeding) == 0 for layer in found.layers.values())
    required = {"mining": mined, "parts": parts, "top_patches": top, "contributions": found}
    assert compute_feeding(subject, required).layers == {}


def test_largest_contributions_are_followed_first():
    wanted = [(0, -0.2, 7), (0, -0.5, 3), (1, -0.4, 9), (0, -0.3, 1), (1, -0.1, 3)]
    np.testing.assert_array_equal(_feeding(wanted, np.array([1, 2]), 2), [3, 7])
    np.testing.assert_array_equal(_feeding(wanted, np.array([3, 7, 2]), 3), [1, 9])
    assert _feeding([], np.array([1]), 1).dtype == np.int32


def test_walks_by_hand():
    steps = [[[0, 4], [0, 2], [-1, -1]], [[0, 3], [0, 2], [0, 4]]]
    low = SplitLayer(
        below=[],
        maps=np.array([2, 4]),
        feeding=np.array([4]),
        sources=np.full((2, 3, 2), -1),
        shares=np.full((2, 3), np.nan),
        explained=np.full(2, np.nan),
    )
    high = SplitLayer(
        below=["low"],
        maps=np.array([0, 1]),
        feeding=np.array([], int),
        sources=np.array(steps),
        shares=np.array([[0.5, 0.25, np.nan], [0.75, 0.5, 0.125]]),
        explained=np.array([1.25, 0.5]),
    )
    found = ContributionsResult({"low": low, "high": high})
    pages = {("low", 2), ("low", 4), ("high", 0), ("high", 1)}
    walked = walks(found, pages)
    top = (("low", 4), 0.5), (("low", 2), 0.25)
    assert walked["high", 0] == Walk(top, (), (), ("low",), 1.25)
    # The largest has no page: it is named; the others are shown.
    assert walked["high", 1].sources == ((("low", 2), 0.5), (("low", 4), 0.125))
    assert walked["high", 1].unseen == ((("low", 3), 0.75),)
    assert walked["low", 2].targets == ((("high", 1), 0.5), (("high", 0), 0.25))
    assert walked["low", 2].sources == ()
    assert math.isnan(walked["low", 2].explained)
