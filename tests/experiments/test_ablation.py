"""The ablation's figures against SciPy, scikit-learn and hand-worked cases."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import top_k_accuracy_score

from tests.experiments import tiny
from tests.report.fake_ablation import make_ablation
from tests.training.trials import CLASSES, made_up, write_trials
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.ablation import compare, figures
from vizreport.experiments.ablation.compute import WIDE, ensembles
from vizreport.experiments.context import Context
from vizreport.models.variants import VARIANTS
from vizreport.published import published_tables

compute = tiny.computing("ablation")


def computed(folder):
    return compute(tiny.asking(Context(None, None), ablation=folder and str(folder)), {})


def with_errors(*pairs):
    """Return a result with these networks and validation errors, one list of seeds each."""
    rows = [
        {
            "variant": variant,
            "parameters": 1,
            "seconds": 1.0,
            "seeds": list(range(len(errors))),
            "training": errors,
            "validation": errors,
            "top5": [],
        }
        for variant, errors in pairs
    ]
    return dataclasses.replace(make_ablation(False), rows=rows, ensembles=[])


def test_what_was_trained_comes_in_the_order_of_the_table(tmp_path):
    write_trials(tmp_path, (WIDE, "krizhevsky", "zfnet"), (3, 1))
    result = computed(tmp_path)
    assert [row["variant"] for row in result.rows] == ["krizhevsky", "zfnet", WIDE]
    for row in result.rows:
        assert row["seeds"] == [1, 3]
        assert row["validation"] == [
            made_up(row["variant"], seed).validation_error for seed in (1, 3)
        ]
    assert (result.validation_images, result.classes) == (40, CLASSES)
    assert result.study == tmp_path.name


def test_ensembles_against_scikit_learn(tmp_path):
    trials = {name: [made_up(name, seed) for seed in (0, 1, 2)] for name in ("zfnet", WIDE)}
    found = {one["name"]: one for one in ensembles(trials)}
    assert set(found) == {"zfnet", "combined"}
    members = [("zfnet", 0), ("zfnet", 1), ("zfnet", 2), (WIDE, 0)]
    assert found["combined"]["members"] == members
    for name, members in (
        ("zfnet", trials["zfnet"]),
        ("combined", [*trials["zfnet"], trials[WIDE][0]]),
    ):
        mean = sum(trial.probabilities.astype(np.float64) for trial in members) / len(members)
        for key, k in (("validation", 1), ("top5", 5)):
            right = top_k_accuracy_score(members[0].labels, mean, k=k, labels=range(CLASSES))
            assert found[name][key] == pytest.approx(1 - right)
    # Averaging independent answers of equal worth helps.
    single = [trial.validation_error for trial in trials["zfnet"]]
    assert found["zfnet"]["validation"] < min(single)
    assert ensembles({"zfnet": trials["zfnet"][:1]}) == []


def test_means_spreads_and_changes():
    result = with_errors(
        ("krizhevsky", [0.2, 0.4]), ("krizhevsky-without-7", [0.5]), ("zfnet-dense-2048", [0.1])
    )
    assert compare.mean([0.2, 0.4]) == pytest.approx(0.3)
    assert compare.spread([0.2, 0.4]) == pytest.approx(0.1 * np.sqrt(2))
    assert compare.spread([0.2]) is None
    assert compare.change(result, "krizhevsky-without-7") == pytest.approx(0.2)
    assert compare.change(result, "krizhevsky") is None
    assert compare.change(result, "zfnet-dense-2048") is None  # no ZFNet beside it
    variant, cost, error = compare.costliest_removal(result)
    assert (variant, cost, error) == ("krizhevsky-without-7", pytest.approx(0.2), 0.5)


def test_rank_correlation_against_scipy():
    random = np.random.default_rng(0)
    table = published_tables()["ablation"]
    published = [row.cells[1].value for row in table.rows]
    for ties in (False, True):
        errors = random.permutation(12) / 12
        if ties:
            errors = np.round(errors * 4) / 4
        result = with_errors(*((v, [float(e)]) for v, e in zip(VARIANTS, errors, strict=True)))
        expected = spearmanr(errors, published).statistic
        assert compare.rank_agreement(result) == pytest.approx(expected)
    assert compare.rank_agreement(with_errors(("zfnet", [0.1]), ("krizhevsky", [0.2]))) is None


def test_findings_are_computed():
    paper = {row.id: row.cells[1].value / 100 for row in published_tables()["ablation"].rows}
    as_published = with_errors(*((variant, [paper[variant]]) for variant in VARIANTS))
    assert figures.finding(as_published) == (
        "Of the layers taken out, 3, 4, 6, 7 are missed most: the error rises by 30.8 points to "
        "71.3\u202f%; the order of the 12 networks is much the paper's (rank correlation 1, where "
        "1 is the same order)."
    )
    reverse = with_errors(*((variant, [0.8 - paper[variant]]) for variant in VARIANTS))
    assert "is not the paper's (rank correlation −1" in figures.finding(reverse)
    idle = with_errors(("zfnet", [0.91]), ("krizhevsky", [0.92]))
    assert figures.finding(idle).startswith("No network learned more than guessing")
    useless = with_errors(("krizhevsky", [0.4]), ("krizhevsky-without-6-7", [0.3]))
    assert figures.finding(useless).startswith("No layer that was taken out is missed")
    few = with_errors(("zfnet", [0.4]), ("zfnet-dense-2048", [0.3]))
    assert "best of 2 networks is ZFNet, layers 6,7: 2048 units" in figures.finding(few)


def test_tables_say_what_was_measured():
    section = figures.section({"ablation": make_ablation(False)}, None)
    cells = section.context["comparison"].rows[1].cells  # removed layers 3, 4
    # Errors 0.45, 0.46, 0.47.
    assert [cell.measured for cell in cells] == ["28.0 ± 1.0", "46.0 ± 1.0", "12.2 ± 1.0"]
    origins = [text for _, text in section.context["comparison"].origins]
    assert origins[1] == (
        "\u2068scenes (val)\u2069, 600 images; seeds 0, 1, 2; run \u2068ablation\u2069; mean and "
        "standard deviation over the seeds"
    )
    together = {row.names[0]: row.cells for row in section.context["ensembles"].rows}
    assert together["(a) 3 convnets as per Fig. 3"][0].measured == "25.0"
    assert together["4 convnets, (a) and (b) combined"][1].measured == "4.8"
    # Three networks are not the paper's five: that row stays empty.
    assert not any(c.measured for c in together["(a) 5 convnets as per Fig. 3"])
    assert section.context["unlearned"] == [
        "ZFNet, layers 6,7: 8192 units and layers 3,4,5: 512,1024,512 maps"
    ]


def test_without_results():
    with pytest.raises(NotApplicable, match="--ablation"):
        computed(None)
    with pytest.raises(RequestError, match="no finished training"):
        computed("nowhere")
