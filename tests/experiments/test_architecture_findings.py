"""What is said of the architecture, and of which networks what the paper did is said."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.experiments.filter_banks import gabors, windowed
from vizreport.experiments.architecture.findings import findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import beside_published, headline, notice, sentence


def made(bank, stride, dead=0.0, images=60):
    filters = SimpleNamespace(layer="conv1", filters=bank, dead=np.zeros(len(bank), bool))
    active = np.ones(50)
    active[: round(50 * dead)] = 0
    similarity = np.full(len(bank), 0.1)
    result = SimpleNamespace(
        layer="conv1", stride=[stride, stride], filter_similarity=similarity,
        correlation={"conv1": similarity, "conv3": np.full(50, 0.1)}, correlated_images=60,
    )  # fmt: skip
    layers = {"conv1": np.ones(len(bank)), "conv3": active, "scores": np.zeros(4)}
    mining = SimpleNamespace(
        layers={name: SimpleNamespace(active=each) for name, each in layers.items()},
        output_layer="scores",
        paths=["x"] * images,
    )
    found = decide(findings({"architecture": result, "filters": filters, "mining": mining}))
    return {each.kind: each for each in found}


def mixed(side, frequencies, count=8):
    return np.concatenate([gabors(side, f, side / 4, count) for f in frequencies])


def noise(side, count=64):
    return np.random.default_rng(0).normal(size=(count, side, side, 3))


def everything(found):
    texts = [notice(each) for each in found.values()]
    return " ".join([*texts, *(beside_published(each) for each in found.values())])


def test_nothing_is_said_of_what_a_small_filter_or_a_stride_of_one_cannot_have():
    for bank in (mixed(3, (0.1, 0.3)), noise(3)):
        found = made(bank, 1)
        assert {"architecture-aliasing", "architecture-middle"}.isdisjoint(found)
        assert "Zeiler" not in everything(found)
        assert "11" not in everything(found)


@pytest.mark.parametrize(("side", "stride"), [(7, 2), (9, 3), (5, 2)])
def test_what_the_authors_did_is_not_said_of_other_networks(side, stride):
    found = made(noise(side), stride)
    assert found["architecture-aliasing"].severity == "look"
    assert "Zeiler" not in everything(found)


def test_what_the_authors_did_is_said_of_a_network_like_theirs():
    found = made(noise(11), 4)
    assert "2 px instead of 4" in notice(found["architecture-aliasing"])
    assert "7 × 7 px instead of 11 × 11" in notice(found["architecture-middle"])
    assert "this agrees" in beside_published(found["architecture-aliasing"])
    clean = made(mixed(11, (0.05, 0.15, 0.2, 0.35)), 4)
    assert "instead" not in everything(clean)
    assert "this differs" in beside_published(clean["architecture-aliasing"])


def test_clean_gratings_beyond_the_nyquist_frequency_are_no_aliasing():
    found = made(mixed(11, (0.3, 0.35, 0.4)), 2)["architecture-aliasing"]
    assert found.decision == "shown"
    assert found.severity == "note"
    assert "Aliasing at the first stride, 2 px, is below 50\u202f%" in sentence(found)
    assert found.effect.value < 0.1


def test_low_gabors_of_seven_pixels_are_not_middle():
    low = made(np.concatenate([windowed(7, f) for f in (0.04, 0.06)]), 2)["architecture-middle"]
    assert low.values["middle"].value <= 1
    assert low.severity == "look"
    assert "Fewer than 25\u202f% of the first-layer filters" in sentence(low)
    spread = made(mixed(7, (0.05, 0.19, 0.2, 0.35)), 2)["architecture-middle"]
    assert (spread.severity, spread.leading) == ("note", False)
    assert "More than" in sentence(spread)


def test_few_filters_show_nothing():
    found = made(noise(7, 4), 2)
    assert found["architecture-aliasing"].decision == "too little data"
    assert found["architecture-aliasing"].severity == "note"


@pytest.mark.parametrize(
    ("dead", "images", "severity"),
    [(0, 60, "note"), (0.1, 60, "look"), (0.6, 60, "fault"), (0.6, 10, "note")],
)
def test_dead_maps_but_not_negative_scores(dead, images, severity):
    found = made(mixed(7, (0.05, 0.19, 0.35)), 2, dead, images)["architecture-dead"]
    assert found.severity == severity
    assert "scores" not in sentence(found)
    assert ("conv3" in sentence(found)) == (dead > 0)


def test_what_is_worth_a_look_comes_first():
    found = list(made(mixed(7, (0.05, 0.19, 0.35)), 2, 0.1).values())
    assert found[0].kind == "architecture-dead"
    assert headline(found).startswith("5 of the 50 maps")
