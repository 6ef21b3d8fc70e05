"""A made-up run of the size of a real one, for tests of what stands right of the results."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from tests.report import fake_pictures
from tests.report.fake_ablation import make_ablation
from tests.report.fake_architecture import make_architecture
from tests.report.fake_class_evidence import make_class_evidence
from tests.report.fake_contributions import make_contributions, make_feeding_maps
from tests.report.fake_correspondence import make_correspondence
from tests.report.fake_deconvolutional import make_deconvolutional
from tests.report.fake_diagnosis import make_diagnosis
from tests.report.fake_evolution import make_evolution
from tests.report.fake_feature_maps import make_feature_maps
from tests.report.fake_hog import make_hog
from tests.report.fake_invariance import make_invariance
from tests.report.fake_occlusion import make_occlusion
from tests.report.fake_optimised_inputs import make_optimised_inputs
from tests.report.fake_projections import make_parts, make_photographs, make_top_patches
from tests.report.fake_results import (
    HOSTILE,
    IMAGES,
    NOUNS,
    SIZE,
    make_filters,
    make_mining,
    make_overview,
    make_preprocessing,
)
from tests.report.fake_sanity import make_sanity
from tests.report.fake_transfer import make_transfer
from vizreport.experiments.registry import experiments
from vizreport.results.keys import result_key
from vizreport.results.run import ExperimentRecord, RunRecord, read_run, write_run
from vizreport.results.store import NOT_APPLICABLE, Store


def make_fake_run(folder: Path, hostile_names: bool = False) -> None:
    """Write plausible results of every experiment and a ``run.json``.

    Parameters
    ----------
    folder : Path
        Folder of the run; made when it is missing.
    hostile_names : bool
        Names that try to break the page, few classes with many images each, two photographs, two
        sizes of the occluding square, one layer without a backward rule, and filters each on its
        own scale.
    """
    random = np.random.default_rng(7)
    seen = fake_pictures.pictures(IMAGES, SIZE, 1)
    names = [f"{NOUNS[i % 10]}" + (f" {i // 10}" if i > 9 else "") for i in range(1000)]
    if hostile_names:
        names = list(HOSTILE)
    mining = make_mining(random, names, hostile_names)
    filters = make_filters(random, hostile_names)
    top_patches = make_top_patches(random, mining, seen, hostile_names)
    occlusion = make_occlusion(random, mining, seen, hostile_names)
    contributions = make_contributions(np.random.default_rng(13), mining, top_patches)
    results = {
        "mining": mining,
        "diagnosis": make_diagnosis(np.random.default_rng(15), mining, seen, hostile_names),
        "overview": make_overview(mining, seen, hostile_names),
        "preprocessing": make_preprocessing(hostile_names),
        "filters": filters,
        "architecture": make_architecture(np.random.default_rng(8), filters, mining, hostile_names),
        "parts": make_parts(np.random.default_rng(9), hostile_names),
        "top_patches": top_patches,
        "contributions": contributions,
        "feeding_maps": make_feeding_maps(mining, contributions, seen, hostile_names),
        "feature_maps": make_feature_maps(mining, top_patches, seen),
        "optimised_inputs": make_optimised_inputs(
            np.random.default_rng(26), top_patches, hostile_names
        ),
        "photographs": make_photographs(random, names, seen, hostile_names),
        "occlusion": occlusion,
        "class_evidence": make_class_evidence(
            np.random.default_rng(25), mining, occlusion, hostile_names
        ),
        "evolution": make_evolution(np.random.default_rng(9), mining, top_patches, seen),
        "ablation": make_ablation(hostile_names),
        "transfer": make_transfer(hostile_names),
        "deconvolutional": make_deconvolutional(hostile_names),
        "invariance": make_invariance(random, mining, seen, hostile_names),
        "correspondence": make_correspondence(random, mining, seen, hostile_names),
        "sanity": make_sanity(random, mining, seen, hostile_names),
        "hog": make_hog(np.random.default_rng(11), mining, seen, hostile_names),
    }
    store = Store(folder)
    records = []
    keys: dict[str, str] = {}
    for experiment in experiments().values():
        if experiment.name not in results:
            continue
        required = {name: keys[name] for name in experiment.requires}
        key = result_key(experiment.name, experiment.version, "c" * 64, "d" * 64, {}, required)
        keys[experiment.name] = key
        store.save(experiment.name, key, results[experiment.name], experiment.version)
        records.append(ExperimentRecord(experiment.name, key, "done", "", 4.25))
    write_run(folder, run_record(tuple(records), hostile_names))


def run_record(records: tuple[ExperimentRecord, ...], hostile_names: bool) -> RunRecord:
    """Return the record of the made-up run with these experiments."""
    return RunRecord(
        name="fake",
        title=HOSTILE[0] if hostile_names else "SqueezeNet on 60 drawn pictures",
        checkpoint_file=HOSTILE[1] if hostile_names else "squeezenet.keras",
        checkpoint_sha256="c0ffee" * 10 + "beef",
        data_name=HOSTILE[3] if hostile_names else "photos",
        data_images=IMAGES + 2,
        data_fingerprint="feed" * 16,
        settings={
            "layers": None,
            "maps": 16,
            "max_images": None,
            "split": None,
            "rule": "deconvnet",
            "scale": "map",
            "filter_scale": "filter" if hostile_names else "shared",
            "window": "energy",
            "occlude": [HOSTILE[0], HOSTILE[4]] if hostile_names else [],
            "invariance": [],
            "photographs": [HOSTILE[2]] if hostile_names else ["cat.jpg"],
            "seed": 0,
            "top": 9,
            "batch_size": 32,
        },
        experiments=records,
        seconds=83.4,
        host={"system": "Linux 6.1", "machine": "x86_64", "processors": "2", "devices": "CPU"},
        versions={"vizreport": "0.1.0", "python": "3.11.9", "tensorflow": "2.21.0"},
        date="2026-03-01T12:34:56+00:00",
        command="vizreport build --checkpoint squeezenet.keras --data photos",
    )


def mark_not_applicable(folder: Path, name: str, reason: str) -> None:
    """Turn one experiment of a made-up run into one that does not apply."""
    run = read_run(folder)
    Store(folder).save(name, "0" * 16, None, experiments()[name].version, NOT_APPLICABLE, reason)
    records = tuple(
        ExperimentRecord(name, "0" * 16, NOT_APPLICABLE, reason) if r.name == name else r
        for r in run.experiments
    )
    write_run(folder, dataclasses.replace(run, experiments=records))
