"""Verdicts on hand-made likenesses."""

from __future__ import annotations

import numpy as np
import pytest

from tests.report.fake_results import make_mining
from tests.report.fake_sanity import make_sanity
from vizreport.experiments.sanity.assessment import assess, verdicts
from vizreport.experiments.sanity.figures import section


def made(top, end, controls):
    """One layer, one method, three units; the third is blank in the trained network."""
    from dataclasses import replace

    random = np.random.default_rng(0)
    mining = make_mining(random, [f"class {i}" for i in range(20)], False)
    seen = np.zeros((4, 227, 227, 3), np.uint8)
    result = make_sanity(random, mining, seen, True)
    layer = result.layers[0]
    steps = len(result.steps[layer])
    cascade = np.full((1, steps, 3, 4), np.nan, np.float32)
    cascade[:, :, :2] = np.linspace(top, end, steps)[:, None, None]
    cascade[0, -1, 0], cascade[0, -1, 1] = end - 0.1, end + 0.1
    apart = np.full((1, 3, 3, 4), np.nan, np.float32)
    apart[:, :, :2] = np.array(controls)[:, None, None]
    result = replace(
        result,
        cascade={**result.cascade, layer: cascade},
        controls={**result.controls, layer: apart},
    )
    return result, mining, assess(result, layer, 0)[0]


def test_shares_beyond_chance():
    _, _, one = made(0.84, 0.52, (0.6, 0.36, 0.2))
    assert one.left_by_top == pytest.approx(0.8)
    assert one.left == pytest.approx(0.4)
    assert one.from_switches == pytest.approx(0.5)
    assert one.from_filters == pytest.approx(0.2)
    assert one.spread == pytest.approx(0.1)
    assert not one.passed


def test_a_picture_that_changes_passes_and_one_that_ignores_the_top_fails():
    assert made(0.84, 0.3, (0.6, 0.36, 0.2))[2].passed
    assert not made(0.99, 0.3, (0.6, 0.36, 0.2))[2].passed
    # Less alike than chance is nothing left, not less than nothing.
    assert made(0.5, 0.1, (0.6, 0.36, 0.2))[2].left == 0


@pytest.mark.parametrize(("end", "word"), [(0.9, "fails the test"), (0.2, "passes the test")])
def test_the_finding_hides_no_verdict(end, word):
    result, mining, one = made(0.84, end, (0.6, 0.36, 0.2))
    said = section({"sanity": result, "mining": mining}, None).finding
    assert word in said
    assert f"{100 * one.left:.0f}" in said


def test_a_method_must_pass_in_both_measures():
    from dataclasses import replace

    result, _, _ = made(0.84, 0.3, (0.6, 0.36, 0.2))
    layer = result.layers[0]
    assert verdicts(result, layer)[0].passed
    cascade = result.cascade[layer].copy()
    cascade[..., 3] = 0.95
    worse = verdicts(replace(result, cascade={**result.cascade, layer: cascade}), layer)[0]
    assert worse.measure == 3
    assert not worse.passed


def test_mostly_blank_pictures_are_no_evidence():
    result, mining, one = made(0.84, 0.2, (0.6, 0.36, 0.2))
    assert one.verdict == "passes"
    layer = result.layers[0]
    cascade = {**result.cascade, layer: np.repeat(result.cascade[layer], 3, axis=2)}
    cascade[layer][:, :, 2:] = np.nan
    controls = {**result.controls, layer: np.repeat(result.controls[layer], 3, axis=2)}
    from dataclasses import replace

    blank = replace(result, cascade=cascade, controls=controls)
    assert verdicts(blank, layer)[0].verdict == "cannot be judged"
    assert "cannot be judged" in section({"sanity": blank, "mining": mining}, None).finding
