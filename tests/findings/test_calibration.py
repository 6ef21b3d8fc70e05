"""Nulls and effects on a small scale, of made-up stored values."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from benchmarks import calibration, nulls, nulls_of_evidence, nulls_of_maps, nulls_of_networks
from tests.report.fake_results import make_mining
from tests.report.fake_sanity import make_sanity
from vizreport.experiments.class_evidence.cells import FRACTIONS

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
        layers={},
    )
    overview = SimpleNamespace(
        exchanged=[], initialised=[], top1_error=25.0, confusions=[], class_counts=[]
    )
    sanity = make_sanity(random, mining, np.zeros((4, 227, 227, 3), np.uint8), False)
    areas = random.uniform(0.15, 0.35, 30)
    occlusion = SimpleNamespace(
        clean=SimpleNamespace(paths=["a"]),
        largest=22,
        refined=False,
        sample=SimpleNamespace(
            images=np.arange(30),
            clean=np.full(30, 0.9),
            lowest=np.full(30, 0.2),
            shares=areas + random.normal(0, 0.08, 30),
            areas=areas,
            hits=np.ones(30, bool),
        ),
    )
    both = random.normal(0.6, 0.05, (2, 120)) + random.normal(0, 0.1, 120)
    hog = SimpleNamespace(correlations=np.concatenate([both, np.zeros((1, 120))]))
    evidence = SimpleNamespace(
        methods=["grad-cam", "integrated-gradients"],
        sample=np.arange(30),
        areas=areas,
        tested=np.arange(8),
        hits=dict.fromkeys(("grad-cam", "integrated-gradients", "centre"), areas > 0.2),
        similarity={
            method: random.normal(0.3, 0.05, (2, 3, 8))
            for method in ("grad-cam", "integrated-gradients")
        },
        chance={"grad-cam": 0.1, "integrated-gradients": 0.1},
        **{
            curve: {
                order: random.normal(0.5, 0.05, (30, len(FRACTIONS))) + areas[:, None]
                for order in ("grad-cam", "integrated-gradients", "random", "centre")
            }
            for curve in ("deletion", "insertion")
        },
    )
    return {
        "class_evidence": evidence,
        "overview": overview,
        "mining": answers,
        "sanity": sanity,
        "occlusion": occlusion,
        "hog": hog,
    }


@pytest.fixture(autouse=True)
def _plain_namespaces(monkeypatch):
    """Let nulls change namespaces as they change dataclasses."""
    from dataclasses import is_dataclass, replace

    def changed(values, **fields):
        if is_dataclass(values):
            return replace(values, **fields)
        return SimpleNamespace(**{**vars(values), **fields})

    for module in (nulls, nulls_of_evidence, nulls_of_maps, nulls_of_networks):
        monkeypatch.setattr(module, "replace", changed)


@pytest.mark.parametrize(
    "section", ["overview", "mining", "occlusion", "sanity", "hog", "class_evidence"]
)
def test_claims_are_rare_without_an_effect_and_common_with_it(results, section):
    found = list(calibration.simulate(results, DRAWS, 1, section))
    kinds = [kind for null in calibration.NULLS if null.section == section for kind in null.kinds]
    assert [one.kind for one in found] == kinds
    for one in found:
        assert one.least <= 0.05, one
        assert one.found >= 0.5, one
    assert f"| `{kinds[0]}` | " in calibration.table(found)


def test_what_was_simulated_is_not_simulated_again(results):
    one = calibration.Simulated("hog-inversion", "hog", "", "", "", 10, 3, 0.5)
    assert list(calibration.simulate(results, 10, 0, "hog", {"hog-inversion": one})) == [one]
    found = list(calibration.simulate(results, 10, 0, "mining", {"hog-inversion": one}))
    assert [each.kind for each in found] == ["hog-inversion", "compare-error"]


def test_the_page_has_rows_of_kinds_that_claim_rarely():
    page = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
    rows = page.split(calibration.BEGIN)[1].split(calibration.END)[0].strip().split("\n")[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    kinds = [kind for null in calibration.NULLS for kind in null.kinds]
    listed = [row[0].strip("`") for row in cells]
    assert listed == kinds, "python -m benchmarks.calibration RUN --table docs/findings.md"
    for row in cells:
        claims, draws = map(int, row[3].split(" of "))
        assert draws >= 200
        bound = stats.beta.ppf(0.05, claims, draws - claims + 1) if claims else 0
        assert row[4] == f"{100 * bound:.1f} %"
        assert bound <= 0.05, row[0]


def test_the_bound_is_that_of_clopper_and_pearson():
    one = calibration.Simulated("a", "b", "", "", "", 200, 17, 0)
    assert one.least == pytest.approx(stats.beta.ppf(0.05, 17, 184))
