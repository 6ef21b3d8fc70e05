"""Two finished runs with what a comparison reads, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.report.fake_architecture import make_architecture
from tests.report.fake_results import IMAGES, NOUNS, SIZE, make_filters, make_mining, make_overview
from tests.report.fake_run import run_record
from vizreport.experiments.registry import experiments
from vizreport.results.run import ExperimentRecord, write_run
from vizreport.results.store import NOT_APPLICABLE, Store

NAMES = ("mining", "overview", "filters", "architecture")


def make_run(folder: Path, hostile: bool = False, **parts) -> Path:
    """Write the results of a run; ``parts`` take the place of the made-up ones, None for
    one that does not apply.
    """
    random = np.random.default_rng(3 + hostile)
    mining = make_mining(random, [f"{NOUNS[i % 10]} {i}" for i in range(20)], hostile)
    filters = make_filters(random, hostile)
    results = {
        "mining": mining,
        "overview": make_overview(mining, np.zeros((IMAGES, SIZE, SIZE, 3), np.uint8), hostile),
        "filters": filters,
        "architecture": make_architecture(random, filters, mining, hostile),
        **parts,
    }
    store, records = Store(folder), []
    for name in NAMES:
        version = experiments()[name].version
        if results[name] is None:
            reason = "the network has no convolution"
            store.save(name, "key", None, version, NOT_APPLICABLE, reason)
            records.append(ExperimentRecord(name, "key", NOT_APPLICABLE, reason))
            continue
        store.save(name, "key", results[name], version)
        records.append(ExperimentRecord(name, "key", "done", "", 12.0))
    write_run(folder, replace(run_record(tuple(records), hostile), name=folder.name))
    return folder


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("compared")
    return make_run(root / "wide-stride"), make_run(root / "hostile", hostile=True)
