"""The record of a run, in the words of its subject and its results."""

from __future__ import annotations

from collections.abc import Mapping

from vizreport.building.running import Computing
from vizreport.results import provenance
from vizreport.results.run import ExperimentRecord, RunRecord
from vizreport.system.documents import JsonObject


def run_record(
    computing: Computing,
    records: Mapping[str, ExperimentRecord],
    title: str,
    checkpoint_file: str,
    checkpoint_sha256: str,
    settings: JsonObject,
) -> RunRecord:
    """Record what was analysed, with which results, when, where and with which versions.

    Parameters
    ----------
    computing : Computing
        Has the data and the results.
    records : mapping of str to ExperimentRecord
        How each experiment went.
    title, checkpoint_file, checkpoint_sha256, settings
        As :class:`vizreport.results.run.RunRecord` has them.
    """
    dataset, store = computing.subject.dataset, computing.store
    return RunRecord(
        name=store.folder.name,
        title=title,
        checkpoint_file=checkpoint_file,
        checkpoint_sha256=checkpoint_sha256,
        data_name=dataset.name,
        data_images=len(dataset.records) + len(dataset.skipped),
        data_fingerprint=dataset.fingerprint,
        settings=settings,
        experiments=tuple(records.values()),
        **provenance.of_results(store, tuple(records.values())),
    )
