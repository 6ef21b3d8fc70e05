"""Parts and energies of a tiny network on data that know where things are, by brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.experiments import tiny
from tests.experiments.test_mining import activations
from vizreport.data.truth import Part, Truth, bounds
from vizreport.engine import Deconvnet
from vizreport.experiments.parts.naming import halves

compute = tiny.computing("parts")
project = tiny.computing("top_patches")

GEOMETRY = {"conv1": (2, 5), "conv2": (4, 15)}
"""Stride and side of a unit's receptive field, px; 'valid' padding throughout."""


@pytest.fixture(scope="module")
def truth(tiny_subject):
    """A rectangle and two dots, one in seven hidden, near where a map of each layer answers."""
    found = {layer: activations(tiny_subject, layer) for layer in GEOMETRY}

    def of_image(index: int) -> Truth:
        random = np.random.default_rng(index)
        mask = np.zeros(tiny.SIZE, bool)
        top, left = random.integers(0, 8, 2)
        mask[top : top + 14, left : left + 16] = True
        parts = {}
        for number, (name, layer) in enumerate((("left dot", "conv1"), ("right dot", "conv2"))):
            x, y = place(found[layer][index, ..., 3], *GEOMETRY[layer])
            x, y = np.clip((x, y) + random.normal(0, 1.5, 2), 0.1, tiny.SIZE[0] - 0.1)
            parts[name] = Part(float(x), float(y), (index + number) % 7 > 0)
        return Truth(mask, bounds(mask), parts)

    return of_image


def place(values: np.ndarray, stride: int, side: int) -> tuple[float, float]:
    """Centre of the receptive field of the strongest unit, x and y."""
    row, col = divmod(int(values.argmax()), values.shape[1])
    return col * stride + side / 2, row * stride + side / 2


@pytest.fixture(scope="module")
def subject(tiny_subject, truth):
    other = tiny.changed(tiny_subject)
    other.dataset = replace(tiny_subject.dataset, truth=truth)
    return other


@pytest.fixture(scope="module")
def named(subject, mined):
    return compute(subject, {"mining": mined})


def test_precision_by_brute_force(subject, mined, named, truth):
    metrics = pytest.importorskip("sklearn.metrics")
    count = len(mined.records)
    classes = np.array([record.class_name for record in subject.dataset.records])
    first = halves(classes, np.random.default_rng(subject.asked.seed))
    assert named.halves == [first.sum(), (~first).sum()]
    assert named.names == ["left dot", "right dot", "dot"]
    assert [*named.layers] == ["conv1", "conv2"]  # the class scores have no places
    known = [truth(i) for i in range(count)]
    for layer, (stride, side) in GEOMETRY.items():
        values = activations(subject, layer)
        maps = named.layers[layer].maps
        assert named.layers[layer].least == pytest.approx(stride / np.sqrt(2))
        scores = np.zeros((2, 3, values.shape[-1]))
        for m in range(values.shape[-1]):
            for q, wanted in enumerate((["left dot"], ["right dot"], ["left dot", "right dot"])):
                hits, shown = np.zeros(count, bool), np.zeros(count, bool)
                for i in range(count):
                    x, y = place(values[i, ..., m], stride, side)
                    reach = max(0.1 * 16, stride / np.sqrt(2))
                    for name in wanted:
                        part = known[i].parts[name]
                        if part.visible:
                            shown[i] = True
                            hits[i] |= np.hypot(x - part.x, y - part.y) <= reach
                strongest = values.max(axis=(1, 2))[:, m]
                hits &= strongest > 0
                for h, half in enumerate((first, ~first)):
                    if hits[half].any():
                        average = metrics.average_precision_score(hits[half], strongest[half])
                        scores[h, q, m] = average * hits[half].sum() / shown[half].sum()
        best = scores[0].max(axis=0)
        np.testing.assert_allclose(np.nan_to_num(maps.chosen), best, rtol=1e-5)
        for m in np.flatnonzero(best):
            part = maps.part[m]
            assert scores[0, part, m] == pytest.approx(best[m])
            assert maps.precision[m] == pytest.approx(scores[1, part, m], rel=1e-5)
            assert 0 <= maps.chance[m] <= 1
        assert (maps.part[best == 0] == -1).all()
        assert (best > 0).any()


def test_mean_mask(mined, named, truth):
    wanted = np.mean([truth(int(i)).mask for i in mined.records], axis=0)
    np.testing.assert_allclose(named.mean_mask, wanted, rtol=1e-6)
    assert named.masks == len(mined.records)


def test_data_without_truth_have_no_parts(tiny_subject, mined, parts):
    assert (parts.masks, parts.names, parts.layers) == (0, [], {})
    projected = project(
        tiny.changed(tiny_subject, layers=("conv1",)), {"mining": mined, "parts": parts}
    )
    assert np.isnan(projected.layers["conv1"].tiles.inside).all()


def test_energy_of_projections_on_the_object(subject, mined, named, truth):
    projected = project(tiny.changed(subject, maps=None), {"mining": mined, "parts": named})
    pictures = np.stack([subject.dataset.read(int(i)) for i in mined.records])
    inputs = subject.preprocessing.tensor(pictures)
    deconvnet = Deconvnet(subject.model, preprocessing=subject.preprocessing)
    for layer, m, k in (("conv1", 0, 0), ("conv2", 3, 2), ("conv2", 3, 5)):
        found = mined.layers[layer]
        assert found.values[m, k] > 0
        image, row, col = (int(x[m, k]) for x in (found.images, found.rows, found.cols))
        whole = deconvnet.project(inputs[image : image + 1], layer, (row, col, m))[0]
        energy = (whole.astype(np.float64) ** 2).sum(axis=-1)
        mask = truth(int(mined.records[image])).mask
        inside = energy[mask].sum() / energy.sum()
        assert projected.layers[layer].tiles.inside[m, k] == pytest.approx(inside, rel=1e-4)
        elsewhere = (energy * named.mean_mask).sum() / energy.sum()
        assert projected.layers[layer].tiles.inside_elsewhere[m, k] == pytest.approx(
            elsewhere, rel=1e-4
        )
        stride, side = GEOMETRY[layer]
        field = mask[row * stride :, col * stride :][:side, :side]
        assert projected.layers[layer].tiles.inside_area[m, k] == pytest.approx(
            field.mean(), rel=1e-5
        )
    assert np.isnan(projected.layers["conv1"].tiles.inside[2]).all()  # a dead map
