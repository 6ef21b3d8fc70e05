"""From a checkpoint and images to results on disk, and from those to a report."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vizreport import named, provenance
from vizreport.data.dataset import Decoding
from vizreport.data.sources import open_dataset
from vizreport.experiments.context import Context, Source
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments, registry
from vizreport.experiments.running import run_experiment
from vizreport.experiments.selection import Selection, select
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import faults
from vizreport.models.epochs import epoch_checkpoints, epochs_hash
from vizreport.models.hash import checkpoint_hash
from vizreport.paths import folder_problem
from vizreport.progress import drawing
from vizreport.report.text import printable
from vizreport.result_keys import digest, keys_of
from vizreport.results.atomic import write_text
from vizreport.results.disk import warn_if_scarce
from vizreport.results.run import ExperimentRecord, RunRecord, write_run
from vizreport.results.run_folder import PAGE, PDF, RENDERED, add_results, prepare_run
from vizreport.results.store import Store
from vizreport.settings import Settings
from vizreport.version import __version__


@dataclass(frozen=True)
class BuildRequest:
    """What a user asks for.

    Attributes
    ----------
    checkpoint : Path
        A ``.keras`` or ``.h5`` file, or a folder of them, one an epoch: the report is then of the
        last epoch, and its section Evolution of all.
    data : str
        Source of images, see :func:`vizreport.data.sources.open_dataset`.
    out : Path or None
        Folder of the report; ``reports/NAME`` after the checkpoint (or its folder) where None.
    settings : Settings
        What the user chose.
    labels : Path or None
        File that names the network's outputs.
    labels_in_order : bool
        The outputs are the data's classes in alphabetical order.
    preset : str or None
        Preprocessing preset.
    preprocessing : dict
        Parts of the preprocessing given one by one.
    scale_twice : bool
        Whether pixels may be scaled that the network scales itself.
    imports : tuple of str
        Modules that register the user's own layers; their code is run.
    output : str or None
        Which output of a network with several.
    output_kind : str or None
        What the output means, see :data:`vizreport.models.output.KINDS`; None to find out.
    pdf : bool
        Whether to write ``report.pdf``.
    paper : {"a4", "letter"}
        Size of its pages.
    maps_in_print : int
        Feature maps of each layer in it and in the section Top-9.
    appendix : bool
        Whether it ends with the supplementary figures and tables, and how all was measured.
    strict : bool
        Whether to raise where an experiment fails, instead of showing it as failed.
    single_file : bool
        Whether ``report.html`` will be written as well (by
        :func:`vizreport.report.single.write_single_file`), so that its place has to be free.
    only : tuple of str
        Sections to make, with all that they require; empty for all there are.
    skip : tuple of str
        Sections to leave out, with all that require them.
    """

    checkpoint: Path
    data: str
    out: Path | None = None
    settings: Settings = field(default_factory=Settings)
    labels: Path | None = None
    labels_in_order: bool = False
    preset: str | None = None
    preprocessing: dict[str, Any] = field(default_factory=dict)
    scale_twice: bool = False
    imports: tuple[str, ...] = ()
    output: str | None = None
    output_kind: str | None = None
    pdf: bool = True
    paper: str = "a4"
    maps_in_print: int = 4
    appendix: bool = False
    strict: bool = False
    single_file: bool = False
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the network is called."""
        given = self.checkpoint
        return given.stem if folder_problem(given) else given.resolve().name

    @property
    def folder(self) -> Path:
        """Of the report."""
        return self.out or Path("reports") / self.name


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
    epochs = () if folder_problem(request.checkpoint) else epoch_checkpoints(request.checkpoint)
    checkpoint = epochs[-1].path if epochs else request.checkpoint
    request = dataclasses.replace(
        request, settings=named.with_studies(request.settings, checkpoint)
    )
    settings, selection = request.settings, _selected(request)
    checkpoint_key = checkpoint_hash(checkpoint)
    decoding = Decoding(settings.exif, settings.alpha)
    dataset = open_dataset(
        request.data, settings.split, settings.max_images, settings.seed, decoding
    )
    wanted = selection.experiments
    keys = keys_of(request, wanted, checkpoint_key, dataset.fingerprint, epochs_hash(epochs))
    source = Source(
        checkpoint,
        request.preset,
        request.preprocessing,
        request.labels,
        request.labels_in_order,
        request.imports,
        request.output,
        epochs,
        request.output_kind,
        scale_twice=request.scale_twice,
    )
    context, store = Context(source, dataset, settings.batch_size), Store(out)
    add_results(out, keys)
    _require_layers(context, settings, [e for e in wanted if not store.has(e.name, keys[e.name])])
    records: dict[str, ExperimentRecord] = {}
    for experiment in wanted:
        records[experiment.name] = run_experiment(
            experiment, context, settings, store, keys, records, request.strict
        )
    records.update(_broken(selection.broken))
    _print_faults(store, wanted, records)
    _print_backends(store, records)
    run = RunRecord(
        name=out.name,
        title=f"What {request.name} has learned",
        checkpoint_file=checkpoint.name,
        checkpoint_sha256=checkpoint_key,
        data_name=dataset.name,
        data_images=len(dataset.records) + len(dataset.skipped),
        data_fingerprint=dataset.fingerprint,
        settings={
            **named.shown(settings),
            "paper": request.paper,
            "maps_in_print": request.maps_in_print,
            "appendix": request.appendix,
        },
        experiments=tuple(records.values()),
        command=provenance.command(),
        **provenance.of_results(store, tuple(records.values())),
    )
    drawn = _render(out, run, bool(store.saved), request.pdf)
    failed = any(record.status == "failed" for record in records.values())
    return 1 if failed or not drawn else 0


def _require_layers(context: Context, settings: Settings, uncomputed: Sequence[Experiment]) -> None:
    """Refuse names of layers that the network does not have, before anything is computed."""
    for experiment in uncomputed:
        for name, each in experiment.all_settings.items():
            asked = getattr(settings, name)
            if each.content == "layer" and asked is not None:
                context.chosen_layers((asked,) if isinstance(asked, str) else asked)


def _selected(request: BuildRequest) -> Selection:
    """Choose the experiments, and say on the terminal which fall with those skipped."""
    selection = select(registry(), request.settings, request.only, request.skip)
    for name, cause in selection.dropped:
        print(f"vizreport: section {name} requires {cause}: it is left out, too", file=sys.stderr)
    return selection


def _broken(causes: Mapping[str, str]) -> dict[str, ExperimentRecord]:
    """Return the records of what other packages bring that cannot be used; say so."""
    found = {}
    for name, cause in causes.items():
        reason = f"its experiment cannot be used: {cause}"
        print(f"vizreport: section {name}: {printable(reason)}", file=sys.stderr)
        found[name] = ExperimentRecord(name, "", "failed", reason)
    return found


def _print_faults(
    store: Store, wanted: Sequence[Experiment], records: dict[str, ExperimentRecord]
) -> None:
    """Say on the terminal, too, what stands first in the report."""
    for experiment in wanted:
        if not experiment.findings or records[experiment.name].status != "done":
            continue
        results = {
            name: store.load(experiments()[name], records[name].key)
            for name in (*experiment.requires, experiment.name)
        }
        found = {name: outcome.result for name, outcome in results.items() if outcome}
        try:
            said = faults(decide(experiment.load(experiment.findings)(found)))
        except Exception:  # the report shows the section as failed, with the reason
            continue
        for each in said:
            print(f"vizreport: {printable(each)}", file=sys.stderr)


def _print_backends(store: Store, records: dict[str, ExperimentRecord]) -> None:
    """Say on the terminal where the report's results come from more than one backend."""
    used = provenance.by_backend(store, tuple(records.values()))
    if len(used) > 1:
        said = ", ".join(f"{len(made)} on {name}" for name, made in used.items())
        print(
            f"vizreport: not all results in {store.folder} were computed on one backend ({said}): "
            "they agree to rounding only; a build into a fresh folder has all from one",
            file=sys.stderr,
        )


def _render(out: Path, run: RunRecord, computed: bool, pdf: bool) -> bool:
    """Write the record and the pages, unless those on disk show these very results.

    They do where results, layout, and the code and templates that draw them are the same.

    Returns
    -------
    bool
        Whether every section could be drawn.
    """
    from vizreport.report.drawing_code import fingerprint
    from vizreport.report.render import render

    known = experiments()
    drawn_by = fingerprint(
        known[each.name].package for each in run.experiments if each.name in known
    )
    shown = digest([[record.name, record.key, record.status] for record in run.experiments])
    marker = out / RENDERED
    layout = [
        run.settings[name] for name in ("paper", "maps_in_print", "appendix", *named.displayed())
    ]
    stamp = json.dumps(
        {"results": shown, "pdf": pdf, "layout": layout, "code": drawn_by, "vizreport": __version__}
    )
    pages = [out / PAGE, *([out / PDF] if pdf else [])]
    if (
        not computed
        and all(page.exists() for page in pages)
        and marker.exists()
        and marker.read_text() == stamp
    ):
        return True
    write_run(out, run)
    marker.unlink(missing_ok=True)
    with drawing(len(run.experiments) + 2) as tell:
        failed = render(out, pdf=pdf, progress=tell)
    if failed:
        return False
    write_text(marker, stamp)
    return True
