"""Which maps are shown: half selective and unlike each other, half at random, none nearly dead."""

from types import SimpleNamespace

import numpy as np
import pytest

from vizreport.experiments.mining.living import nearly_dead
from vizreport.experiments.top_patches.choice import choose_maps, selective_maps, selectivity


def mining_of(similarity=True, seed=0, maps=40, images=200):
    """Mine made-up activations: one strongest value a map and image."""
    random = np.random.default_rng(seed)
    values = random.gamma(0.5, 1, (images, maps)) * random.uniform(0.2, 2, maps)
    values[:, 3] = 0  # dead
    values[1:, 4] = 0  # above 0 in one image
    values[:, 5] *= 0.05 * np.median(values.max(axis=0)) / values[:, 5].max()  # never strong
    order = np.argsort(-values, axis=0, kind="stable")[:9].T
    alike = np.nan_to_num(np.corrcoef(values.T)) if similarity else np.zeros((0, 0))
    layer = SimpleNamespace(
        values=np.take_along_axis(values.T, order, axis=1).astype(np.float32),
        images=order.astype(np.int32),
        means=values.mean(axis=0).astype(np.float32),
        active=(values > 0).mean(axis=0).astype(np.float32),
        similarity=np.rint(100 * alike).astype(np.int8),
    )
    return SimpleNamespace(
        layers={"a": layer},
        output_layer="",
        paths=[str(i) for i in range(images)],
    ), values


@pytest.fixture(name="mining")
def _mining(monkeypatch):
    with np.errstate(invalid="ignore", divide="ignore"):
        return mining_of()[0]


def test_dead_and_nearly_dead_maps(mining):
    assert np.flatnonzero(nearly_dead(mining, "a")).tolist() == [3, 4, 5]
    mining.layers["a"].values[5, 0] *= 2.5  # an eighth of the median
    assert np.flatnonzero(nearly_dead(mining, "a")).tolist() == [3, 4]
    mining.output_layer = "a"
    assert not nearly_dead(mining, "a").any()


def test_selectivity_by_hand():
    layer = SimpleNamespace(
        values=np.array([[4.0, 2.0], [1.0, 1.0], [0, 0], [-1.0, -3.0], [3.0, np.nan]]),
        means=np.array([1.0, 1.0, 0, -6.0, 0]),
    )
    mining = SimpleNamespace(layers={"a": layer})
    assert selectivity(mining, "a").tolist() == [0.5, 0, 0, 0.5, 1]


def test_half_is_selective_and_half_is_drawn(mining):
    choice = choose_maps(mining, "a", 12, 0)
    assert choice.maps.tolist() == sorted(set(choice.maps.tolist()))
    assert len(choice.maps) == 12
    assert not set(choice.maps) & {3, 4, 5}
    assert choice.selective.sum() == 6
    # Any first part has halves.
    assert choice.selective[np.argsort(choice.rank)].tolist() == [True, False] * 6
    again, other = choose_maps(mining, "a", 12, 0), choose_maps(mining, "a", 12, 1)
    assert again.maps.tolist() == choice.maps.tolist()
    assert other.maps[other.selective].tolist() == choice.maps[choice.selective].tolist()
    assert other.maps[~other.selective].tolist() != choice.maps[~choice.selective].tolist()


def test_all_maps_and_the_dead_ones_last(mining):
    choice = choose_maps(mining, "a", None, 0)
    assert choice.maps.tolist() == [*range(40)]
    assert sorted(choice.maps[np.argsort(choice.rank)][-3:].tolist()) == [3, 4, 5]
    assert choice.selective[np.argsort(choice.rank)][:37].tolist() == [True, False] * 18 + [True]
    assert choose_maps(mining, "a", 100, 0).maps.tolist() == [*range(3), *range(6, 40)]


@pytest.mark.parametrize("stored", [True, False])
def test_selective_maps_are_unlike_each_other(stored):
    """The greedy choice, with similarity taken from the definition."""
    with np.errstate(invalid="ignore", divide="ignore"):
        mining, values = mining_of(stored, seed=2)
    maps = np.setdiff1d(np.arange(40), [3, 4, 5])
    chosen = selective_maps(mining, "a", maps, 5).tolist()

    def alike(a, b):
        if stored:
            return round(100 * np.corrcoef(values[:, a], values[:, b])[0, 1])
        return len(set(mining.layers["a"].images[a]) & set(mining.layers["a"].images[b]))

    median = np.median(values[:, maps].max(axis=0))
    strong = [m for m in maps if values[:, m].max() >= median / 2]
    assert len(strong) < len(maps)
    ranked = sorted(strong, key=lambda m: -selectivity(mining, "a")[m])[:10]
    wanted = [ranked[0]]
    while len(wanted) < 5:
        left = [m for m in ranked if m not in wanted]
        wanted.append(min(left, key=lambda m: max(alike(m, w) for w in wanted)))
    assert chosen == wanted
    assert set(chosen) != set(ranked[:5])


def test_a_layer_of_dead_maps_keeps_maps_to_name():
    layer = SimpleNamespace(
        values=np.zeros((4, 9)), images=np.zeros((4, 9), int), means=np.zeros(4),
        active=np.zeros(4), similarity=np.zeros((4, 4), np.int8),
    )  # fmt: skip
    mining = SimpleNamespace(layers={"a": layer}, output_layer="", paths=["x"] * 9)
    assert len(choose_maps(mining, "a", 2, 0).maps) == 2
