"""What is registered: order, options, and what cannot be used with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from vizreport.building.running import called
from vizreport.errors import RequestError
from vizreport.experiments import checks, registry
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import Registry, experiments, register
from vizreport.experiments.selection import select
from vizreport.experiments.setting import setting
from vizreport.experiments.settings import Settings


@dataclass(frozen=True)
class Own:
    threshold: int = setting(3, "Some threshold.", check=checks.count)
    tone: str = setting("warm", "Some tone.", choices=("warm", "cold"), role="display")


def made(name: str, *requires: str, **declared) -> Experiment:
    return Experiment(name, name.title(), 1, Own, "m:compute", "", "", requires, **declared)


def test_each_stands_after_those_it_requires():
    found = register({}, [made("c", "b"), made("d"), made("b", "a"), made("a")])
    assert list(found.experiments) == ["d", "a", "b", "c"]
    assert found.broken == {}


def test_circles_and_missing_requirements_are_named():
    found = register({}, [made("a", "b"), made("b", "c"), made("c", "a"), made("d", "nowhere")])
    assert found.experiments == {}
    assert found.broken["b"] == "experiments that require each other: b -> c -> a -> b"
    assert found.broken["d"] == "it requires 'nowhere', which does not exist"


@dataclass(frozen=True)
class Taken:
    mine: int = setting(0, "One more.", flag="--seed")


@dataclass(frozen=True)
class Undeclared:
    mine: int = 0


@pytest.mark.parametrize(
    ("experiment", "said"),
    [
        (made("x", own=Taken), r"'mine' \(--seed\) is taken by vizreport"),
        (made("x", own=Own), r"'threshold' \(--threshold\) is taken by the experiment 'first'"),
        (made("x", own=Undeclared), "'mine' is not declared"),
        (made("x", only_with="nothing"), "which is not one of its settings"),
        (made("first"), "an experiment 'first' already exists"),
        (made("../x"), "cannot be a name"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_stand_beside_the_others(experiment, said):
    found = register({"first": made("first", own=Own)}, [experiment])
    assert list(found.experiments) == ["first"]
    ((_, reason),) = found.broken.items()
    assert re.search(said, reason)


def test_packages_that_cannot_be_imported(monkeypatch):
    def absent():
        raise ModuleNotFoundError("No module named 'nowhere'")

    points = [
        SimpleNamespace(name="one/../two", value="nowhere:E", load=absent),
        SimpleNamespace(name="three", value="m:three", load=lambda: 3),
        SimpleNamespace(name="four", value="m:four", load=lambda: made("four", "mining")),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    found = registry.registry.__wrapped__()
    assert list(found.experiments)[-1] == "four"
    assert found.broken == {
        "one____two": "nowhere:E could not be imported "
        "(ModuleNotFoundError: No module named 'nowhere')",
        "three": "m:three is no Experiment",
    }


def test_settings_are_checked_whoever_gives_them():
    with pytest.raises(RequestError, match="no setting 'layer'; available are ablation"):
        Settings(layer=("conv1",))
    with pytest.raises(RequestError, match="--rule is 'guess'; there are deconvnet, guided"):
        Settings(rule="guess")
    with pytest.raises(RequestError, match="--occlusion-size has 1.5, which is not between"):
        Settings(occlusion_sizes=(0.1, 1.5))
    with pytest.raises(RequestError, match="--invariance names 6 photographs; at most 5"):
        Settings(invariance=tuple("abcdef"))
    assert Settings(maps=None).replace(seed=4) == Settings(seed=4, maps=None)


def test_compute_is_given_what_it_declares_and_names():
    experiment = made("x", settings=("seed", "batch_size", "my_text"), own=Own)
    assert experiment.own_settings["my_text"].option == "--my-text"
    chosen = Settings(seed=7)
    chosen._values.update(threshold=5, tone="cold", my_text="a")
    given = chosen.of(experiment)
    assert (given.seed, given.threshold, given.my_text, given.batch_size) == (7, 5, "a", 32)
    for name in ("rule", "tone"):  # not named; for the section alone
        with pytest.raises(AttributeError, match=f"does not declare .* {name!r}"):
            getattr(given, name)
    with pytest.raises(AttributeError, match="cannot be changed"):
        given.seed = 8
    assert called(lambda required, settings: (required, settings.seed), None, given, {}) == ({}, 7)
    with pytest.raises(TypeError, match="unknown parameter 'everything'"):
        called(lambda everything: 1, None, given, {})


def test_sections_are_chosen_with_what_they_require():
    known = Registry(experiments(), {"bad": "no module"})

    def names(only=(), skip=(), **settings):
        found = select(known, Settings(**settings), only, skip)
        return [each.name for each in found.experiments], found.broken, found.dropped

    every, broken, _ = names()
    assert every == [name for name in experiments() if name != "photographs"]
    assert "photographs" in names(photographs=("a.png",))[0]
    assert broken == {"bad": "no module"}
    assert names(only=("feature_maps",)) == (
        ["mining", "parts", "top_patches", "contributions", "feeding_maps", "feature_maps"],
        {},
        (),
    )
    left, broken, dropped = names(skip=("top_patches", "bad"))
    without = {"contributions", "feeding_maps", "feature_maps", "optimised_inputs", "evolution"}
    assert set(every) - set(left) == {"top_patches", *without}
    shown = ("feature_maps", "optimised_inputs", "evolution")
    assert dict(dropped) == dict.fromkeys(shown, "top_patches")
    assert broken == {}
    for only, skip, said in [
        (("filtrs",), (), "no section 'filtrs'; did you mean filters"),
        ((), ("zebra",), "available are mining"),
        (("filters",), ("mining",), "filters requires mining, which is skipped"),
        (("photographs",), (), "photographs is built only with --image"),
        (("filters",), ("filters", "mining"), "no sections are left"),
    ]:
        with pytest.raises(RequestError, match=said):
            names(only, skip)


def test_the_same_flag_twice_among_the_built_in_is_an_error(monkeypatch):
    fake = replace(experiments()["filters"], name="again")
    monkeypatch.setattr(registry, "BUILT_IN", ("mining", "filters", "again"))
    modules = {"again": SimpleNamespace(EXPERIMENT=fake)}
    real = registry.import_module
    monkeypatch.setattr(
        registry, "import_module", lambda name: modules.get(name.rpartition(".")[2]) or real(name)
    )
    with pytest.raises(ValueError, match="--filter-scale"):
        registry.registry.__wrapped__()
