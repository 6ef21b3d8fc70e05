"""Figures whose layout a reader relies on: the paper's order, an axis for each layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.report.fake_invariance import make_invariance
from tests.report.fake_occlusion import make_occlusion
from tests.report.fake_results import SIZE, make_mining
from vizreport.experiments.invariance import drawing as invariance
from vizreport.experiments.invariance import summary
from vizreport.experiments.occlusion import drawing as occlusion
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.report import montage

MINING = make_mining(np.random.default_rng(0), [f"class {i}" for i in range(10)], False)
SEEN = np.random.default_rng(0).integers(0, 256, (8, SIZE, SIZE, 3), np.uint8)


@pytest.fixture(scope="module")
def occluded() -> OcclusionResult:
    return make_occlusion(np.random.default_rng(1), MINING, SEEN, False)


def panels(result: OcclusionResult) -> list[str]:
    """Return the letters and titles of the panels from left to right."""
    texts = occlusion.chart(result, 0).texts
    top = max(text.get_position()[1] for text in texts)
    row = [text for text in texts if text.get_position()[1] == top]
    return [text.get_text() for text in sorted(row, key=lambda text: text.get_position()[0])]


def test_occlusion_is_drawn_in_the_order_of_the_paper(occluded: OcclusionResult) -> None:
    drawn = panels(occluded)
    assert drawn[::2] == [f"({letter})" for letter in "abcde"]
    assert drawn[5] == "its projection"
    without = replace(occluded, projection_problem="no rule")
    assert panels(without)[5] == "no projection"


def test_each_layer_has_an_axis_of_its_own_and_lines_their_numbers() -> None:
    result = make_invariance(np.random.default_rng(2), MINING, SEEN, False)
    labels = ["one", "two", "three", "four", "five"]
    chart = invariance.draw(result, ("vertical",), labels)
    pictures, *curves = chart.axes
    assert [text.get_text().strip() for text in pictures.texts] == list("12345")
    for layer, axes in enumerate(curves[: len(result.layers)]):
        drawn = summary.distance_curves(result, "vertical", layer)
        ends = {text.get_text(): text.xy[1] for text in axes.texts}
        by_height = sorted("12345", key=lambda number: ends[number])
        assert by_height == [str(i + 1) for i in np.argsort(drawn.shown[:, -1])]
        highest = max(
            np.nanmax(summary.distance_curves(result, name, layer).shown) for name in result.values
        )
        assert highest < axes.get_ylim()[1]
        assert [tick.get_text() for tick in axes.get_yticklabels() if tick.get_visible()]
    loud = replace(result, norms=result.norms * np.array([1, 10], np.float32))
    assert invariance.distance_limit(loud, 0) == invariance.distance_limit(result, 0)
    assert invariance.distance_limit(loud, 1) < invariance.distance_limit(result, 1)


@pytest.mark.parametrize(
    ("heights", "placed"),
    [
        ([9, 5, 1], [9, 5, 1]),
        ([10, 10, 10], [10, 8, 6]),
        ([1, 0.5, 0], [4, 2, 0]),
        ([12, 3, 2.5], [10, 3, 1]),
        ([], []),
    ],
)
def test_numbers_of_lines_do_not_overlap(heights: list[float], placed: list[float]) -> None:
    assert invariance.spread_out(heights, 2, 10) == placed


def test_labels_that_are_cut_keep_both_ends() -> None:
    text = "a name that is far too long for its place"
    cut = montage.clip_text(text, 120, 20)
    assert cut.startswith("a n")
    assert cut.endswith("ce")
    assert "…" in cut
    assert montage.clip_text(text, 1000, 20) == text
    assert montage.clip_text(text, 1, 20) == ""
