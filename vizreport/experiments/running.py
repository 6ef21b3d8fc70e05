"""One experiment computed, or found computed."""

from __future__ import annotations

import sys
import time

from vizreport import interruption
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.context import Context
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments
from vizreport.memory import give_back
from vizreport.results.disk import full_disk
from vizreport.results.run import ExperimentRecord, Status
from vizreport.results.store import Store
from vizreport.unforeseen import unforeseen


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
    status: Status
    reason = ""
    try:
        required = {}
        for needed in experiment.requires:
            found = store.load(experiments()[needed], keys[needed])
            assert found is not None
            required[needed] = found.result
        result = experiment.load(experiment.compute)(context, required)
        store.save(name, key, result, experiment.version)
        del result, required
        give_back()
        status = "done"
    except NotApplicable as error:
        status, reason = "not applicable", str(error)
        store.save(name, key, None, experiment.version, status, reason)
    except RequestError:
        raise
    except Exception as error:
        # One broken experiment does not lose the report; Ctrl-C, whatever a library made of it,
        # is none, and on a full disk all would break.
        if strict or interruption.received() or full_disk(error):
            raise
        print(f"vizreport: section {name}: {unforeseen(error, store.folder)}", file=sys.stderr)
        status, reason = "failed", f"{type(error).__name__}: {error}"
    return ExperimentRecord(name, key, status, reason, time.monotonic() - started)
