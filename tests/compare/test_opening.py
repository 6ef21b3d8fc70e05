"""What a comparison opens with: errors, classes and confusions, and the same units."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from tests.compare.conftest import make_run
from tests.report.fake_projections import make_parts, make_top_patches
from tests.report.fake_results import IMAGES, SIZE
from vizreport.compare.accuracy import accuracy_figures
from vizreport.compare.runs import read_runs
from vizreport.compare.top9 import top9_figures
from vizreport.wording.text import printable


@pytest.fixture(scope="module")
def answering(tmp_path_factory):
    """Two runs of three classes: the first is wrong on every fourth image, the other on nine."""
    root = tmp_path_factory.mktemp("answering")
    first, second = read_runs([make_run(root / "one"), make_run(root / "two")])
    labels = np.arange(IMAGES) % 3

    def run(given, wrong):
        predicted = np.where(wrong, (labels + 1) % 3, labels)
        mining = replace(
            given.mining,
            labels=labels,
            top_classes=predicted[:, None],
            class_names=["cup", "fox", "oak"],
        )
        overview = replace(
            given.overview,
            top1_error=100 * wrong.mean(),
            labelled=IMAGES,
            class_names=mining.class_names,
            class_counts=np.bincount(labels).astype(np.int32),
            class_correct=np.bincount(labels[~wrong]).astype(np.int32),
        )
        return replace(given, mining=mining, overview=overview)

    return [run(first, np.arange(IMAGES) % 4 == 0), run(second, np.arange(IMAGES) < 9)]


def test_errors_classes_and_confusions_are_those_of_the_predictions(answering):
    figures = {figure.name: figure for figure in accuracy_figures(answering)}
    assert list(figures) == ["compare-errors", "compare-classes", "compare-confusions"]
    assert figures["compare-errors"].alt.startswith("B: two makes the fewest top-1 errors.")
    drawn = {}
    for name, figure in figures.items():
        (axes,) = figure.draw().axes
        rows = [label.get_text() for label in axes.get_yticklabels()]
        dots = [line for line in axes.lines if len(line.get_xdata()) == 1]
        drawn[name] = {
            (int(dot.get_color() != dots[0].get_color()), rows[round(dot.get_ydata()[0])]): float(
                dot.get_xdata()[0]
            )
            for dot in dots
        }
    for k, run in enumerate(answering):
        labels, predicted = run.mining.labels, run.mining.top_classes[:, 0]
        wrong = labels != predicted
        assert drawn["compare-errors"][k, "top-1"] == pytest.approx(100 * wrong.mean())
        confused = Counter(zip(labels[wrong], predicted[wrong], strict=True))
        for label, name in enumerate(run.mining.class_names):
            right = 100 * (1 - wrong[labels == label].mean())
            assert drawn["compare-classes"][k, name] == pytest.approx(right)
            other = (label + 1) % 3
            share = 100 * confused[label, other] / (labels == label).sum()
            pair = f"{name} → {run.mining.class_names[other]}"
            assert drawn["compare-confusions"][k, pair] == pytest.approx(share)


def test_runs_without_labels_have_no_accuracies_to_compare(answering):
    unknown = replace(answering[0].overview, top1_error=None)
    assert accuracy_figures([replace(answering[0], overview=unknown), answering[1]]) == []


def test_top9_shows_the_units_that_all_have(answering):
    random = np.random.default_rng(0)
    runs = []
    for k, run in enumerate(answering):
        maps = {"conv1": np.arange(k, k + 3, dtype=np.int32)}  # 0, 1, 2 and 1, 2, 3
        seen = np.zeros((IMAGES, SIZE, SIZE, 3), np.uint8)
        top = make_top_patches(random, run.mining, seen, False, maps)
        results = {"mining": run.mining, "top_patches": top, "parts": make_parts(random, False)}
        runs.append(replace(run, top9=results))
    (figure,) = top9_figures(runs)
    assert figure.name == "compare-top9-conv1"
    said = printable(figure.alt)
    assert [said.count(f"map {k}:") for k in range(4)] == [0, 1, 1, 0]
    for k, run in enumerate(runs):
        (layer,) = [one for one in run.overview.layers if one["name"] == "conv1"]
        other = replace(run.overview, layers=[{**layer, "maps": 7}])
        changed = [*runs]
        changed[k] = replace(run, overview=other)
        assert top9_figures(changed) == []  # a layer of another shape is another one
