"""``vizreport check``: what to look at first, and an exit status that a pipeline can stop on."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from vizreport.cli.options import report, running
from vizreport.cli.verb import Option, Verb

if TYPE_CHECKING:
    from vizreport.findings.ranking import Found

STOPPED = 3
"""Exit status where a condition is met."""


def run(arguments: argparse.Namespace) -> int:
    """Print the ranked findings; needs no TensorFlow.

    Returns
    -------
    int
        Exit status: 0 none of the conditions is met, 1 a section failed, 3 one is met.

    Raises
    ------
    RequestError
        If the folder is not that of a run, or a condition cannot be understood.
    """
    from vizreport.findings.sentences import caveat, notice
    from vizreport.runs.checking import check
    from vizreport.wording.text import printable

    checked = check(arguments.RUN, arguments.fail_on)
    entries = [each.first for each in checked.ranking]
    if arguments.as_json:
        failed = [each.finding.kind for each in checked.failed]
        listed = [_plain(each) for each in entries]
        weak = {each.finding.kind: caveat(each.finding) for each in checked.weak}
        plain = {"ranking": listed, "failed": failed, "weak": weak, "unread": checked.unread}
        print(json.dumps(plain, indent=1))
    else:
        for place, each in enumerate(entries, start=1):
            said = printable(notice(each.finding))
            print(f"{place}. {each.finding.severity} ({each.finding.kind}, {each.title}): {said}")
        if not entries:
            print("nothing in this report is a fault or worth a look")
        for each in checked.weak:
            print(f"weak ({each.finding.kind}, {each.title}): {printable(caveat(each.finding))}")
    for name, reason in checked.unread.items():
        print(f"vizreport: section {name} failed: {printable(reason)}", file=sys.stderr)
    for each in checked.failed:
        kind = each.finding.kind
        print(f"vizreport: failed on {kind}, section {each.title}", file=sys.stderr)
    return STOPPED if checked.failed else 1 if checked.unread else 0


def _plain(found: Found) -> dict[str, object]:
    from vizreport.findings.stored import as_record

    record = as_record(found.finding)
    kept = ("kind", "severity", "sentence", "advice", "n", "unit", "effect", "evidence")
    return {"section": found.section, **{name: record[name] for name in kept}}


VERB = Verb(
    name="check",
    summary="print what to look at first; exit with an error on chosen conditions",
    description=(
        "Print a build's faults and other findings worth a look, ranked as in the report's "
        "Diagnosis section, each with a suggested remedy. With --fail-on, the exit status is 3 "
        "if any of the conditions is met. Reads only stored results and works without TensorFlow."
    ),
    usage="RUN [--fail-on CONDITION] ...",
    options=(
        report.RUN,
        Option(
            "--fail-on",
            "Exit with status 3 if there is a fault (fault), a fault or a look (look), a finding "
            "of a kind or part of its name (labels-noise, noise), or a finding whose effect "
            "satisfies a comparison (dead>0.1, shares from 0 to 1). Repeatable.",
            metavar="CONDITION",
            action="append",
        ),
        running.JSON,
    ),
    run=run,
)
