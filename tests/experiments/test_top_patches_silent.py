"""Maps that fewer than nine images excite show no arbitrary ones in their place."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
from PIL import Image

from tests.report import fake_pictures
from tests.report.fake_projections import make_parts, make_top_patches
from tests.report.fake_results import IMAGES, NOUNS, SIZE, make_mining
from tests.report.fake_run import run_record
from vizreport.experiments.top_patches.figures import gathered, section


def test_an_image_that_does_not_excite_a_map_is_not_shown():
    random = np.random.default_rng(7)
    mining = make_mining(random, [NOUNS[i % 10] for i in range(1000)], False)
    seen = fake_pictures.pictures(IMAGES, SIZE, 1)
    top = make_top_patches(random, mining, seen, False)
    name, last = [*top.layers.items()][-1]
    place = int(np.flatnonzero(~last.dead)[0])
    values = last.values.copy()
    values[place, 3:] = 0
    fewer = dataclasses.replace(last, values=values, shown=values > 0)
    changed = dataclasses.replace(top, layers={**top.layers, name: fewer})
    parts = make_parts(np.random.default_rng(9), False)
    results = {"top_patches": changed, "mining": mining, "parts": parts}
    layer = next(layer for layer in gathered(results) if layer["name"] == name)
    cell = layer["cells"][place]
    assert [tile["rank"] for tile in cell["tiles"]] == [1, 2, 3]
    assert cell["of"] == 3
    made = section(results, run_record((), False))
    figure = next(figure for figure in made.figures if figure.name == layer["figure"])
    assert "Where pairs are missing" in figure.caption
    side = layer["drawn"].side
    for view in ("patches", "projections"):
        picture = np.asarray(Image.open(io.BytesIO(made.files[cell[view]]())))
        opaque = picture[..., 3].reshape(3, side, 3 * side)
        assert not opaque[1:].any()
        assert opaque[0].any()
