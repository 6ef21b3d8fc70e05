"""From a checkpoint and images to results on disk, and from those to a report."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import platform
import sys
import time
import traceback
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from vizreport.data.dataset import Dataset
from vizreport.data.sources import open_dataset
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.context import Context, Source
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments
from vizreport.models.epochs import epoch_checkpoints, epochs_hash
from vizreport.models.hash import checkpoint_hash
from vizreport.progress import drawing, progress
from vizreport.results.keys import result_key
from vizreport.results.run import ExperimentRecord, RunRecord, write_run
from vizreport.results.store import Store
from vizreport.settings import Settings
from vizreport.studies import STUDIES, study_hash, study_name, with_studies
from vizreport.version import __version__

_PACKAGES = ("tensorflow", "keras", "numpy", "pillow", "matplotlib", "weasyprint")


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
    labels : Path or None
        File that names the network's outputs.
    labels_in_order : bool
        The outputs are the data's classes in alphabetical order.
    preset : str or None
        Preprocessing preset.
    preprocessing : dict
        Parts of the preprocessing given one by one.
    imports : tuple of str
        Modules that register the user's own layers; their code is run.
    output : str or None
        Which output of a network with several.
    pdf : bool
        Whether to write ``report.pdf``.
    paper : {"a4", "letter"}
        Size of its pages.
    maps_in_print : int
        Feature maps to show of each layer in it and on the main page.
    strict : bool
        Whether to raise where an experiment fails, instead of showing it as failed.
    """

    checkpoint: Path
    data: str
    out: Path | None = None
    settings: Settings = field(default_factory=Settings)
    labels: Path | None = None
    labels_in_order: bool = False
    preset: str | None = None
    preprocessing: dict[str, Any] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    output: str | None = None
    pdf: bool = True
    paper: str = "a4"
    maps_in_print: int = 16
    strict: bool = False

    @property
    def name(self) -> str:
        """What the network is called."""
        given = self.checkpoint
        return given.resolve().name if given.is_dir() else given.stem

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

    Returns
    -------
    int
        0 done, 1 an experiment failed (the report shows which).

    Raises
    ------
    RequestError
        If the checkpoint, the data or a setting is wrong.
    """
    started = time.monotonic()
    date = datetime.now().astimezone().isoformat(timespec="seconds")
    epochs = epoch_checkpoints(request.checkpoint) if request.checkpoint.is_dir() else ()
    checkpoint = epochs[-1].path if epochs else request.checkpoint
    request = dataclasses.replace(request, settings=with_studies(request.settings, checkpoint))
    settings = request.settings
    checkpoint_key = checkpoint_hash(checkpoint)
    dataset = _open(request)
    out = request.folder
    wanted = [
        experiment
        for experiment in experiments().values()
        if experiment.name != "photographs" or settings.photographs
    ]
    keys = _keys(request, wanted, checkpoint_key, dataset.fingerprint, epochs_hash(epochs))
    source = Source(
        checkpoint,
        request.preset,
        request.preprocessing,
        request.labels,
        request.labels_in_order,
        request.imports,
        request.output,
        epochs,
    )
    context, store = Context(source, dataset, settings), Store(out)
    records: dict[str, ExperimentRecord] = {}
    for experiment in wanted:
        records[experiment.name] = run_experiment(
            experiment, context, store, keys, records, request.strict
        )
    computed = any(record.seconds for record in records.values())
    run = RunRecord(
        name=out.name,
        title=f"What {request.name} has learned",
        checkpoint_file=checkpoint.name,
        checkpoint_sha256=checkpoint_key,
        data_name=dataset.name,
        data_images=len(dataset.records) + len(dataset.skipped),
        data_fingerprint=dataset.fingerprint,
        settings={
            **_shown_settings(settings),
            "paper": request.paper,
            "maps_in_print": request.maps_in_print,
        },
        experiments=tuple(records.values()),
        seconds=time.monotonic() - started,
        host=_host(computed),
        versions=_versions(),
        date=date,
        command=_command(),
    )
    drawn = _render(out, run, computed, request.pdf)
    failed = any(record.status == "failed" for record in records.values())
    return 1 if failed or not drawn else 0


def _open(request: BuildRequest) -> Dataset:
    """Open the data; hashing a large folder shows its progress."""
    settings = request.settings
    with progress("hashing", 0, "files") as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return open_dataset(request.data, settings.split, settings.max_images, settings.seed, tell)


def _keys(
    request: BuildRequest,
    wanted: list[Experiment],
    checkpoint_key: str,
    fingerprint: str,
    epochs_key: str = "",
) -> dict[str, str]:
    """Name every result after all it depends on."""
    network = _digest(
        [
            checkpoint_key,
            request.preset,
            {name: str(value) for name, value in sorted(request.preprocessing.items())},
            [_file_hash(Path(name)) or name for name in request.imports],
            request.output,
        ]
    )
    labels = None if request.labels is None else _file_hash(request.labels)
    if request.labels is not None and labels is None:
        raise RequestError(f"{request.labels} cannot be read: name a labels file with --labels")
    data = _digest([fingerprint, labels, request.labels_in_order])
    chosen = dataclasses.asdict(request.settings)
    for files in ("photographs", "occlude", "invariance"):
        chosen[files] = [[Path(name).name, _file_hash(Path(name))] for name in chosen[files]]
    for folder in STUDIES:
        chosen[folder] = study_hash(chosen[folder])
    if chosen["parts"] is not None:
        chosen["parts"] = _file_hash(Path(chosen["parts"])) or chosen["parts"]
    keys: dict[str, str] = {}
    for experiment in wanted:
        keys[experiment.name] = result_key(
            experiment.name,
            experiment.version,
            _digest([network, epochs_key]) if experiment.epochs else network,
            data,
            {name: chosen[name] for name in experiment.settings},
            {name: keys[name] for name in experiment.requires},
        )
    return keys


def run_experiment(
    experiment: Experiment,
    context: Context,
    store: Store,
    keys: dict[str, str],
    records: dict[str, ExperimentRecord],
    strict: bool,
) -> ExperimentRecord:
    """Compute one experiment, unless its result is there.

    Parameters
    ----------
    experiment : Experiment
    context : Context
    store : Store
        Has the results it requires; its own is saved there.
    keys : dict of str
        Of this result and those it requires.
    records : dict of ExperimentRecord
        How those it requires went.
    strict : bool
        Raise what goes wrong, instead of recording it as failed.

    Raises
    ------
    RequestError
        If the checkpoint, the data or a setting is wrong.
    """
    name, key = experiment.name, keys[experiment.name]
    for needed in experiment.requires:
        if records[needed].status != "done":
            reason = f"it needs the result of {needed!r}: {records[needed].reason}"
            return ExperimentRecord(name, key, records[needed].status, reason)
    outcome = store.load(experiment, key) if store.has(name, key) else None
    if outcome is not None:
        return ExperimentRecord(name, key, outcome.status, outcome.reason)
    # Computing starts TensorFlow here, quietly, before a compute module imports it.
    from vizreport.tensorflow_start import start_tensorflow

    started = time.monotonic()
    start_tensorflow()
    try:
        required = {}
        for needed in experiment.requires:
            found = store.load(experiments()[needed], keys[needed])
            assert found is not None
            required[needed] = found.result
        result = experiment.load(experiment.compute)(context, required)
        store.save(name, key, result, experiment.version)
        status, reason = "done", ""
    except NotApplicable as error:
        status, reason = "not applicable", str(error)
        store.save(name, key, None, experiment.version, status, reason)
    except RequestError:
        raise
    except Exception as error:
        # One broken experiment does not lose the report.
        if strict:
            raise
        traceback.print_exc()
        status, reason = "failed", f"{type(error).__name__}: {error}"
    return ExperimentRecord(name, key, status, reason, time.monotonic() - started)


def _render(out: Path, run: RunRecord, computed: bool, pdf: bool) -> bool:
    """Write the record and the pages, unless those on disk show these very results.

    Returns
    -------
    bool
        Whether every section could be drawn.
    """
    from vizreport.report.render import render

    shown = _digest([[record.name, record.key, record.status] for record in run.experiments])
    marker = out / "results" / "rendered.json"
    layout = [run.settings["paper"], run.settings["maps_in_print"]]
    stamp = json.dumps({"results": shown, "pdf": pdf, "layout": layout, "vizreport": __version__})
    pages = [out / "index.html", *([out / "report.pdf"] if pdf else [])]
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
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(stamp)
    return True


def _digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def _file_hash(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _shown_settings(settings: Settings) -> dict[str, Any]:
    shown = dataclasses.asdict(settings)
    for folder in STUDIES:
        shown[folder] = study_name(shown[folder])
    for files in ("photographs", "occlude", "invariance"):
        shown[files] = [Path(name).name for name in shown[files]]
    if shown["parts"] is not None:
        shown["parts"] = Path(shown["parts"]).name
    return shown


def _host(computed: bool) -> dict[str, str]:
    host = {
        "system": platform.system(),
        "machine": platform.machine(),
        "processors": str(os.cpu_count()),
    }
    if computed and "tensorflow" in sys.modules:
        import tensorflow as tf

        devices = [device.device_type for device in tf.config.get_visible_devices()]
        host["devices"] = ", ".join(
            f"{devices.count(kind)} {kind}" for kind in sorted(set(devices))
        )
    return host


def _versions() -> dict[str, str]:
    found = {"vizreport": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _command() -> str:
    return " ".join(["vizreport", *sys.argv[1:]]) if sys.argv[0].endswith("vizreport") else ""
