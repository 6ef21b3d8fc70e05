"""Mistakes turned and recoloured; layers in which one map is far above the others."""

from dataclasses import replace

import numpy as np
import pytest

from tests.report.fake_diagnosis import make_diagnosis
from tests.report.fake_results import make_mining
from vizreport.experiments.diagnosis import domination, turns
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import sentence


@pytest.fixture(scope="module")
def made():
    random = np.random.default_rng(5)
    mining = make_mining(random, [f"class {c}" for c in "abcdef"], True)
    seen = random.integers(0, 256, (60, 24, 24, 3), dtype=np.uint8)
    return mining, make_diagnosis(random, mining, seen, False)


def test_turns_do_what_they_say():
    x = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3), dtype=np.uint8)
    left, right = (turns.turned(x, f"turned to the {side}") for side in ("left", "right"))
    assert (left[:, 4, 0] == x[:, 0, 0]).all()  # the corner at the top left comes to the bottom
    assert (turns.turned(left, "turned to the right") == x).all()
    assert (turns.turned(right, "turned to the right") == turns.turned(x, "turned by 180°")).all()
    assert (turns.turned(x, "inverted") + x == 255).all()
    assert (turns.turned(x, "red and blue exchanged")[..., 0] == x[..., 2]).all()


def test_only_what_fits_the_input_is_tried():
    assert turns.usable(8, 8, 3) == list(turns.TURNS)
    assert turns.usable(8, 9, 1) == ["turned by 180°", "inverted"]


def mistakes(made, right: np.ndarray, labels: np.ndarray):
    """Return the decided finding of mistakes of given classes, mended or not by each turn."""
    mining, result = made
    given = mining.labels.copy()
    given[: len(labels)] = labels
    top = mining.top_classes.copy()
    top[:, 0] = given
    top[: len(labels), 0] = (labels + 1) % 6
    changed = replace(
        result, mistakes=np.arange(len(labels), dtype=np.int32), turned_right=right.astype(np.int8)
    )
    (found,) = decide([turns.finding(changed, replace(mining, labels=given, top_classes=top))])
    return found


def test_a_class_that_is_stored_turned_is_named_though_the_other_quarter_mends_it_too(made):
    labels = np.repeat([2, 0, 1], [12, 6, 6])
    right = np.zeros((24, 5), bool)
    right[:12, 2] = True
    right[:11, 1] = True  # to the left: nearly as good
    found = mistakes(made, right, labels)
    assert found.severity == "fault"
    assert "images of \u2068class c\u2069 look stored turned to the left" in sentence(found)
    assert (found.effect.value, found.n) == (1.0, 12)


def test_mistakes_that_any_change_mends_are_no_fault(made):
    random = np.random.default_rng(1)
    labels = np.repeat([0, 1, 2], 8)
    near = random.random((24, 1)) < 0.7  # borderline: right again whatever is changed
    found = mistakes(made, np.repeat(near, 5, axis=1), labels)
    assert found.severity == "note"
    assert found.decision == "not shown"


def test_a_map_with_a_peak_far_above_the_median_dominates_though_it_is_seldom_active(made):
    mining, _ = made
    layers = {
        name: replace(each, values=np.full_like(each.values, 2.0), means=np.ones_like(each.means))
        for name, each in mining.layers.items()
    }
    mining = replace(mining, layers=layers)
    layer = layers[domination.layers_of(mining)[0]]
    assert domination.dominated(mining).severity == "note"
    layer.values[3, 0] = 24.0
    found = domination.dominated(mining)
    assert (found.severity, found.effect.value) == ("look", 12.0)
    assert found.values["map"].value == 3
    layer.means[0] = 2.0 * len(layer.means)
    layer.values[3, 0] = 2.0
    found = domination.dominated(mining)
    assert (found.severity, found.values["map"].value) == ("look", 0)
