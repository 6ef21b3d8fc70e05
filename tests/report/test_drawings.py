"""Figures whose layout a reader relies on: the paper's order, an axis for each layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.report.fake_invariance import make_invariance
from tests.report.fake_occlusion import make_occlusion
from tests.report.fake_results import SIZE, make_mining
from vizreport.drawing import montage
from vizreport.experiments.invariance import drawing as invariance
from vizreport.experiments.invariance import lines, summary
from vizreport.experiments.occlusion import drawing as occlusion
from vizreport.experiments.occlusion import maps
from vizreport.experiments.occlusion.figures import section
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.wording.text import quoted, words

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
    without = replace(occluded, projections=replace(occluded.projections, problem="no rule"))
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


def test_a_full_turn_closes_and_its_numbers_stand_on_the_lines() -> None:
    result = make_invariance(np.random.default_rng(2), MINING, SEEN, False)
    chart = invariance.draw(result, ("rotation",), ["one", "two", "three", "four", "five"])
    axes = chart.axes[1]
    assert axes.get_xlim() == (0, 360)
    shown = [line for line in axes.lines if line.get_label() in list("12345")]
    texts = {text.get_text(): text.get_position() for text in axes.texts}
    for line in shown:
        across, height = texts[str(line.get_label())]
        angles, values = line.get_data()
        assert values[-1] == values[0]
        at = np.interp(across * 360, angles, values)
        assert height == pytest.approx(at / axes.get_ylim()[1], abs=1e-6)


def test_a_small_change_of_activation_looks_small(occluded: OcclusionResult) -> None:
    size, square = next(iter(occluded.squares.items()))
    nearly = np.full_like(square.activations, 95)
    nearly[:, 0, 0] = 100
    clean = replace(occluded.clean, activations=np.full_like(occluded.clean.activations, 100))

    def with_activations(activations: np.ndarray) -> OcclusionResult:
        squares = {size: replace(square, activations=activations)}
        return replace(occluded, clean=clean, squares=squares)

    small = with_activations(nearly)
    assert maps.activation_range(small, 0) == (0, 100)
    shown = maps.activation_map(small, 0, size).astype(int)
    seen = maps.activation_map(with_activations(nearly / 2), 0, size)
    assert np.abs(shown - seen).max() > 60  # halved it is another colour
    same = maps.activation_map(with_activations(0 * nearly + 100), 0, size)
    assert np.abs(shown - same).max() < 30


def test_a_heading_has_as_many_lines_as_it_needs() -> None:
    picture = Image.new("RGB", (200, 50), (0, 0, 0))
    one, more = (montage.headed(picture, text, 14) for text in ("short", "much longer " * 6))
    assert one.width == more.width == 200
    assert more.height > one.height + 2 * 14
    for whole in (one, more):
        head = whole.height - 50
        rows = np.asarray(whole.convert("L"))
        assert not rows[head:].any()
        assert (rows[:head] < 100).any()
        assert (rows[:head, -1] > 200).all()


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
    assert lines.spread_out(heights, 2, 10) == placed


def test_labels_that_are_cut_keep_both_ends() -> None:
    text = "a name that is far too long for its place"
    cut = montage.clip_text(text, 120, 20)
    assert cut.startswith("a n")
    assert cut.endswith("ce")
    assert "…" in cut
    assert montage.clip_text(text, 1000, 20) == text
    assert montage.clip_text(text, 1, 20) == ""


def test_an_image_of_unknown_class_is_called_by_its_prediction(occluded: OcclusionResult) -> None:
    count = len(occluded.clean.paths)
    unknown = {"classes": np.zeros(count, np.int32), "known": np.zeros(count, bool)}
    one = replace(occluded, clean=replace(occluded.clean, **unknown))
    name = words(occluded.class_names[0])
    drawn = section({"mining": MINING, "occlusion": one}, None)
    assert drawn.figures[0].title.startswith(quoted(f"{name} (predicted)", 60))
    if count > 1:
        assert drawn.figures[1].title.startswith(quoted(f"{name} (predicted) (2)", 60))


def test_sets_of_columns_stand_apart() -> None:
    cells = [Image.new("RGB", (10, 10), "black")] * 6
    black = np.asarray(montage.grid(cells, 6, 2, sets=3))[0, :, 0] == 0
    starts = np.flatnonzero(np.diff(black.astype(int), prepend=0) == 1)
    between = np.diff(starts) - 10
    assert between.tolist()[:2] == between.tolist()[3:] == [2, 2]
    assert between[2] > 2
    assert black[-1]
