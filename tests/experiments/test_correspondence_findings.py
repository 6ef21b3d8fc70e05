"""What is said of correspondence: of the mean of all parts, and of each by itself."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.report.fake_correspondence import make_correspondence
from tests.report.fake_results import make_mining
from vizreport.experiments.correspondence.findings import excess, findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import beside_published, headline, sentence


def mined(last_has_places=True):
    """Return where the strongest units of the two layers lie."""
    rows = {"fire8": np.array([[3]]), "fire9": np.array([[2 * last_has_places]])}
    return SimpleNamespace(layers={name: SimpleNamespace(rows=each) for name, each in rows.items()})


def found_in(result, **places):
    return findings({"correspondence": result, "mining": mined(**places)})


@pytest.fixture
def result():
    random = np.random.default_rng(3)
    mining = make_mining(random, ["a", "b"], False)
    made = make_correspondence(random, mining, np.zeros((12, 8, 8, 3), np.uint8), False)
    agreements = np.full_like(made.layers["fire8"].agreements, 0.2)
    better = agreements.copy()
    better[:, :3, :, :3] += np.float32(0.1)
    return with_layers(
        made,
        fire8={"agreements": better, "p_values": np.array([1e-4, 2e-4, 0.4]), "p_all": 1e-4},
        fire9={"agreements": agreements, "p_values": np.array([0.0498, 0.5, 0.9]), "p_all": 0.3},
    )


def with_layers(result, **changed):
    """Exchange some of what is known of each layer."""
    layers = {name: replace(layer, **changed[name]) for name, layer in result.layers.items()}
    return replace(result, layers=layers)


def test_the_numbers_are_those_of_what_was_tested(result):
    assert excess(result, "fire8", [0, 1, 2]) == pytest.approx(np.full(12, 0.1))
    first, second, *parts = decide(found_in(result))
    assert (first.decision, second.decision) == ("shown", "not shown")
    assert first.effect.value == pytest.approx(0.1)
    assert "agreement beyond chance is 0.30 against 0.20" in sentence(first)
    assert "tested individually, 2 of 3 parts do" in sentence(first)
    assert "No evidence that hiding the same part" in sentence(second)
    assert [each.decision for each in parts] == ["shown"] * 2 + ["not shown"] * 4
    assert "0.0498" not in headline(decide(found_in(result)))
    # Eight tests, corrected together.
    assert first.corrected == pytest.approx(8e-4)


def test_one_part_is_tested_once(result):
    alone = {
        name: {
            "p_values": layer.p_values[:1],
            "part_distances": layer.part_distances[:1],
            "agreements": layer.agreements[:, 2:, :, 2:],
        }
        for name, layer in result.layers.items()
    }
    one = with_layers(replace(result, parts=["nose"]), **alone)
    assert len(found_in(one)) == 2


def test_table_1_stands_beside_networks_that_end_as_the_paper_s_does(result):
    convolutional = decide(found_in(result))
    assert not any(beside_published(each) for each in convolutional)
    first, *others = decide(found_in(result, last_has_places=False))
    assert "this agrees" in beside_published(first)
    assert not any(beside_published(each) for each in others)


def test_where_one_same_place_is_as_alike_as_one_same_part_the_sentence_says_so(result):
    for place, said in ((0.1, False), (0.4, True)):
        alike = {name: {"shared_agreement": np.full((2, 66), place)} for name in result.layers}
        first = decide(found_in(with_layers(result, **alike)))[0]
        assert ("the parts' positions may explain it)" in sentence(first)) == said
