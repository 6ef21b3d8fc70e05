"""The ablation's figures against SciPy, scikit-learn and hand-worked cases."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import fisher_exact, spearmanr, ttest_ind
from sklearn.metrics import top_k_accuracy_score

from tests.experiments import tiny
from tests.report.fake_ablation import make_ablation
from tests.training.trials import CLASSES, made_up, write_trials
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.ablation import compare, figures
from vizreport.experiments.ablation.compute import WIDE, ensembles
from vizreport.experiments.ablation.findings import findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import sentence
from vizreport.models.variants import VARIANTS
from vizreport.published import published_tables
from vizreport.subject.subject import Subject

compute = tiny.computing("ablation")


def computed(folder):
    return compute(tiny.asking(Subject(None, None, None), ablation=folder and str(folder)), {})


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


def test_the_time_of_a_training_is_without_its_pauses(tmp_path):
    write_trials(tmp_path, ("zfnet",), (0, 1))
    for seed, seconds in ((0, [2.0, 3.0, 900.0]), (1, [3.0, 3.0, 4.0])):
        path = tmp_path / f"zfnet-seed-{seed}.json"
        kept = json.loads(path.read_text())
        kept["epochs"] = [{**kept["epochs"][0], "seconds": each} for each in seconds]
        path.write_text(json.dumps(kept))
    (row,) = computed(tmp_path).rows
    assert row["seconds"] == 9.0


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


def of_kind(result, kind):
    return [each for each in decide(findings({"ablation": result})) if each.kind == kind]


def test_the_order_is_tested_and_a_weak_one_is_not_shown():
    paper = [row.cells[1].value for row in published_tables()["ablation"].rows]
    here = np.array([0.26, 0.38, 0.41, 0.5, 0.44, 0.23, 0.2, 0.32, 0.53, 0.47, 0.29, 0.35])
    for errors, decision in ((np.array(paper) / 100, "shown"), (here, "not shown")):
        rows = zip(VARIANTS, errors, strict=True)
        order = of_kind(with_errors(*((v, [float(e)]) for v, e in rows)), "ablation-order")[0]
        assert order.effect.value == pytest.approx(spearmanr(errors, paper).statistic)
        assert order.effect.low <= order.effect.value <= order.effect.high
        assert order.n == 12
        assert order.decision == decision
    assert order.effect.value == pytest.approx(0.24, abs=0.01)
    assert "No evidence" in sentence(order)


def test_removals_are_tested_each_and_the_costliest_leads():
    paper = {row.id: row.cells[1].value / 100 for row in published_tables()["ablation"].rows}
    as_published = with_errors(*((variant, [paper[variant]]) for variant in VARIANTS))
    found = of_kind(as_published, "ablation-one-training")
    assert [each.leading for each in found] == [True] + [False] * (len(found) - 1)
    assert found[0].effect.value == pytest.approx(0.308, abs=1 / 600)
    assert found[0].effect.low < found[0].effect.value < found[0].effect.high
    images = as_published.validation_images
    wrong = [round(e * images) for e in (0.713, 0.405)]
    expected = fisher_exact([[count, images - count] for count in wrong]).pvalue
    assert found[0].p == pytest.approx(expected)
    assert "trained once without layers 3, 4, 6 and 7 makes more errors" in sentence(found[0])
    same = with_errors(("krizhevsky", [0.4]), ("krizhevsky-without-7", [0.401]))
    assert of_kind(same, "ablation-one-training")[0].decision != "shown"


def test_several_trainings_are_compared_as_trainings():
    # As three trainings of the unchanged network differ, so may three without two layers.
    noisy = with_errors(
        ("krizhevsky", [0.54, 0.48, 0.44]), ("krizhevsky-without-3-4", [0.6, 0.45, 0.55])
    )
    assert of_kind(noisy, "ablation-removal")[0].decision == "not shown"
    clear = with_errors(
        ("krizhevsky", [0.54, 0.48, 0.44]), ("krizhevsky-without-3-4", [0.82, 0.78, 0.75])
    )
    found = of_kind(clear, "ablation-removal")[0]
    expected = ttest_ind([0.82, 0.78, 0.75], [0.54, 0.48, 0.44])
    assert (found.p, found.n) == (pytest.approx(expected.pvalue), 6)
    assert found.effect.low == pytest.approx(expected.confidence_interval().low)
    assert "Removing layers 3 and 4 raises the error of Krizhevsky by 29.7 points" in sentence(
        found
    )


def test_two_trainings_each_borrow_the_spread_of_networks_of_their_kind():
    pairs = [("krizhevsky", [0.127, 0.112]), ("krizhevsky-without-3-4", [0.16, 0.19])]
    assert of_kind(with_errors(*pairs), "ablation-removal")[0].decision != "shown"
    kind = [("krizhevsky-dense-8192", [0.118, 0.12]), ("krizhevsky-dense-2048", [0.113, 0.123])]
    wild = ("zfnet", [0.1, 0.9])  # of the other kind: its spread does not count
    assert of_kind(with_errors(*pairs, *kind, wild), "ablation-removal")[0].decision == "shown"


def test_what_is_said_of_few_networks_and_of_untrained_ones():
    idle = with_errors(("zfnet", [0.91]), ("krizhevsky", [0.92]))
    assert sentence(of_kind(idle, "ablation-idle")[0]).startswith("No network beat chance")
    few = with_errors(("zfnet", [0.4]), ("zfnet-dense-2048", [0.3]))
    order, *_ = of_kind(few, "ablation-order")
    assert order.decision == "too little data"
    best = sentence(of_kind(few, "ablation-best")[0])
    assert "best of 2 networks is \u2068ZFNet, layers 6,7: 2048 units" in best


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


def test_chance_is_drawn_where_it_leaves_room_for_the_errors():
    def drawn(error):
        result = with_errors(("zfnet", [error]), ("krizhevsky", [error / 2]))
        (figure,) = figures.section({"ablation": result}, None).figures
        here = figure.draw().axes[0]
        return here.get_xlim()[1], figure.caption

    right, caption = drawn(0.6)
    assert right > 91
    assert "Dashed: chance among 12 classes" in caption
    right, caption = drawn(0.2)
    assert right < 25
    assert "Chance, 91.7 %, is far outside" in caption.replace("\u202f", " ")


def test_without_results():
    with pytest.raises(NotApplicable, match="--ablation"):
        computed(None)
    with pytest.raises(RequestError, match="no finished run"):
        computed("nowhere")
