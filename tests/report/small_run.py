"""A small made-up run: the results that most figures need, quickly written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from tests.report import fake_pictures
from tests.report.fake_projections import make_parts, make_top_patches
from tests.report.fake_results import IMAGES, NOUNS, SIZE, make_filters, make_mining, make_overview
from tests.report.fake_run import run_record
from vizreport.experiments.registry import experiments
from vizreport.results.run import ExperimentRecord, write_run
from vizreport.results.store import Store


def make_small_run(folder: Path, **changes: object) -> None:
    """Write mining, overview, filters, parts and top-9, and ``run.json`` with some changes."""
    random = np.random.default_rng(7)
    seen = fake_pictures.pictures(IMAGES, SIZE, 1)
    names = [f"{NOUNS[i % 10]}" + (f" {i // 10}" if i > 9 else "") for i in range(1000)]
    mining = make_mining(random, names, False)
    results = {
        "mining": mining,
        "overview": make_overview(mining, seen, False),
        "filters": make_filters(random, False),
        "parts": make_parts(np.random.default_rng(9), False),
        "top_patches": make_top_patches(random, mining, seen, False),
    }
    records = []
    for name, result in results.items():
        Store(folder).save(name, "0" * 16, result, experiments()[name].version)
        records.append(ExperimentRecord(name, "0" * 16, "done", "", 1.0))
    write_run(folder, dataclasses.replace(run_record(tuple(records), False), **changes))
