"""Exports of a report that do not belong to it any more."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vizreport.errors import RequestError
from vizreport.results import manifest
from vizreport.results.run import RunRecord, read_run
from vizreport.results.run_folder import PDF, REPORT, SINGLE_FILE, SLIDES

_MADE_BY = {
    PDF: "vizreport render RUN",
    SINGLE_FILE: "vizreport render RUN --single-file",
    SLIDES: "vizreport slides RUN",
}


def remove_outdated(folder: Path, run: RunRecord, drawn: Iterable[str]) -> tuple[str, ...]:
    """Remove a report's exports that show other results than the run that takes its place.

    Only what vizreport wrote is removed. Where the folder has the same run already, they are kept.

    Parameters
    ----------
    folder : Path
        Of the report; its ``run.json`` is still the former one.
    run : RunRecord
        The run that takes its place.
    drawn : iterable of str
        Exports that are replaced anyway.

    Returns
    -------
    tuple of str
        Names of the removed files.
    """
    try:
        former = read_run(folder)
    except RequestError:  # none, or a damaged one, of which nothing is known
        return ()
    if _shown(former) == _shown(run):
        return ()
    ours = manifest.read(folder, REPORT) or frozenset()
    asked = {name for name in _MADE_BY if name in ours and (folder / name).is_file()} - {*drawn}
    manifest.remove(folder, REPORT, asked)
    return tuple(name for name in _MADE_BY if name in asked and not (folder / name).exists())


def _shown(run: RunRecord) -> tuple[object, ...]:
    """Return what tells the results of one run from those of another."""
    results = [(each.name, each.key, each.status) for each in run.experiments]
    return run.title, run.checkpoint_file, run.checkpoint_sha256, run.data_name, results


def removal(folder: Path, names: tuple[str, ...]) -> str:
    """Say which exports were removed, why, and what makes them again."""
    what = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    commands = [f"`{_MADE_BY[name].replace('RUN', str(folder))}`" for name in names]
    again = " and ".join(filter(None, (", ".join(commands[:-1]), commands[-1])))
    several = len(names) > 1
    return (
        f"removed {what}, which showed the former results; {again} "
        f"{'make them' if several else 'makes it'} again"
    )
