"""Verdicts on hand-made similarities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.report.fake_results import make_mining
from tests.report.fake_sanity import make_sanity, with_states
from vizreport.experiments.sanity.assessment import assess
from vizreport.experiments.sanity.findings import findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import headline, sentence


def made(top, end, controls, units=8, spread=0.05):
    """One layer, one method, units spread about the means; the last is blank throughout."""
    random = np.random.default_rng(0)
    mining = make_mining(random, [f"class {i}" for i in range(20)], False)
    result = make_sanity(random, mining, np.zeros((4, 227, 227, 3), np.uint8), True)
    layer, tested = next(iter(result.layers.items()))
    steps = len(tested.steps)
    own = np.append(np.linspace(-spread, spread, units), np.nan)[:, None]
    cascade = np.linspace(top, end, steps)[None, :, None, None] + own + np.zeros(4)
    apart = np.array(controls)[None, :, None, None] + own * 0 + np.zeros(4)
    return with_states(
        replace(result, layers={layer: tested}),
        layer,
        cascade=cascade.astype(np.float32),
        controls=apart.astype(np.float32),
    )


def told(result):
    return decide(findings({"sanity": result}))


def test_shares_beyond_chance_have_a_sign():
    one = assess(made(0.84, 0.52, (0.6, 0.36, 0.2)), next(iter(made(1, 1, (1, 1, 0)).layers)), 0)[0]
    assert np.nanmean(one.left_by_top) == pytest.approx(0.8)
    assert np.nanmean(one.left) == pytest.approx(0.4)
    assert np.nanmean(one.from_switches) == pytest.approx(0.5)
    assert np.nanmean(one.from_filters) == pytest.approx(0.2)
    every, _, sources = told(made(0.5, -0.05, (0.6, 0.36, 0.2)))
    assert every.effect.value == pytest.approx(-0.31, abs=0.01)
    assert "−31\u202f% (95\u202f% interval −35 to −28\u202f%)" in sentence(every)
    assert "reproduce 20\u202f%" in sentence(sources)


@pytest.mark.parametrize(
    ("top", "end", "failing"),
    [(0.84, 0.25, set()), (0.84, 0.9, {"sanity-all"}), (0.99, 0.25, {"sanity-top"})],
)
def test_the_step_that_fails_is_named(top, end, failing):
    found = told(made(top, end, (0.6, 0.36, 0.2)))
    assert {each.kind for each in found if each.severity == "look"} == failing
    said = headline(found)
    assert ("fails the test" in said) == bool(failing)
    assert ("with only the weights of" in said) == ("sanity-top" in failing)
    assert failing or "depend on what was learned" in said


def test_what_lies_about_the_bound_is_open():
    every, _, _ = told(made(0.84, 0.4, (0.6, 0.36, 0.2), spread=0.3))
    assert every.decision == "not shown"
    assert sentence(every).startswith("Inconclusive whether deconvnet projections")
    assert "Inconclusive" in sentence(every)


def test_a_method_must_pass_in_both_measures():
    result = made(0.84, 0.25, (0.6, 0.36, 0.2))
    (layer,) = result.layers
    cascade = result.layers[layer].states.cascade.copy()
    cascade[..., 3] = 0.95 + cascade[..., 3] * 0.01
    every, _, _ = told(with_states(result, layer, cascade=cascade))
    assert every.severity == "look"


def test_mostly_blank_pictures_are_too_little():
    result = made(0.84, 0.25, (0.6, 0.36, 0.2), units=9)
    (layer,) = result.layers
    cascade = result.layers[layer].states.cascade.copy()
    cascade[:, :, 4:] = np.nan
    every, top, _ = told(with_states(result, layer, cascade=cascade))
    assert {every.decision, top.decision} == {"too little data"}
    assert every.n == 4
