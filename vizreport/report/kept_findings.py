"""What sections claim, taken over from the report that lies in the folder.

Intervals and tests take longer than all the reading. ``figures/claims.json`` has each section's
findings under a key of the results, the code and the libraries that they were made with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from vizreport.experiments.experiment import Experiment
from vizreport.findings.record import Finding
from vizreport.report.drawing_code import Modules
from vizreport.report.drawn import digest
from vizreport.report.reading import ReadSection
from vizreport.results.run import RunRecord
from vizreport.system.documents import JsonObject

FILE = "figures/claims.json"
_LIBRARIES = ("numpy", "scipy")


class KeptFindings:
    """The findings of the report in a run's folder.

    Parameters
    ----------
    folder : Path
        The run's; may have no report.
    run : RunRecord
        Has the keys of the results.
    modules : Modules
        The code there is.
    """

    def __init__(self, folder: Path, run: RunRecord, modules: Modules) -> None:
        self._results = {record.name: record.key for record in run.experiments}
        self._modules = modules
        self._libraries = [version(name) for name in _LIBRARIES]
        self._known: JsonObject = {}
        with suppress(OSError, ValueError):  # they are made again
            self._known = json.loads((folder / FILE).read_text("utf-8"))

    def of(self, experiment: Experiment) -> tuple[Finding, ...] | None:
        """Return what an experiment claims; None where that has to be found out."""
        try:
            known = self._known[experiment.name]
            if not experiment.findings or known["key"] != self._key(experiment):
                return None
            return msgspec.convert(known["findings"], tuple[Finding, ...])
        except (KeyError, TypeError, ValueError):  # whatever is wrong with what is kept
            return None

    def write(self, stage: Path, reads: Iterable[ReadSection]) -> None:
        """Write the findings of a report's sections.

        Parameters
        ----------
        stage : Path
            Folder of the report.
        reads : iterable of ReadSection
            Its sections.
        """
        found = {
            read.record.name: {
                "key": self._key(read.experiment),
                "findings": [asdict(each) for each in read.section.findings],
            }
            for read in reads
            if read.experiment is not None and read.experiment.findings and read.status == "done"
        }
        (stage / FILE).parent.mkdir(exist_ok=True)
        (stage / FILE).write_text(json.dumps(found, default=_plain), "utf-8")

    def _key(self, experiment: Experiment) -> str:
        needed = (*experiment.requires, experiment.name)
        return digest(
            [
                self._modules.code_of(experiment.findings),
                self._libraries,
                {name: self._results.get(name) for name in needed},
            ]
        )


def _plain(value: Any) -> Any:
    """Return a number of NumPy's as one of Python's."""
    return value.item()
