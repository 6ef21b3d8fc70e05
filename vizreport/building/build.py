"""From a checkpoint and images to results on disk, and from those to a report."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from vizreport.building import exports, first_pass, setting_values
from vizreport.building.keys import keys_of
from vizreport.building.record import run_record
from vizreport.building.request import BuildRequest
from vizreport.building.running import Computing, run_experiments
from vizreport.data.image import Decoding
from vizreport.data.sources import open_dataset
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import registry
from vizreport.experiments.selection import Selection, select
from vizreport.experiments.settings import Settings
from vizreport.findings.stored import stored_findings, warnings
from vizreport.models.epochs import epoch_checkpoints, epochs_hash
from vizreport.models.hash import checkpoint_hash
from vizreport.parallel.engine import engine_at
from vizreport.report.processes import apart
from vizreport.results import provenance
from vizreport.results.disk import warn_if_scarce
from vizreport.results.run import ExperimentRecord, RunRecord, write_run
from vizreport.results.run_folder import FINDINGS, PDF, SINGLE_FILE, prepare_run
from vizreport.results.store import Store
from vizreport.subject.network import StoredNetwork
from vizreport.subject.subject import Subject
from vizreport.system.memory import long_lived
from vizreport.system.paths import folder_problem
from vizreport.system.progress import drawing
from vizreport.wording.text import printable


def build(request: BuildRequest) -> int:
    """Compute what is not on disk yet, and render the report.

    Each result is written as it is finished: a build that was stopped goes on from the last
    one. Where nothing changed, nothing is computed and TensorFlow is not imported.

    Parameters
    ----------
    request : BuildRequest
        Checkpoint, data, settings and where the report goes.

    Returns
    -------
    int
        0 done, 1 an experiment failed (the report shows which).

    Raises
    ------
    RequestError
        If the checkpoint, the data or a setting is wrong, or the folder of the report holds what
        no build wrote, where the report would be, or cannot be written to.
    """
    out = request.folder
    prepare_run(out, request.pdf, request.single_file)
    warn_if_scarce(out)
    with apart() as elsewhere:
        return _built(request, elsewhere)


def _built(request: BuildRequest, elsewhere: Callable[..., Any]) -> int:
    """Compute and render; ``elsewhere`` calls a function in a process without TensorFlow."""
    out = request.folder
    epochs = () if folder_problem(request.checkpoint) else epoch_checkpoints(request.checkpoint)
    checkpoint = epochs[-1].path if epochs else request.checkpoint
    request = dataclasses.replace(
        request, settings=setting_values.with_studies(request.settings, checkpoint)
    )
    settings, selection = request.settings, _selected(request)
    checkpoint_key = checkpoint_hash(checkpoint)
    decoding = Decoding(settings.exif, settings.alpha)
    dataset = open_dataset(
        request.data, settings.split, settings.max_images, settings.seed, decoding
    )
    wanted, epochs_key = selection.experiments, epochs_hash(epochs)

    def keys_for(fingerprint: str) -> dict[str, str]:
        return keys_of(request, wanted, checkpoint_key, fingerprint, epochs_key)

    network = StoredNetwork(checkpoint, epochs)
    subject, store = Subject(network, request.network, dataset, settings.batch_size), Store(out)
    known: dict[str, ExperimentRecord] = {}
    # Products outside the network are small: two threads of BLAS would wait for each other.
    with long_lived(), threadpool_limits(1), engine_at(request.cluster) as engine:
        contents = dataset.contents
        unread = contents is not None and not first_pass.recall(store, contents)
        if unread and dataset.manifest and first_pass.mines(wanted):
            _require_layers(subject, settings, wanted)
            begun = keys_for(dataset.manifest)
            computing = Computing(subject, settings, store, begun, request.strict, engine)
            known = first_pass.mined(computing, lambda: keys_for(dataset.fingerprint))
        keys = keys_for(dataset.fingerprint)
        if contents and unread and not known:
            first_pass.remember(store, contents)
        left = [each for each in wanted if not store.has(each.name, keys[each.name])]
        _require_layers(subject, settings, left)
        computing = Computing(subject, settings, store, keys, request.strict, engine)
        records = run_experiments(wanted, computing, known)
    records.update(_broken(selection.broken))
    _print_backends(store, records)
    layout = {
        "paper": request.paper,
        "maps_in_print": request.maps_in_print,
        "appendix": request.appendix,
    }
    title = f"What {request.name} has learned"
    shown = {**setting_values.shown(settings), **layout}
    run = run_record(computing, records, title, checkpoint.name, checkpoint_key, shown)
    run = dataclasses.replace(run, command=provenance.command())
    drawn = _render(out, run, request, elsewhere)
    for said in warnings(stored_findings(out / FINDINGS)):  # as in the report
        print(f"vizreport: {printable(said)}", file=sys.stderr)
    failed = any(record.status == "failed" for record in records.values())
    return 1 if failed or not drawn else 0


def _require_layers(subject: Subject, settings: Settings, uncomputed: Sequence[Experiment]) -> None:
    """Refuse names of layers that the network does not have, before anything is computed."""
    for experiment in uncomputed:
        for name, each in experiment.all_settings.items():
            asked = getattr(settings, name)
            if each.content == "layer" and asked is not None:
                subject.chosen_layers((asked,) if isinstance(asked, str) else asked)


def _selected(request: BuildRequest) -> Selection:
    """Choose the experiments, and print which others are skipped with them."""
    selection = select(registry(), request.settings, request.only, request.skip)
    for name, cause in selection.dropped:
        print(f"vizreport: section {name} requires {cause} and is also omitted", file=sys.stderr)
    return selection


def _broken(causes: Mapping[str, str]) -> dict[str, ExperimentRecord]:
    """Return the records of other packages' experiments that cannot be used, and print why."""
    found = {}
    for name, cause in causes.items():
        reason = f"its experiment cannot be loaded: {cause}"
        print(f"vizreport: section {name}: {printable(reason)}", file=sys.stderr)
        found[name] = ExperimentRecord(name, "", "failed", reason)
    return found


def _print_backends(store: Store, records: dict[str, ExperimentRecord]) -> None:
    """Print where the report's results come from more than one backend."""
    used = provenance.by_backend(store, tuple(records.values()))
    if len(used) > 1:
        said = ", ".join(f"{len(made)} on {name}" for name, made in used.items())
        print(
            f"vizreport: not all results in {store.folder} were computed on the same backend "
            f"({said}): they agree only to within rounding; build into a new folder for results "
            "from one backend",
            file=sys.stderr,
        )


def _render(
    out: Path, run: RunRecord, request: BuildRequest, elsewhere: Callable[..., Any]
) -> bool:
    """Write the record and the pages, unless those on disk show these very results.

    Exports of former results, which the build does not make anew, are removed.

    Returns
    -------
    bool
        Whether every section could be drawn.
    """
    from vizreport.report import standing
    from vizreport.report.render import as_drawn

    if standing.stands(out, standing.of(as_drawn(run, {}), True, request.pdf)):
        return True
    anew = [PDF] * request.pdf + [SINGLE_FILE] * request.single_file
    removed = exports.remove_outdated(out, run, anew)
    if removed:
        print(f"vizreport: {printable(exports.removal(out, removed))}", file=sys.stderr)
    write_run(out, run)
    return not elsewhere(_draw, out, request.pdf, len(run.experiments) + 2)


def _draw(out: Path, pdf: bool, parts: int) -> tuple[str, ...]:
    """Draw the report; return the sections that failed."""
    from vizreport.report.render import render

    with drawing(parts) as log:
        return render(out, pdf=pdf, progress=log)
