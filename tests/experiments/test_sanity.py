"""Sanity on a linear network, whose pictures are known, and on the tiny one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.float64 import randomise
from tests.experiments import tiny
from vizreport.drawing.tiles import display_scale, quantised
from vizreport.errors import NotApplicable
from vizreport.experiments.sanity import compute as module
from vizreport.experiments.sanity.compute import steps
from vizreport.experiments.sanity.randomisation import (
    WeightedLayer,
    shuffle,
    weighted_layers,
    weights_kept,
)
from vizreport.experiments.sanity.result import METHODS
from vizreport.experiments.sanity.units import choose_classes, choose_units
from vizreport.graph.layers import reportable_layers

compute = tiny.computing("sanity")


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    """Two convolutions and class scores, no rectifier, no pooling."""
    import keras
    from keras import layers

    from vizreport.data.presets import preset

    mine = tiny.computing("mining")
    from vizreport.models.sidecar import Sidecar, write_sidecar

    folder = tmp_path_factory.mktemp("linear")
    image = keras.Input((*tiny.SIZE, 3))
    x = layers.Conv2D(4, 3, name="conv1")(image)
    x = layers.Conv2D(3, 3, 2, name="conv2")(x)
    x = layers.Dense(len(tiny.CLASSES), name="classes")(layers.Flatten()(x))
    model = randomise(keras.Model(image, layers.Softmax()(x)), 5)
    model.save(folder / "linear.keras")
    preprocessing = preset("unit", tiny.SIZE, 3, {"channels": "BGR"})
    sidecar = Sidecar(preprocessing=preprocessing, class_names=tiny.CLASSES, labels_in_order=True)
    write_sidecar(folder / "linear.keras", sidecar)
    data = tiny.write_data(folder / "data.npz")
    subject = tiny.subject(folder / "linear.keras", data, sanity_units=2)
    return subject, compute(subject, {"mining": mine(subject, {})})


def score_of_every_pixel(model, chosen):
    """The map of a linear network: what a class's score gains by each input value of 1."""
    import keras

    scores = keras.Model(model.inputs, model.get_layer("classes").output)
    count = int(np.prod((*tiny.SIZE, 3)))
    single = np.eye(count, dtype=np.float32).reshape(count, *tiny.SIZE, 3)
    gains = scores.predict(single, batch_size=512, verbose=0)[:, chosen]
    base = scores(np.zeros_like(single[:1])).numpy()[0, chosen]
    return (gains - base).reshape(*tiny.SIZE, 3)


def test_pictures_of_a_linear_network(linear):
    subject, found = linear
    assert [*found.layers] == ["classes"]
    tested = found.layers["classes"]
    assert found.methods == list(METHODS)
    assert tested.steps == [["classes"], ["conv2"], ["conv1"]]
    chosen = int(tested.units.maps[0])
    weights = weighted_layers(subject.graph, subject.traced.layers()[-1].node)
    known = [score_of_every_pixel(subject.model, chosen)]
    with weights_kept(weights):
        for number, layer in enumerate(reversed(weights)):
            shuffle(layer, (subject.asked.seed, number, 0))
            known.append(score_of_every_pixel(subject.model, chosen))
    # The network takes BGR. Filters alone make its pictures: switches there are none.
    known += [known[-1], known[0], known[-1]]
    for m in range(len(METHODS)):
        for state, picture in enumerate(known):
            picture = picture[..., ::-1]
            wanted = quantised(picture[None], np.array([display_scale(np.abs(picture))]))[0]
            stored = tested.states.projections[m, state].astype(int)
            assert np.abs(stored - wanted).max() <= 1, (m, state)
    np.testing.assert_array_equal(tested.states.controls[:, 1], 1)
    drawn = tested.states.drawn
    np.testing.assert_array_equal(tested.states.controls[:, 0], drawn[:, 0, 1])
    np.testing.assert_array_equal(drawn[:, :, 1], drawn[:, :, 2])
    assert np.ptp(drawn[:, :, 1], axis=1).max() > 0.01  # every draw is another one
    np.testing.assert_allclose(tested.states.cascade[:, -1], drawn[:, :, 1].mean(axis=1))
    np.testing.assert_allclose(tested.states.cascade[:, 0], drawn[:, :, 0].mean(axis=1))
    assert tested.states.cascade[:, -1].max() < 0.5
    assert tested.poolings == 0
    assert not tested.states.blank.any()


@pytest.fixture(scope="module")
def subject(tiny_subject):
    other = tiny.changed(tiny_subject, sanity_units=3)
    other.traced = tiny_subject.traced
    return other


def test_the_first_picture_is_the_projection_and_the_weights_stay(subject, mined, monkeypatch):
    before = [weight.numpy() for weight in subject.model.weights]
    found = compute(subject, {"mining": mined})
    assert [*found.layers] == ["conv2", "classes"]
    assert [layer.poolings for layer in found.layers.values()] == [1, 1]
    tested = found.layers["conv2"]
    unit = tuple(int(getattr(tested.units, part)[0]) for part in ("rows", "cols", "maps"))
    record = mined.records[tested.units.images[:1]]
    tensor = subject.preprocessing.tensor(subject.pictures(record))
    whole = subject.traced.project(tensor, "conv2", unit)[0]
    left, top, right, bottom = tested.states.fields[0]
    part = whole[top:bottom, left:right]
    assert np.abs(part).sum() == pytest.approx(np.abs(whole).sum(), rel=1e-5)
    wanted = quantised(part[None], np.array([display_scale(np.abs(part))]))[0].astype(int)
    assert np.abs(tested.states.projections[0, 0] - wanted).max() <= 1
    # Other switches, other pictures; and what is random differs from what was learned.
    assert (tested.states.controls < 1).all()
    assert (tested.states.cascade[:, -1] < 0.9).all()
    unchanged(subject, before)

    def fails(layer, seed):
        shuffle(layer, seed)
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "shuffle", fails)
    with pytest.raises(KeyboardInterrupt):
        compute(subject, {"mining": mined})
    unchanged(subject, before)


def test_panels_are_projections_of_the_nine_of_a_map(subject, mined):
    """Before and after all weights are random; each on its own scale, whatever the seed."""
    found = compute(subject, {"mining": mined})
    assert found.panel_maps.tolist() == found.layers["conv2"].units.maps[:2].tolist()
    assert found.panel_rectifiers == ["conv1"]
    assert ((found.panel_passed > 0) & (found.panel_passed < 1)).all()
    drawn = found.layers["conv2"].units.maps.tolist()
    others = found.panel_others.tolist()
    assert others == [*drawn[1:], drawn[0]][: len(others)]
    weights = weighted_layers(subject.graph, subject.traced.layer("conv2").node)
    side = found.panel_patches.shape[2]
    for state in (0, 1):
        with weights_kept(weights):
            for number, layer in enumerate(reversed(weights) if state else ()):
                shuffle(layer, (subject.asked.seed, number, 0))
            # The oracle seeds with the unit's activation, which must not be 0.
            bias = subject.model.get_layer("conv2").bias
            bias.assign(bias + 100 * state)
            for p, k in np.argwhere(found.panel_shown):
                m = int(found.panel_maps[p])
                image, row, col = (
                    int(getattr(mined.layers["conv2"], name)[m, k])
                    for name in ("images", "rows", "cols")
                )
                picture = subject.pictures(mined.records[[image]])
                tensor = subject.preprocessing.tensor(picture)
                whole = subject.traced.project(tensor, "conv2", (row, col, m))[0]
                # Fields of 15 px, 4 px apart.
                top, left = 4 * row + (15 - side) // 2, 4 * col + (15 - side) // 2
                shown = picture[0, top : top + side, left : left + side]
                np.testing.assert_array_equal(found.panel_patches[p, k], shown)
                assert found.panel_insides[p, k].tolist() == [0, 0, side, side]
                cut = whole[top : top + side, left : left + side]
                wanted = quantised(cut[None], np.array([display_scale(np.abs(cut))]))[0]
                stored = found.panel_projections[state, p, k].astype(int)
                assert np.abs(stored - wanted.astype(int)).max() <= 1
                if others[p] == m:
                    assert np.isnan(found.panel_alike[state, p, k])
                    continue
                other = subject.traced.project(tensor, "conv2", (row, col, others[p]))[0]
                seen = (whole != 0) | (other != 0)
                if np.ptp(whole) and np.ptp(other):
                    alike = np.corrcoef(whole[seen], other[seen])[0, 1]
                    assert found.panel_alike[state, p, k] == pytest.approx(alike, abs=1e-4)
    assert found.panel_shown.sum() > 3
    assert 1 <= found.layers["conv2"].visible <= found.layers["conv2"].tried


def unchanged(subject, before):
    for weight, value in zip(subject.model.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_units_are_alive_and_classes_differ(subject, mined):
    layers = {layer.name: layer for layer in reportable_layers(subject.graph)}
    units = choose_units(mined, layers["conv1"], 99, 0)
    assert sorted(units.maps) == [0, 1, 5]  # 2 is dead, 3 and 4 nearly
    np.testing.assert_array_equal(units.values, mined.layers["conv1"].values[units.maps, 0])
    np.testing.assert_array_equal(units.images, mined.layers["conv1"].images[units.maps, 0])
    distinct = len(np.unique(mined.top_classes[:, 0]))
    few = choose_classes(mined, layers["classes"], distinct, 0)
    assert len(set(few.maps)) == distinct
    np.testing.assert_array_equal(few.maps, mined.top_classes[few.images, 0])
    every = choose_classes(mined, layers["classes"], 99, 0)
    assert sorted(every.images) == list(range(len(mined.records)))


def test_at_most_eight_steps_from_the_top():
    layers = [WeightedLayer((f"layer{i}",), ()) for i in range(26)]
    pieces = steps(layers)
    assert len(pieces) == 8
    assert [layer.names[0] for layer in pieces[0]] == ["layer25"]
    downwards = [layer for piece in pieces for layer in reversed(piece)]
    assert downwards == layers[::-1]
    assert max(map(len, pieces)) - min(map(len, pieces[1:])) <= 1
    assert steps(layers[:3]) == [[layers[2]], [layers[1]], [layers[0]]]


def test_a_network_of_dead_units_has_no_such_section(subject, mined, monkeypatch):
    monkeypatch.setattr(module, "choose_units", lambda *_: None)
    monkeypatch.setattr(module, "weighted_layers", lambda *_: [])
    with pytest.raises(NotApplicable, match="weights"):
        compute(subject, {"mining": mined})
