"""The experiments of a run computed in turn, or found computed."""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.experiment import Experiment, Results
from vizreport.experiments.registry import experiments
from vizreport.experiments.settings import Given, Settings
from vizreport.parallel.kept import KeptPieces
from vizreport.parallel.loop import in_turn
from vizreport.parallel.piece import Engine
from vizreport.parallel.pieces import Pieces
from vizreport.results import provenance
from vizreport.results.disk import full_disk
from vizreport.results.origin import Origin
from vizreport.results.run import ExperimentRecord, Status
from vizreport.results.run_folder import add_results
from vizreport.results.store import Store
from vizreport.subject.subject import Subject
from vizreport.system import interruption
from vizreport.system.memory import release_memory
from vizreport.system.unforeseen import unforeseen


@dataclass(frozen=True)
class Computing:
    """What the experiments of a run are computed from, and where their results go.

    Attributes
    ----------
    subject : Subject
        Network and data.
    settings : Settings
        All of the build; an experiment is given those it declares.
    store : Store
        Has the results; those that are missing are saved there.
    keys : dict of str
        Of the results, by experiment.
    strict : bool
        Raise what goes wrong, instead of recording it as failed.
    engine : Engine
        Computes pieces of work; by default in this process.
    """

    subject: Subject
    settings: Settings
    store: Store
    keys: dict[str, str]
    strict: bool = False
    engine: Engine = in_turn


def run_experiments(
    wanted: Iterable[Experiment],
    computing: Computing,
    known: Mapping[str, ExperimentRecord] | None = None,
) -> dict[str, ExperimentRecord]:
    """Compute experiments in turn, except those whose results are there.

    Parameters
    ----------
    wanted : iterable of Experiment
        Each after those it requires.
    computing : Computing
        Subject, settings, store and keys.
    known : mapping of str to ExperimentRecord, optional
        How those went that were computed before.

    Returns
    -------
    dict of ExperimentRecord
        How each went, by name.

    Raises
    ------
    RequestError
        If something is wrong with the request, and an experiment is essential.
    """
    add_results(computing.store.folder, computing.keys)
    records: dict[str, ExperimentRecord] = {}
    for experiment in wanted:
        name = experiment.name
        done = known.get(name) if known else None
        records[name] = done or run_experiment(experiment, computing, records)
    return records


def run_experiment(
    experiment: Experiment,
    computing: Computing,
    records: Mapping[str, ExperimentRecord],
    naming: Callable[[Any], AbstractContextManager[str]] | None = None,
) -> ExperimentRecord:
    """Compute one experiment, unless its result is there.

    Parameters
    ----------
    experiment : Experiment
        Which.
    computing : Computing
        Subject, settings, store and keys.
    records : mapping of str to ExperimentRecord
        How those went that it requires.
    naming : callable, optional
        From a result to the key under which it is saved, where the one in ``computing`` is only
        that of its pieces; left when the result is there, and before its pieces go.
    """
    store, keys = computing.store, computing.keys
    name, key = experiment.name, keys[experiment.name]
    for needed in experiment.requires:
        if records[needed].status != "done":
            reason = f"it requires the result of {needed!r}: {records[needed].reason}"
            return ExperimentRecord(name, key, records[needed].status, reason)
    outcome = store.load(experiment, key) if store.has(name, key) else None
    if outcome is not None:
        known = store.origin(name, key)
        seconds = known.seconds if known else 0.0
        return ExperimentRecord(name, key, outcome.status, outcome.reason or "", seconds)
    # Computing starts TensorFlow here, quietly, before a compute module imports it.
    from vizreport.system.tensorflow_start import start_backend

    begun, date = time.monotonic(), provenance.now()
    kept = KeptPieces(store, name, key)
    pieces = Pieces(computing.engine, kept)

    def origin() -> Origin:
        host = {**provenance.host(), **pieces.record()}
        return Origin(time.monotonic() - begun, date, host, provenance.versions())

    start_backend()
    status: Status
    reason = ""
    try:
        required = {}
        for needed in experiment.requires:
            found = store.load(experiments()[needed], keys[needed])
            assert found is not None
            required[needed] = found.result
        compute = experiment.load(experiment.compute)
        given = computing.settings.of(experiment)
        result = called(compute, computing.subject, given, required, pieces)
        computed = origin()
        with naming(result) if naming else nullcontext(key) as final:
            store.save(name, final, result, experiment.version, origin=computed)
        kept.remove()
        del result, required
        release_memory()
        status = "done"
    except NotApplicable as error:
        status, reason, computed = "not applicable", str(error), origin()
        store.save(name, key, None, experiment.version, status, reason, computed)
    except RequestError as error:
        if computing.strict or experiment.essential:
            raise
        print(f"vizreport: section {name}: {error}", file=sys.stderr)
        status, reason, computed = "failed", str(error), origin()
    except Exception as error:
        # One broken experiment does not lose the report; Ctrl-C, whatever a library made of it,
        # is none, and on a full disk all would break.
        if computing.strict or interruption.received() or full_disk(error):
            raise
        print(f"vizreport: section {name}: {unforeseen(error, store.folder)}", file=sys.stderr)
        computed = origin()
        status, reason = "failed", f"{type(error).__name__}: {error}"
    return ExperimentRecord(name, key, status, reason, computed.seconds)


def called(
    compute: Callable[..., Any],
    subject: Subject,
    settings: Given,
    required: Results,
    pieces: Pieces | None = None,
) -> Any:
    """Call an experiment's ``compute`` with what its parameters name.

    Parameters
    ----------
    compute : callable
        Has some of the parameters ``subject``, ``settings``, ``required`` and ``pieces``, or those
        of ``required`` by their names.
    subject : Subject
        Network and data, made when first asked for.
    settings : Given
        What ``compute`` may read: any other setting is an ``AttributeError``.
    required : dict
        Results of the experiments it requires, by name.
    pieces : Pieces, optional
        Maps over pieces of its work; by default in this process, and nothing is kept.

    Raises
    ------
    TypeError
        If it names anything else.
    """
    given = {
        **required,
        "subject": subject,
        "context": subject,  # its name in the experiments of other packages
        "settings": settings,
        "required": required,
        "pieces": pieces or Pieces(),
    }
    names = list(inspect.signature(compute).parameters)
    if unknown := [name for name in names if name not in given]:
        raise TypeError(
            f"compute() has an unknown parameter {unknown[0]!r}; available are {', '.join(given)}"
        )
    return compute(**{name: given[name] for name in names})
