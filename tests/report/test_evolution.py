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
from vizreport.experiments.evolution.figures import finding, jumps, section
from vizreport.experiments.evolution.sheet import TILE, Strip, sheet


@pytest.fixture(scope="module")
def made():
    random = np.random.default_rng(3)
    mining = make_mining(random, ["a", "b"], False)
    names = mining.layers[:2]
    top = SimpleNamespace(
        layers=names,
        status=dict.fromkeys(names, ""),
        window=dict(zip(names, (7, 31), strict=True)),
        maps=dict.fromkeys(names, np.arange(3, 11, dtype=np.int32)),
        receptive_field={name: [140, 140] for name in names},
        fields=dict.fromkeys(names, np.tile([0, 0, 140, 140], (8, 9, 1))),
        rows={name: mining.rows[name][3:11] for name in names},
        cols={name: mining.cols[name][3:11] for name in names},
        images={name: mining.images[name][3:11] for name in names},
    )
    return mining, make_evolution(random, mining, top, fake_pictures.pictures(4, 140, 1)), top


def said(result, *settled: int) -> str:
    layers = [
        {"name": f"conv{i}", "settled": epoch, "jumps": 0.25} for i, epoch in enumerate(settled)
    ]
    return finding(result, layers).replace("\u2068", "").replace("\u2069", "")


def test_the_finding_says_what_the_numbers_say(made):
    result = made[1]
    text = said(result, 5, 20, 0)
    assert text.startswith("Lower layers settle first: conv0 has settled by epoch 5, conv1 by")
    assert "conv2 still changed up to the last, 64" in text
    assert "25" in text
    assert said(result, 20, 5).startswith("Lower layers do not settle first here: conv0 has")
    # An unsettled layer counts as later than any.
    assert said(result, 0, 5).startswith("Lower layers do not settle first here: conv1 has")
    assert said(result, 5, 5).startswith("conv0 has settled by epoch 5")
    assert said(result, 0, 0).startswith("conv0 and conv1 still changed")


def test_jumps_are_changes_of_image_while_alive(made):
    result = made[1]
    name = result.layers[0]
    values = np.ones((3, 2), np.float32)
    values[1, 1] = 0
    images = np.array([[4, 4], [4, 5], [6, 6]], np.int32)
    changed = dataclasses.replace(
        result, values={**result.values, name: values}, images={**result.images, name: images}
    )
    assert jumps(changed, name).tolist() == [[False, False], [True, False]]


def test_the_page_marks_the_jumps(made):
    mining, result, top = made
    shown = section({"mining": mining, "evolution": result, "top_patches": top}, None)
    assert [figure.name for figure in shown.figures] == [
        "evolution-curves",
        *(f"evolution-{name}" for name in result.layers),
    ]
    for layer in shown.context["layers"]:
        for cell in layer["cells"]:
            changed = jumps(result, layer["name"])[:, cell["place"]]
            assert [tile["jump"] for tile in cell["tiles"]] == [False, *changed]
            assert [tile["epoch"] for tile in cell["tiles"]] == EPOCHS
            assert shown.files[cell["projections"]].startswith(b"RIFF")


def test_a_bar_stands_before_the_tile_of_a_jump():
    tiles = [Image.new("RGBA", (TILE, TILE), (128, 128, 128, 255))] * 3
    strip = Strip("7", "1 jump", [False, False, True], tiles, tiles)
    drawn = np.asarray(sheet([1, 2, 3], [strip])).astype(int)
    orange = (drawn[..., 0] > 180) & (drawn[..., 2] < 40)
    columns = np.flatnonzero(orange.any(axis=0))
    grey = np.flatnonzero((drawn == 128).all(axis=2).any(axis=0))
    ends = grey[np.flatnonzero(np.diff(grey) > 1)]  # the last column of the first two tiles
    assert len(ends) == 2
    assert ends[1] < columns.min() <= columns.max() < ends[1] + 8
