"""Mining against brute force over all activations."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from threading import Event
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.experiments import tiny
from vizreport.data.image import UnreadableImage
from vizreport.data.sources import open_dataset
from vizreport.engine.mining import one_ahead, reduction_function
from vizreport.engine.strongest import from_batch, merge
from vizreport.errors import RequestError
from vizreport.experiments.registry import experiments
from vizreport.graph.trace import trace
from vizreport.parallel.pieces import Pieces
from vizreport.results.groups import taken_apart
from vizreport.results.schema import check

compute = tiny.computing("mining")


def activations(subject, layer: str) -> np.ndarray:
    """Return every activation of a layer over all readable images, by Keras itself."""
    pictures = np.stack([subject.dataset.read(i) for i in range(len(subject.dataset.records))])
    x = subject.preprocessing.tensor(pictures)
    output = subject.model.get_layer(layer).output
    return np.asarray(keras.Model(subject.model.inputs, output)(x))


def brute_force(values: np.ndarray, k: int):
    """For each map: the strongest place of each image, the strongest k images."""
    maps = []
    for m in range(values.shape[-1]):
        best = []
        for image in range(len(values)):
            plane = values[image, ..., m]
            row, col = np.unravel_index(np.argmax(plane), plane.shape)
            best.append((-float(plane[row, col]), image, int(row), int(col)))
        maps.append(sorted(best)[:k])
    return np.array(maps)


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_mining_equals_brute_force(tiny_subject, mined, layer):
    values = activations(tiny_subject, layer)
    wanted = brute_force(values, 9)
    np.testing.assert_allclose(mined.layers[layer].values, -wanted[..., 0], rtol=1e-5, atol=1e-6)
    active = mined.layers[layer].values[:, 0] > 0
    # Where a map is dead all images are equal, and the first places are taken.
    np.testing.assert_array_equal(mined.layers[layer].images[active], wanted[active][..., 1])
    np.testing.assert_array_equal(mined.layers[layer].rows[active], wanted[active][..., 2])
    np.testing.assert_array_equal(mined.layers[layer].cols[active], wanted[active][..., 3])
    np.testing.assert_allclose(mined.layers[layer].means, values.mean((0, 1, 2)), rtol=1e-4)
    share = (values.max((1, 2)) > 0).mean(0)
    np.testing.assert_allclose(mined.layers[layer].active, share)
    for row in mined.layers[layer].images:
        assert len(set(row)) == len(row)


def test_ties_go_to_the_first_image(mined):
    """Pictures 3 and 7 are the same: wherever both are, 3 stands directly before 7."""
    together = 0
    for layer in ("conv1", "conv2"):
        for row in mined.layers[layer].images.tolist():
            if 7 in row:
                assert row[row.index(7) - 1] == 3 or 3 in row[: row.index(7)]
                together += 1
    assert together
    dead = mined.layers["conv1"].images[2]
    np.testing.assert_array_equal(dead, np.arange(9))
    np.testing.assert_array_equal(mined.layers["conv1"].values[2], 0)
    assert mined.layers["conv1"].active[2] == 0


def test_predictions_and_labels(tiny_subject, mined):
    pictures = np.stack([tiny_subject.dataset.read(i) for i in range(14)])
    p = np.asarray(tiny_subject.model(tiny_subject.preprocessing.tensor(pictures)))
    np.testing.assert_array_equal(mined.top_classes, np.argsort(-p, axis=1, kind="stable"))
    np.testing.assert_allclose(mined.top_probabilities, -np.sort(-p, axis=1), rtol=1e-5)
    labels = np.array([record.label for record in tiny_subject.dataset.records])
    np.testing.assert_array_equal(mined.labels, labels)
    np.testing.assert_allclose(mined.true_probabilities, p[np.arange(14), labels], rtol=1e-5)
    assert mined.class_names == list(tiny.CLASSES)
    assert mined.labels_reason == "The data's classes have the names of the network's classes."


@pytest.mark.parametrize("batch_size", [1, 5, 14])
def test_the_result_does_not_depend_on_the_batch_size(tiny_subject, mined, batch_size):
    other = compute(tiny.changed(tiny_subject, batch_size=batch_size), {})
    for name, layer in mined.layers.items():
        found = other.layers[name]
        np.testing.assert_allclose(found.values, layer.values, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(found.images, layer.images)
        np.testing.assert_array_equal(found.rows, layer.rows)
        np.testing.assert_allclose(found.means, layer.means, rtol=1e-4, atol=1e-7)
        np.testing.assert_array_equal(found.active, layer.active)
    np.testing.assert_array_equal(other.top_classes, mined.top_classes)
    np.testing.assert_array_equal(other.records, mined.records)


def test_fewer_images_than_nine_are_padded(tiny_subject):
    few = open_dataset(str(tiny_context_data(tiny_subject)), max_images=4)
    subject = tiny.subject(tiny_subject.network.path, None, few)
    subject.model = tiny_subject.model
    found = compute(subject, {})
    for layer in found.layers.values():
        assert layer.values.shape[1] == 9
        assert np.isnan(layer.values[:, 4:]).all()
        assert np.isfinite(layer.values[:, :4]).all()
        for places in (layer.images, layer.rows, layer.cols):
            assert (places[:, 4:] == -1).all()
            assert (places[:, :4] >= 0).all()


def tiny_context_data(subject):
    return subject.network.path.parent / "data.npz"


def _with_unreadable(dataset, bad):
    def read(index):
        if index in bad:
            raise UnreadableImage("it is torn")
        return dataset.read(index)

    return replace(dataset, read=read, skipped=(("gone.png", "it is empty"),))


def test_unreadable_images_are_left_out_and_listed(tiny_subject, mined):
    bad = {0, 5, 13}
    dataset = _with_unreadable(tiny_subject.dataset, bad)
    subject = tiny.subject(tiny_subject.network.path, None, dataset, batch_size=3)
    subject.model = tiny_subject.model
    found = compute(subject, {})
    kept = [i for i in range(14) if i not in bad]
    np.testing.assert_array_equal(found.records, kept)
    assert found.skipped[0] == ("gone.png", "it is empty")
    paths = [tiny_subject.dataset.records[i].path for i in sorted(bad)]
    assert found.skipped[1:] == [(path, "it is torn") for path in paths]
    assert found.paths == [tiny_subject.dataset.records[i].path for i in kept]
    np.testing.assert_array_equal(found.top_classes, mined.top_classes[kept])
    values = activations(tiny_subject, "conv2")[kept]
    wanted = brute_force(values, 9)
    active = found.layers["conv2"].values[:, 0] > 0
    np.testing.assert_array_equal(found.layers["conv2"].images[active], wanted[active][..., 1])
    np.testing.assert_allclose(found.layers["conv2"].means, values.mean((0, 1, 2)), rtol=1e-4)


def test_no_readable_image_at_all_is_the_users_to_mend(tiny_subject):
    dataset = _with_unreadable(tiny_subject.dataset, set(range(14)))
    subject = tiny.subject(tiny_subject.network.path, None, dataset)
    subject.model = tiny_subject.model
    with pytest.raises(RequestError, match="no image of .* can be read"):
        compute(subject, {})


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("activation", [None, "softmax", "sigmoid"])
def test_outputs_are_the_models_own(outputs, activation):
    image = keras.Input((6, 6, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(image)
    model = keras.Model(image, keras.layers.Dense(outputs, activation=activation)(pooled))
    x = np.random.default_rng(0).normal(size=(4, 6, 6, 3)).astype(np.float32)
    _, found = reduction_function(trace(model), [])(x)
    np.testing.assert_allclose(np.asarray(found), np.asarray(model(x)), rtol=1e-5)


@pytest.mark.parametrize("places", [(5, 7), (1, 6), (4, 1), ()])
def test_of_equals_the_first_place_is_taken(places):
    image = keras.Input((5, 7, 3))
    x = keras.layers.ReLU(name="maps")(image)
    if not places:
        x = keras.layers.GlobalMaxPooling2D()(x)
        x = keras.layers.ReLU(name="maps2")(x)
    elif places != (5, 7):
        x = keras.layers.Conv2D(4, [1 + a - b for a, b in zip((5, 7), places, strict=True)])(x)
        x = keras.layers.ReLU(name="maps2")(x)
    model = keras.Model(image, x)
    layer = model.layers[-1].name
    graph = trace(model)
    # Few values, so that most maps have several strongest places; one image has none above 0.
    images = np.random.default_rng(3).integers(-2, 2, (6, 5, 7, 3)).astype(np.float32)
    images[2] = -1
    values = np.asarray(model(images)).reshape(6, -1, model.output_shape[-1])
    node = next(node for node in reversed(graph.nodes) if node.layer == layer)
    reduced, _ = reduction_function(graph, [SimpleNamespace(node=node.index)])(images)
    maxima, found, means = (np.asarray(part) for part in reduced[0])
    np.testing.assert_array_equal(maxima, values.max(axis=1))
    np.testing.assert_array_equal(found, values.argmax(axis=1))
    np.testing.assert_allclose(means, values.mean(axis=1), rtol=1e-5, atol=1e-6)


# Merging ---------------------------------------------------------------------------------------

IMAGES = st.lists(
    # Few values, so that there are ties.
    st.lists(st.sampled_from([-1.0, -0.25, -0.0, 0.0, 0.5, 0.5, 2.0]), min_size=6, max_size=6),
    min_size=3,
    max_size=14,
)


def _mined(values: np.ndarray, first: int, k: int):
    """[B, 2 maps, 3 places] -> Strongest."""
    maxima, places, means = values.max(2), values.argmax(2), values.mean(2)
    return from_batch(maxima, places, means, first, k)


def _same(a, b):
    for field in ("values", "images", "places", "active"):
        np.testing.assert_array_equal(getattr(a, field), getattr(b, field))
    np.testing.assert_allclose(a.sums, b.sums, atol=1e-12)
    assert a.count == b.count


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(IMAGES, st.data(), st.integers(1, 9))
def test_merging_is_associative_and_commutative(images, data, k):
    values = np.array(images).reshape(len(images), 2, 3)
    cuts = sorted(data.draw(st.lists(st.integers(1, len(images) - 1), min_size=2, max_size=2)))
    bounds = [0, *sorted(set(cuts)), len(images)]
    parts = [_mined(values[a:b], a, k) for a, b in pairwise(bounds)]
    whole = _mined(values, 0, k)
    for order in (parts, parts[::-1], parts[1:] + parts[:1]):
        joined = order[0]
        for part in order[1:]:
            joined = merge(joined, part, k)
        _same(joined, whole)
    if len(parts) == 3:
        a, b, c = parts
        _same(merge(merge(a, b, k), c, k), merge(a, merge(b, c, k), k))
        _same(merge(a, b, k), merge(b, a, k))
    assert whole.count == len(images)
    np.testing.assert_array_equal(whole.active, (values.max(2) > 0).sum(0))
    for m in range(2):
        best = sorted((-values[i, m].max(), i) for i in range(len(images)))[:k]
        np.testing.assert_array_equal(whole.images[m], [i for _, i in best])


def test_a_batch_is_computed_while_the_results_of_the_last_are_used():
    begun = [Event() for _ in range(3)]

    def compute(batch):
        begun[batch].set()
        return [np.full(2, batch)]

    for batch, (result,) in one_ahead(compute, range(3)):
        assert begun[min(batch + 1, 2)].wait(10)
        np.testing.assert_array_equal(result, [batch, batch])
    assert not list(one_ahead(compute, []))


def test_an_error_in_a_batch_reaches_whoever_takes_its_results():
    def compute(batch):
        return [np.zeros(2)] if batch == 0 else [batch.missing]

    results = one_ahead(compute, range(2))
    assert next(results)[0] == 0
    with pytest.raises(AttributeError, match="missing"):
        next(results)


def test_a_layer_that_was_not_mined_is_added(tiny_subject, mined):
    from vizreport.experiments.mining.one_layer import with_layer

    layer = next(x for x in tiny_subject.chosen_layers(None) if x.name == "conv2")
    before = replace(mined, layers={k: v for k, v in mined.layers.items() if k != "conv2"})
    after = with_layer(tiny_subject, Pieces(), before, layer)
    assert with_layer(tiny_subject, Pieces(), mined, layer) is mined
    found, expected = after.layers["conv2"], mined.layers["conv2"]
    for name in ("values", "means"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-5)
    for name in ("images", "rows", "cols", "active", "similarity"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    check(type(after), taken_apart(after))


def test_shards_of_any_size_give_the_same(tiny_subject, mined, monkeypatch):
    """Of batches of 2 that are cut into pieces of 4 images, in whatever order they finish."""
    from vizreport.building.running import called
    from vizreport.parallel import piece
    from vizreport.parallel.loop import in_turn

    monkeypatch.setattr(piece, "BATCHES", 2)
    subject, seen = tiny.changed(tiny_subject, batch_size=2), []

    def backwards(subject, work, pieces, bar):
        seen.append(len(pieces))
        return in_turn(subject, work, pieces[::-1], bar)

    experiment = experiments()["mining"]
    found = called(
        experiment.load(experiment.compute),
        subject,
        subject.asked.of(experiment),
        {},
        Pieces(backwards),
    )
    assert seen == [4]
    for name, layer in mined.layers.items():
        again = found.layers[name]
        np.testing.assert_allclose(again.values, layer.values, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(again.images, layer.images)
        np.testing.assert_array_equal(again.active, layer.active)
        np.testing.assert_allclose(again.means, layer.means, rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(found.records, mined.records)
    np.testing.assert_array_equal(found.top_classes, mined.top_classes)


def test_images_of_a_piece_that_failed_are_left_out_and_listed(
    tiny_subject, mined, monkeypatch, capsys
):
    from vizreport.building.running import called
    from vizreport.parallel import piece
    from vizreport.parallel.loop import in_turn

    monkeypatch.setattr(piece, "BATCHES", 1)
    subject, experiment = tiny.changed(tiny_subject, batch_size=4), experiments()["mining"]

    def engine(lost):
        def compute(subject, work, pieces, bar):
            for each in in_turn(subject, work, pieces, bar):
                failed = each.piece.argument.start in lost
                yield piece.Failed(each.piece, "no luck") if failed else each

        return Pieces(compute)

    arguments = experiment.load(experiment.compute), subject, subject.asked.of(experiment), {}
    found = called(*arguments, engine({4}))
    np.testing.assert_array_equal(found.records, [0, 1, 2, 3, *range(8, 14)])
    wanted = [(mined.paths[i], "its piece failed: no luck") for i in range(4, 8)]
    assert found.skipped == wanted
    assert "images 4 to 7 (no luck)" in capsys.readouterr().err
    np.testing.assert_array_equal(found.top_classes, mined.top_classes[found.records])
    with pytest.raises(RequestError, match="4 of 4 pieces failed"):
        called(*arguments, engine(range(14)))
