"""The section Evolution: what it says, and where the jumps are drawn."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.report import fake_pictures
from tests.report.fake_evolution import EPOCHS, make_evolution
from tests.report.fake_results import make_mining
from vizreport.experiments.evolution.figures import section
from vizreport.experiments.evolution.findings import findings
from vizreport.experiments.evolution.jumps import jumps
from vizreport.experiments.evolution.sheet import TILE, Strip, sheet
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import beside_published, sentence


@pytest.fixture(scope="module")
def made():
    random = np.random.default_rng(3)
    mining = make_mining(random, ["a", "b"], False)
    names = [*mining.layers][:2]
    layers = {}
    for name, window in zip(names, (7, 31), strict=True):
        mined = mining.layers[name]
        layers[name] = SimpleNamespace(
            tiles=SimpleNamespace(
                status="",
                window=window,
                receptive_field=[140, 140],
                fields=np.tile([0, 0, 140, 140], (8, 9, 1)),
            ),
            maps=np.arange(3, 11, dtype=np.int32),
            rows=mined.rows[3:11],
            cols=mined.cols[3:11],
            images=mined.images[3:11],
        )
    top = SimpleNamespace(layers=layers)
    return mining, make_evolution(random, mining, top, fake_pictures.pictures(4, 140, 1)), top


def result_of(*layers):
    """Return a result of layers with these similarities, float [E, m], and no jumps."""
    names = [f"conv{i + 1}" for i in range(len(layers))]
    maps = [
        SimpleNamespace(
            similarity=each,
            values=np.where(np.isnan(each), 0, 1),
            images=np.zeros_like(each, int),
        )
        for each in layers
    ]
    return SimpleNamespace(epochs=[1, 5, 20, 64], followed=dict(zip(names, maps, strict=True)))


def similarities(early, late, count=10):
    """Rise from ``early`` to ``late`` at the last epoch but one, each map a little different."""
    shift = np.linspace(-0.02, 0.02, count)
    return np.stack([early + shift, (early + late) / 2 + shift, late + shift, np.ones(count)])


def test_blank_maps_do_not_make_a_layer_unsettled():
    """Two of ten maps of conv2 project nothing before the end; eight are close to final."""
    conv2 = similarities(0.9, 0.96)
    conv2[:3, :2] = np.nan
    result = result_of(similarities(0.6, 0.9), conv2)
    depth, settled, _ = decide(findings({"evolution": result}))
    assert depth.effect.value > 0
    assert "Upper layers settle first" in sentence(depth)
    assert beside_published(depth).endswith("this differs.")
    assert settled.n == 18
    assert "18 of 18 live maps" in sentence(settled)


def test_lower_layers_first_agrees_with_the_paper():
    result = result_of(similarities(0.9, 0.97), similarities(0.1, 0.5))
    depth, settled, jumped = decide(findings({"evolution": result}))
    assert sentence(depth).startswith("Lower layers settle first")
    assert "\u2068conv1\u2069 by epoch 1, \u2068conv2\u2069 only at the last, 64" in sentence(depth)
    assert beside_published(depth).endswith("this agrees.")
    assert "10 of 20 live maps" in sentence(settled)
    assert jumped.effect.value == 0


def test_the_same_in_all_layers_is_no_finding():
    random = np.random.default_rng(4)
    layers = [similarities(0.5, 0.9)[:, random.permutation(10)] for _ in range(3)]
    depth, _, _ = decide(findings({"evolution": result_of(*layers)}))
    assert depth.decision == "not shown"
    assert findings({"evolution": result_of(np.full((4, 3), np.nan))}) == []


def test_jumps_are_changes_of_image_while_alive(made):
    maps = next(iter(made[1].followed.values()))
    values = np.ones((3, 2), np.float32)
    values[1, 1] = 0
    images = np.array([[4, 4], [4, 5], [6, 6]], np.int32)
    changed = dataclasses.replace(maps, values=values, images=images)
    assert jumps(changed).tolist() == [[False, False], [True, False]]


def test_the_page_marks_the_jumps(made):
    mining, result, top = made
    shown = section({"mining": mining, "evolution": result, "top_patches": top}, None)
    assert [figure.name for figure in shown.figures] == [
        "evolution-curves",
        *(f"evolution-{name}" for name in result.layers),
    ]
    for layer in shown.context["layers"]:
        for cell in layer["cells"]:
            changed = jumps(result.followed[layer["name"]])[:, cell["place"]]
            assert [tile["jump"] for tile in cell["tiles"]] == [False, *changed]
            assert [tile["epoch"] for tile in cell["tiles"]] == EPOCHS
            assert shown.files[cell["projections"]]().startswith(b"RIFF")


def test_a_bar_stands_before_the_tile_of_a_jump():
    tiles = [Image.new("RGBA", (TILE, TILE), (128, 128, 128, 255))] * 3
    strip = Strip("map 7", "1 jump", [False, False, True], tiles, tiles, [True] * 3)
    drawn = np.asarray(sheet("conv1", [1, 2, 3], [strip])).astype(int)
    orange = (drawn[..., 0] > 180) & (drawn[..., 2] < 40)
    columns = np.flatnonzero(orange.any(axis=0))
    grey = np.flatnonzero((drawn == 128).all(axis=2).any(axis=0))
    ends = grey[np.flatnonzero(np.diff(grey) > 1)]  # the last column of the first two tiles
    assert len(ends) == 2
    assert ends[1] < columns.min() <= columns.max() < ends[1] + 8
