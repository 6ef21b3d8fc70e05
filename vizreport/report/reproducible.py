"""Reports that show no times, so that the same results give the same bytes."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

from vizreport.errors import RequestError
from vizreport.results.run import RunRecord

VARIABLE = "SOURCE_DATE_EPOCH"


def as_shown(run: RunRecord) -> RunRecord:
    """Return a run's record as pages show it.

    With ``SOURCE_DATE_EPOCH`` in the environment that is its date, and neither times nor the
    command line, which names the folder.

    Raises
    ------
    RequestError
        If the variable is not a number of seconds.
    """
    given = os.environ.get(VARIABLE)
    if not given:
        return run
    try:
        date = datetime.fromtimestamp(int(given), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        raise RequestError(
            f"{VARIABLE} is {given[:40]!r}; set it to a number of seconds since 1970, or unset it"
        ) from None
    timeless = tuple(replace(record, seconds=0.0) for record in run.experiments)
    return replace(run, date=date, seconds=0.0, command="", experiments=timeless)
