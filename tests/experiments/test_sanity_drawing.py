"""What stands below the pictures of the sanity section."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import ImageDraw

from tests.report.fake_pictures import pictures
from tests.report.fake_results import IMAGES, NOUNS, SIZE, make_mining
from tests.report.fake_sanity import make_sanity, with_states
from vizreport.experiments.sanity import curves, drawing, figures, panel_drawing


@pytest.fixture
def written(monkeypatch) -> list[str]:
    """Return what is written into pictures from now on."""
    found: list[str] = []
    write = ImageDraw.ImageDraw.text

    def text(self, xy, text, *arguments, **options):
        found.append(text)
        return write(self, xy, text, *arguments, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    return found


def test_nothing_is_like_a_blank_picture(written):
    random = np.random.default_rng(0)
    mining = make_mining(random, list(NOUNS), False)
    result = make_sanity(random, mining, pictures(IMAGES, SIZE, 1), False)
    layer, tested = next(iter(result.layers.items()))
    scales, cascade, controls = (
        getattr(tested.states, field).copy() for field in ("scales", "cascade", "controls")
    )
    scales[0] = [0, *np.ones(scales.shape[1] - 1)]
    cascade[0, :, 0] = controls[0, :, 0] = np.nan
    blank = with_states(result, layer, scales=scales, cascade=cascade, controls=controls)
    drawing.pictures(blank, layer, "map 1")
    assert written.count("blank") == 1
    states = scales.shape[1]
    assert written.count("–") == states - 1
    assert not [text for text in written if "nan" in text.split()]


def test_curves_show_the_units_that_are_not_blank():
    random = np.random.default_rng(0)
    mining = make_mining(random, list(NOUNS), False)
    result = make_sanity(random, mining, pictures(IMAGES, SIZE, 1), False)
    layer, tested = next(iter(result.layers.items()))
    cascade = tested.states.cascade.copy()
    cascade[0, 0, 0], cascade[0, 1] = np.nan, np.nan
    figure = curves.curves(with_states(result, layer, cascade=cascade), layer)
    axes = figure.axes[0]
    line = axes.lines[0].get_xdata()  # the first method's, of states without a blank picture
    assert line[0] == 1
    assert np.isnan(line[[1, 2]]).all()
    assert line[3] == pytest.approx(cascade[0, 2, :, 0].mean())
    hollow = [each for each in axes.lines if each.get_markerfacecolor() == "white"]
    assert hollow[0].get_xdata() == pytest.approx([cascade[0, 0, 1:, 0].mean()])
    crosses = [each for each in axes.lines if each.get_marker() == "x" and len(each.get_xdata())]
    assert [len(each.get_xdata()) for each in crosses] == [1]
    place = crosses[0].get_transform().transform(crosses[0].get_xydata())[0]
    assert axes.transData.inverted().transform(place)[0] < np.nanmin(line) - 0.05
    assert "blank" in [each.get_text() for each in axes.get_xticklabels()]
    chance = [each.get_xdata()[0] for each in axes.lines if len(each.get_xdata()) == 2
              and len(set(each.get_xdata())) == 1]  # fmt: skip
    for control in tested.states.controls[:, -1, :, 0]:
        assert control.mean() == pytest.approx(min(chance, key=lambda y: abs(y - control.mean())))
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert any("hollow" in text for text in said)
    assert any("all projections blank" in text for text in said)


def test_a_long_name_is_broken_behind_the_mark_nearest_its_middle():
    assert drawing.two_lines("fire9_expand1x1", lambda text: False) == ("fire9_", "expand1x1")
    assert drawing.two_lines("a_b/conv2_block", lambda text: False) == ("a_b/conv2_", "block")
    assert drawing.two_lines("fire9_expand1x1", lambda text: True) == ("fire9_expand1x1", "")
    assert drawing.two_lines("convolution", lambda text: False) == ("convolution", "")


def test_spotlights_of_both_networks_are_compared_tile_by_tile():
    random = np.random.default_rng(0)
    mining = make_mining(random, list(NOUNS), False)
    result = make_sanity(random, mining, pictures(IMAGES, SIZE, 1), False)
    own = result.panel_projections[0]
    for other, expected in ((own, 1.0), (0 - np.maximum(own, 1), 1.0)):
        same = replace(result, panel_projections=np.stack([own, other]))
        assert panel_drawing.agreement(same, 0) == pytest.approx(expected, abs=1e-6)
    turned = replace(result, panel_projections=np.stack([own, own[:, :, ::-1]]))
    assert panel_drawing.agreement(turned, 0) < 0.9
    none = replace(result, panel_shown=np.zeros_like(result.panel_shown))
    assert np.isnan(panel_drawing.agreement(none, 0))


@pytest.mark.parametrize(("passed", "blocked"), [(0.9e-4, True), (1.1e-4, False)])
def test_a_rectifier_that_passes_under_a_hundredth_of_the_signal_is_told(passed, blocked):
    """Energies are squares: 1 % of the root mean square is a ten-thousandth."""
    random = np.random.default_rng(0)
    mining = make_mining(random, list(NOUNS), False)
    result = make_sanity(random, mining, pictures(IMAGES, SIZE, 1), False)
    result = replace(result, panel_passed=np.array([[0.4, passed], [0.3, 0.25]], np.float32))
    found = panel_drawing.narrowest(result)
    assert found.layer == result.panel_rectifiers[1]
    assert found.trained == pytest.approx(passed**0.5, rel=1e-5)
    assert found.random == pytest.approx(0.5)
    own = figures.dependence(result)
    assert own["lost"]["blocked"] == blocked
    assert own["trained"] == "0.20"
    none = replace(result, panel_alike=np.full_like(result.panel_alike, np.nan))
    assert figures.dependence(none) is None
