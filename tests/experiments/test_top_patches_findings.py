"""What is said of the top-9, on made-up maps: class scores are judged by their own class."""

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import nulls_of_maps
from vizreport.experiments.top_patches.findings import findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import beside_published, headline, sentence
from vizreport.wording.text import printable

CLASSES = ["bicycle", "fish", "house", "mug"]
EACH = 30


def made(units, deep=None, shallow=None):
    """Return results whose maps are excited most by the given images."""
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(CLASSES)), EACH)
    anything = np.array([random.choice(len(labels), 9, replace=False) for _ in range(24)])
    images = {
        "conv1": anything if shallow is None else shallow,
        "conv5": anything[::-1] if deep is None else deep,
        "fc8": np.asarray(units),
    }
    mining = SimpleNamespace(
        class_names=CLASSES, output_layer="fc8", labels=labels,
        layers={
            name: SimpleNamespace(images=rows, values=np.ones(rows.shape))
            for name, rows in images.items()
        },
        paths=["x"] * len(labels), top_classes=labels[:, None],
        data_classes=np.full(len(labels), -1), data_class_names=[],
    )  # fmt: skip
    mining.layers["fc8"].values[:] -= 5.0  # all logits below 0
    result = SimpleNamespace(layers={name: layer_of(rows) for name, rows in images.items()})
    parts = SimpleNamespace(layers=[], part={})
    return {"top_patches": result, "mining": mining, "parts": parts}


def layer_of(images):
    maps, unknown = np.arange(len(images)), np.full(images.shape, np.nan)
    return SimpleNamespace(
        images=images, maps=maps, selective=maps % 2 == 0, rank=maps,
        dead=np.zeros(len(images), bool), shown=np.ones(images.shape, bool),
        tiles=SimpleNamespace(
            inside=unknown, inside_elsewhere=unknown, strengths=np.ones(images.shape), status=""
        ),
    )  # fmt: skip


def of_class(*classes):
    return [c * EACH + np.arange(9) for c in classes]


def kinds(results):
    return {each.kind: each for each in decide(findings(results))}


def test_logits_below_zero_are_not_dead_and_are_judged_by_their_own_class():
    results = made(of_class(0, 0, 2, 3))  # the nine of fish are bicycles
    units = kinds(results)["top-patches-class-units"]
    told = printable(sentence(units))
    assert units.decision == "shown"
    assert units.effect.value == 0.75
    assert "For fish, 0 are fish and 9 are bicycle." in told
    assert "All" not in told
    assert units.severity == "look"
    assert units.values["scores_above_chance"].value == 3
    assert findings(results)[0].kind == "top-patches-class-units"


def test_sound_class_scores_name_no_example():
    units = kinds(made(of_class(0, 1, 2, 3)))["top-patches-class-units"]
    assert units.severity == "note"
    assert "bicycle" not in sentence(units)
    assert "100\u202f% show it" in sentence(units)
    assert units.advice == ""


def test_scores_without_a_relation_to_the_class_show_nothing():
    random = np.random.default_rng(3)
    rows = [random.choice(4 * EACH, 9, replace=False) for _ in range(4)]
    units = kinds(made(rows))["top-patches-class-units"]
    assert units.decision == "not shown"
    assert units.severity == "note"


def test_exchanged_scores_are_lower_than_chance():
    units = kinds(made(of_class(1, 2, 3, 0)))["top-patches-class-units"]
    assert "do not rank their own class first" in sentence(units)
    assert units.severity == "look"


def test_class_units_take_no_part_in_the_comparison_of_layers():
    pure = np.stack([c * EACH + np.arange(i, i + 9) for i in range(6) for c in range(4)])
    found = kinds(made(of_class(0, 0, 2, 3), deep=pure))["top-patches-selectivity"]
    assert found.n == 48
    assert found.values["share_deep"].value == 1
    assert "conv5" in sentence(found)
    assert "more class-selective" in sentence(found)
    assert beside_published(found).endswith("this agrees.")
    turned = kinds(made(of_class(0, 0, 2, 3), shallow=pure))["top-patches-selectivity"]
    assert "less class-selective" in sentence(turned)
    assert beside_published(turned).endswith("this differs.")


def test_layers_alike_are_not_called_different():
    found = decide(findings(made(of_class(0, 1, 2, 3))))
    depth = next(each for each in found if each.kind == "top-patches-selectivity")
    assert depth.decision == "not shown"
    assert "No evidence" in headline(found)


def test_maps_that_few_images_excite_are_missing():
    results = made(of_class(0, 1, 2, 3))
    results["mining"].layers["conv5"].values[:20, 4:] = 0
    assert kinds(results)["top-patches-selectivity"].n == 24 + 4


@pytest.mark.parametrize(("shift", "decision"), [(0.2, "shown"), (0.0, "not shown")])
def test_energy_is_compared_image_by_image(shift, decision):
    results = made(of_class(0, 1, 2, 3))
    random = np.random.default_rng(1)
    own = random.normal(0.4 + shift, 0.1, (24, 9))
    layer = results["top_patches"].layers["conv5"]
    layer.tiles.inside = own
    layer.tiles.inside_elsewhere = random.normal(0.4, 0.1, (24, 9))
    energy = kinds(results)["top-patches-energy"]
    assert energy.n == len(np.unique(layer.images[1::2]))
    assert energy.decision == decision


@pytest.mark.parametrize(("kind", "shift"), [("class-units", 0.5), ("energy", 0.1)])
def test_claims_are_rare_without_an_effect_and_common_with_it(monkeypatch, kind, shift):
    monkeypatch.setattr(
        nulls_of_maps, "replace", lambda kept, **new: SimpleNamespace(**{**vars(kept), **new})
    )
    results = made(of_class(0, 1, 2, 3))
    random = np.random.default_rng(1)
    for field in ("inside", "inside_elsewhere"):
        values = random.normal(0.4, 0.1, (24, 9))
        setattr(results["top_patches"].layers["conv5"].tiles, field, values)
    null = next(n for n in nulls_of_maps.NULLS if n.kinds == (f"top-patches-{kind}",))
    shown = [
        [
            kinds(null.change(results, np.random.default_rng(draw), added))[null.kinds[0]].decision
            == "shown"
            for draw in range(8)
        ]
        for added in (0.0, shift)
    ]
    assert sum(shown[0]) <= 2  # of 8 with a chance of 5 %: more once in 170
    assert sum(shown[1]) >= 6
