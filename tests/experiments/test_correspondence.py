"""The whole experiment on a tiny network, against plain Keras and loops."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tests.experiments import tiny
from vizreport.errors import RequestError
from vizreport.experiments.correspondence.compute import compared_layers
from vizreport.experiments.correspondence.squares import masked

compute = tiny.computing("correspondence")

PARTS = {"eye": (8, 6), "ear": (20, 5.5), "nose": (14, 15)}


@pytest.fixture(scope="module")
def subject(tiny_subject, tmp_path_factory):
    path = tmp_path_factory.mktemp("parts") / "parts.csv"
    lines = [
        f"{record.path},{part},{x + i % 3},{y + i % 2}"
        for i, record in enumerate(tiny_subject.dataset.records)
        for part, (x, y) in PARTS.items()
    ]
    path.write_text("\n".join(["file,part,x,y", *lines]))
    return tiny.changed(tiny_subject, parts=str(path), batch_size=7)


@pytest.fixture(scope="module")
def result(subject, mined):
    return compute(subject, {"mining": mined})


def test_distances_are_those_of_plain_loops(result, subject):
    import keras

    model = subject.model
    features = keras.Model(
        model.input, [model.get_layer("pool1").output, model.get_layer("conv2").output]
    )

    def of(pictures):
        values = features.predict(subject.preprocessing.tensor(pictures), verbose=0)
        return [value.reshape(len(value), -1) for value in values]

    clean = of(result.pictures)
    assert [*result.layers] == ["conv1", "conv2"]
    assert result.lengths == [value.shape[1] for value in clean]
    count = len(result.paths)
    for squares, what in (
        (result.part_squares, "part"),
        (result.random_squares, "random"),
        (result.shared_squares, "shared"),
    ):
        for k in range(0, squares.shape[1], 4):
            hidden = of(masked(result.pictures, squares[:, k], result.side))
            for layer, x, y in zip(result.layers.values(), clean, hidden, strict=True):
                difference = x - y
                limit = 1e-5 * np.abs(x).max(axis=1, keepdims=True)
                signs = np.sign(np.where(np.abs(difference) <= limit, 0, difference))
                pairs = [
                    np.mean([a != b for a, b in zip(signs[i], signs[j], strict=True)])
                    for i in range(count)
                    for j in range(i + 1, count)
                ]
                stored = getattr(layer, f"{what}_distances")[k]
                assert stored == pytest.approx(pairs, abs=1e-6)
                if what == "part":
                    assert layer.part_changed[k] == pytest.approx((signs != 0).mean())


def test_squares_are_on_the_points_asked_for(result, subject, mined):
    assert result.parts == list(PARTS)
    assert (result.source, result.object, result.asked) == ("file", "box", False)
    for i, path in enumerate(result.paths):
        number = mined.paths.index(path)
        for p, (x, y) in enumerate(PARTS.values()):
            # The network sees the whole picture at its own size.
            assert result.points[i, p].tolist() == [x + number % 3, y + number % 2]
            left, top = result.part_squares[i, p]
            assert left <= result.points[i, p, 0] < left + result.side
            assert top <= result.points[i, p, 1] < top + result.side


def test_a_class_asked_for(subject, mined):
    name = "star"
    asked = compute(tiny.changed(subject, correspondence_class=name), {"mining": mined})
    assert (asked.class_name, asked.asked) == (name, True)
    with pytest.raises(RequestError, match="no class 'moon' with parts"):
        compute(tiny.changed(subject, correspondence_class="moon"), {"mining": mined})


def layers(monkeypatch, *shapes):
    """Return the layers chosen of a network with hidden layers of these rows and columns."""
    from vizreport.experiments.correspondence import compute as module

    hidden = [SimpleNamespace(name=str(i), rows=side, cols=side) for i, side in enumerate(shapes)]
    monkeypatch.setattr(module, "hidden_layers", lambda graph: hidden)
    return [layer.name for layer in compared_layers(None, None)]


def test_default_layers(monkeypatch):
    assert layers(monkeypatch, 26, 13, 13, 1, 1) == ["2", "4"]  # ZFNet: the paper's 5 and 7
    assert layers(monkeypatch, 26, 13, 13) == ["0", "2"]  # without dense layers
    assert layers(monkeypatch, 13, 13) == ["0", "1"]
    assert layers(monkeypatch, 1) == ["0"]
