"""What every experiment of the registry must do, on a tiny network and tiny data."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from tests.experiments import tiny
from vizreport.building import build as build_module
from vizreport.building.keys import keys_of
from vizreport.experiments.registry import experiments
from vizreport.experiments.settings import declared_settings
from vizreport.experiments.shared import SHARED
from vizreport.models.preprocessing_choice import PreprocessingRequest
from vizreport.results.groups import taken_apart
from vizreport.results.run import read_run
from vizreport.results.store import Store
from vizreport.subject.options import NetworkOptions

NAMES = list(experiments())


def results(run) -> dict:
    store = Store(run.out)
    return {
        record.name: store.load(experiments()[record.name], record.key).result
        for record in read_run(run.out).experiments
    }


def same(a, b) -> bool:
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[name], b[name]) for name in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b and isinstance(a, float) == isinstance(b, float)


@pytest.mark.parametrize("name", NAMES)
def test_results_survive_the_store(name, run, tiny_files, tmp_path):
    experiment = experiments()[name]
    subject = tiny.subject(run.checkpoint, tiny_files[1], **run.settings.as_dict())
    stored = results(run)
    required = {needed: stored[needed] for needed in experiment.requires}
    fresh = tiny.computing(name)(subject, required)
    assert isinstance(fresh, experiment.result_type)
    store = Store(tmp_path)
    store.save(name, "key", fresh, experiment.version)
    back = store.load(experiment, "key").result
    read, before = taken_apart(back), taken_apart(stored[name])
    for field, value in taken_apart(fresh).items():
        assert same(value, read[field]), field
        # And computing again gives the same: seeded, no traces of time or place.
        assert same(value, before[field]), field
    text = store.path(name, "key", ".json").read_text()
    assert str(Path(run.checkpoint).parent) not in text
    json.loads(text)


@pytest.mark.parametrize("name", NAMES)
def test_sections_draw(name, run):
    experiment = experiments()[name]
    if not experiment.section:
        return
    stored = results(run)
    given = {needed: stored[needed] for needed in (*experiment.requires, name)}
    section = experiment.load(experiment.section)(given, read_run(run.out))
    assert section.figures or section.pages or section.context
    names = [figure.name for figure in section.figures]
    assert len(set(names)) == len(names)
    for figure in section.figures:
        assert figure.title
        assert figure.caption
        assert figure.alt
        figure.draw()


def _keys(run, **settings) -> dict[str, str]:
    changed = dataclasses.replace(run, settings=run.settings.replace(**settings))
    return keys_of(changed, list(experiments().values()), "checkpoint", "data")


def _other(setting, value):
    """Return another value that a setting can have."""
    if setting.choices:
        return next(choice for choice in setting.choices if choice != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, tuple):
        other = (0.5,) if setting.default else (__file__,)
        return () if value and not setting.default else other  # a file that exists, if it names one
    if setting.content in ("file", "study"):
        return __file__
    return 7 if setting.metavar == "N" else ("other",)


@pytest.mark.parametrize("name", NAMES)
def test_keys_depend_on_the_declared_settings_only(name, run):
    declared, waiting = set(), [name]
    while waiting:
        experiment = experiments()[waiting.pop()]
        declared |= {n for n, each in experiment.all_settings.items() if each.role == "result"}
        waiting += experiment.requires
    base = _keys(run)[name]
    for setting in declared_settings().values():
        changed = _other(setting, getattr(run.settings, setting.name))
        differs = _keys(run, **{setting.name: changed})[name] != base
        assert differs == (setting.name in declared), setting.name


@pytest.mark.parametrize("name", NAMES)
def test_keys_depend_on_all_epochs_only_where_declared(name, run):
    every = list(experiments().values())
    declared, waiting = False, [name]
    while waiting:
        experiment = experiments()[waiting.pop()]
        declared |= experiment.epochs
        waiting += experiment.requires
    keys = [keys_of(run, every, "last", "data", epochs)[name] for epochs in "ab"]
    assert (keys[0] != keys[1]) == declared == (name == "evolution")


@pytest.mark.parametrize("name", NAMES)
def test_declarations(name):
    experiment = experiments()[name]
    assert experiment.name == name
    assert list(experiments()).index(name) > max(
        [-1, *(list(experiments()).index(needed) for needed in experiment.requires)]
    )
    assert set(experiment.settings) <= set(SHARED)
    assert dataclasses.is_dataclass(experiment.result_type)
    assert experiment.result_type.__doc__
    assert bool(experiment.section) == bool(experiment.template)
    root = Path(build_module.__file__).parents[2] / "templates"
    assert not experiment.template or (root / experiment.template).exists()


def test_keys_are_made_as_the_format_says(run):
    page = (Path(build_module.__file__).parents[2] / "docs" / "format.md").read_text("utf-8")
    code = page.partition("## The key")[2].partition("```python\n")[2].partition("```")[0]
    labels = Path(run.settings.parts)  # some file
    asked = dataclasses.replace(
        run,
        network=NetworkOptions(
            PreprocessingRequest("unit", {"scale": 0.5, "crop": "none"}, scale_twice=True),
            labels=labels,
            imports=(str(labels), "a_module"),
            output="1",
        ),
    )
    hashed = hashlib.sha256(labels.read_bytes()).hexdigest()
    own = run.settings.as_dict()
    photo = Path(own["photographs"][0])
    settings = {
        "mining": {name: own[name] for name in ("layers", "top")},
        "evolution": {"layers": own["layers"], "rule": own["rule"]},
        "photographs": {
            "layers": own["layers"],
            "rule": own["rule"],
            "photographs": [[photo.name, hashlib.sha256(photo.read_bytes()).hexdigest()]],
        },
        "filters": {},
    }
    every = experiments()
    found = keys_of(asked, list(every.values()), "checkpoint", "data", "epochs")
    for name, chosen in settings.items():
        names = {
            "hashlib": hashlib,
            "json": json,
            "checkpoint": "checkpoint",
            "preset": "unit",
            "preprocessing": {"crop": "none", "scale": "0.5"},
            "imports": [hashed, "a_module"],
            "output": "1",
            "output_kind": None,
            "scale_twice": True,
            "reads_epochs": name == "evolution",
            "epochs": "epochs",
            "fingerprint": "data",
            "labels": hashed,
            "labels_in_order": False,
            "name": name,
            "version": every[name].version,
            "settings": chosen,
            "requires": {needed: found[needed] for needed in every[name].requires},
        }
        exec(code, names)
        assert names["key"] == found[name], name
