"""The section Transfer: means, winners, and the paper's tables beside them."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from tests.experiments import tiny
from tests.transfer.made_up import LAYERS, made_up, write_transfer
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.transfer import figures
from vizreport.experiments.transfer.findings import findings
from vizreport.experiments.transfer.record import write_record
from vizreport.experiments.transfer.scores import best, classes_won, scored
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import beside_published, sentence
from vizreport.published import published_tables
from vizreport.subject.subject import Subject

compute = tiny.computing("transfer")


def computed(folder):
    return compute(tiny.asking(Subject(None, None, None), transfer=folder and str(folder)), {})


@pytest.fixture
def result(tmp_path):
    return computed(write_transfer(tmp_path / "transfer"))


def measured(comparison):
    return {row.names: [cell.measured for cell in row.cells] for row in comparison.rows}


def test_means_over_splits_and_classes(result):
    found = scored(result)
    one = next(o for o in found if (o.layer, o.classifier, o.per_class) == ("fire8", "svm", 30))
    np.testing.assert_allclose(one.by_split, [0.73, 0.74, 0.75])
    assert one.mean == pytest.approx(0.74)
    assert one.spread == pytest.approx(0.01)
    assert best(found) is one
    # A class that one split did not test counts in the others.
    place = str(found.index(one))
    gaps = result.scores[place].copy()
    gaps[0, 0] = np.nan
    gaps[:, 1] = np.nan
    other = scored(dataclasses.replace(result, scores={**result.scores, place: gaps}))
    other = other[int(place)]
    assert other.by_class[0] == pytest.approx(gaps[1:, 0].mean())
    assert np.isnan(other.by_class[1])
    assert other.by_split[0] == pytest.approx(gaps[0, 2:].mean())


def test_classes_won_are_the_papers():
    *classes, _, won = published_tables()["pascal"].rows
    figures_of = np.array([[cell.value for cell in row.cells] for row in classes]).T
    assert classes_won(figures_of).tolist() == [cell.value for cell in won.cells]
    assert classes_won(np.array([[1.0, np.nan, 3], [0, 1, 3]])).tolist() == [2, 0]


def test_tables_of_caltech(result):
    section = figures.section({"transfer": result}, None)
    accuracies, features = map(measured, section.context["comparisons"])
    assert accuracies[("ImageNet-pretrained convnet",)] == ["66.0 ± 1.0", "71.0 ± 1.0"]
    assert accuracies[("The same, best layer (\u2068fire8\u2069)",)] == ["69.0 ± 1.0", "74.0 ± 1.0"]
    assert accuracies[("Non-pretrained convnet",)] == ["", "40.0"]
    assert features["SVM", "up to \u2068conv1\u2069"] == ["21.0 ± 1.0", ""]
    assert not any(any(cells) for names, cells in features.items() if names[1] in "123457")
    assert section.context["won"] == [25, 0]


def test_layers_of_the_paper_fill_its_rows(result):
    names = dict(zip(LAYERS, ("conv1", "conv2", "conv5", "fc7"), strict=True))
    kinds = [{**kind, "layer": names.get(kind["layer"], kind["layer"])} for kind in result.kinds]
    changed = dataclasses.replace(result, layers=list(names.values()), kinds=kinds)
    features = measured(figures.section({"transfer": changed}, None).context["comparisons"][1])
    assert features["SVM", "5"][0] == "74.0 ± 1.0"
    assert features["SVM", "3"][0] == ""
    assert features["Softmax", "7"][0] == "69.0 ± 1.0"
    assert features["Softmax", "up to \u2068conv1\u2069"][0] == "19.0 ± 1.0"


def test_table_of_pascal(result):
    rows = [row.id for row in published_tables()["pascal"].rows][:-2]
    back = {"airplane": "aeroplane", "tv": "tvmonitor", "dining-table": "diningtable"}
    names = [back.get(row, row.replace("-", "")) for row in rows]
    kinds = [{**result.kinds[0], "per_class": 0, "seeds": [0]}]
    values = np.array([[0.5] * 19 + [0.99]])
    voc = dataclasses.replace(
        result,
        data="VOC2012 (train)",
        test_data="VOC2012 (val)",
        measure="average precision",
        class_names=names,
        layers=["conv1"],
        kinds=kinds,
        scores={"0": values},
    )
    section = figures.section({"transfer": voc}, None)
    cells = {row.names[0]: row.cells for row in section.context["comparisons"][0].rows}
    assert [name for name, row in cells.items() if row[2].measured == ""] == []
    found = [row[2].measured for row in cells.values()]
    assert found == ["50.0"] * 19 + ["99.0", found[20], "1"]
    assert float(found[20]) == pytest.approx(100 * values.mean(), abs=0.06)


def test_findings_compare_class_by_class(result):
    level, depth, control = decide(findings({"transfer": result}))
    assert level.effect.value == pytest.approx(0.74)
    assert level.n == depth.n == control.n == 25
    assert "74.0\u202f%" in sentence(level)
    assert "chance: 4.0\u202f%" in sentence(level)
    assert "more reliably" in sentence(depth)
    assert "71.0\u202f% against 21.0\u202f%" in sentence(depth)
    assert "this agrees" in beside_published(depth)
    assert "do better than a network trained from scratch" in sentence(control)


def test_layers_alike_are_not_called_different(result):
    same = replace(
        result, scores={key: next(iter(result.scores.values())) for key in result.scores}
    )
    _, depth, control = decide(findings({"transfer": same}))
    assert depth.decision == control.decision == "not shown"
    assert "No evidence" in sentence(depth)


def test_other_data_have_the_papers_figures_only(tmp_path):
    write_record(tmp_path, made_up("flowers", control=False))
    section = figures.section({"transfer": computed(tmp_path)}, None)
    (features,) = map(measured, section.context["comparisons"])
    assert not any(any(cells) for cells in features.values())
    assert section.context["won"] is None


def test_without_results(tmp_path):
    with pytest.raises(NotApplicable, match="--transfer"):
        computed(None)
    with pytest.raises(RequestError, match="contains no results"):
        computed(tmp_path)
    (tmp_path / "transfer.json").write_text("{")
    with pytest.raises(RequestError, match="damaged"):
        computed(tmp_path)


def test_classes_from_both_ends(result):
    pairs = figures.section({"transfer": result}, None).context["classes"]
    best_ones, worst = zip(*pairs, strict=True)
    by_class = best(scored(result)).by_class
    order = np.argsort(-by_class)
    assert [one[0] for one in best_ones] == [f"class {i}" for i in order[:10]]
    assert [one[0] for one in worst] == [f"class {i}" for i in order[::-1][:10]]
    few = dataclasses.replace(
        result,
        class_names=result.class_names[:3],
        scores={place: values[:, :3] for place, values in result.scores.items()},
    )
    pairs = figures.section({"transfer": few}, None).context["classes"]
    assert len(pairs) == 2
    assert pairs[1][1] is None
    assert len({one[0] for pair in pairs for one in pair if one}) == 3
