"""Nulls and effects on a small scale, of made-up stored values."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from benchmarks import calibration, nulls
from tests.report.fake_results import make_mining
from tests.report.fake_sanity import make_sanity

DRAWS = 40


@pytest.fixture(scope="module")
def results():
    """Return results with as many units as a default report has."""
    random = np.random.default_rng(1)
    labels = random.integers(0, 12, 600)
    right = random.random(600) < 0.75
    mining = make_mining(random, [f"class {i}" for i in range(20)], False)
    answers = SimpleNamespace(
        labels=labels,
        top_classes=np.where(right, labels, (labels + 1) % 12)[:, None],
        top_probabilities=random.uniform(0.5, 1, (600, 1)),
        class_names=[f"class {i}" for i in range(12)],
        output={"kind": "classes"},
        not_finite=np.zeros(1, int),
        checked=["output"],
        layers=[],
        values={},
        active={},
    )
    overview = SimpleNamespace(
        exchanged=[], initialised=[], top1_error=25.0, confusions=[], class_counts=[]
    )
    sanity = make_sanity(random, mining, np.zeros((4, 227, 227, 3), np.uint8), False)
    areas = random.uniform(0.15, 0.35, 30)
    occlusion = SimpleNamespace(
        paths=["a"],
        sizes=[22],
        refined=False,
        sample=np.arange(30),
        sample_clean=np.full(30, 0.9),
        sample_lowest=np.full(30, 0.2),
        sample_shares=areas + random.normal(0, 0.08, 30),
        sample_areas=areas,
        sample_hits=np.ones(30, bool),
    )
    return {"overview": overview, "mining": answers, "sanity": sanity, "occlusion": occlusion}


@pytest.fixture(autouse=True)
def _plain_namespaces(monkeypatch):
    """Let nulls change namespaces as they change dataclasses."""
    from dataclasses import is_dataclass, replace

    def changed(values, **fields):
        if is_dataclass(values):
            return replace(values, **fields)
        return SimpleNamespace(**{**vars(values), **fields})

    monkeypatch.setattr(nulls, "replace", changed)


@pytest.mark.parametrize("section", ["overview", "occlusion", "sanity"])
def test_claims_are_rare_without_an_effect_and_common_with_it(results, section):
    found = list(calibration.simulate(results, DRAWS, 1, section))
    kinds = [kind for null in nulls.NULLS if null.section == section for kind in null.kinds]
    assert [one.kind for one in found] == kinds
    for one in found:
        assert one.least <= 0.05, one
        assert one.found >= 0.5, one
    assert f"| `{kinds[0]}` | " in calibration.table(found)


def test_the_bound_is_that_of_clopper_and_pearson():
    one = calibration.Simulated("a", "b", "", "", "", 200, 17, 0)
    assert one.least == pytest.approx(stats.beta.ppf(0.05, 17, 184))
