"""Findings as ``findings.json`` holds them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vizreport.findings.decisions import LEVEL
from vizreport.findings.quantity import CONFIDENCE
from vizreport.findings.record import FAULT, Finding
from vizreport.findings.sentences import beside_published, filled, sentence
from vizreport.system.documents import JsonObject
from vizreport.wording.text import printable

SCHEMA_VERSION = 1


def as_record(finding: Finding) -> JsonObject:
    """Return a decided finding as plain values: templates are filled, quantities are objects."""
    record = asdict(finding)
    for name in ("shown", "not_shown"):
        del record[name]
    for name in ("compared", "claim", "reference_of", "advice", "caveat"):
        record[name] = printable(filled(finding, getattr(finding, name)))
    record["names"] = {name: printable(value) for name, value in finding.names.items()}
    record["sentence"] = printable(sentence(finding))
    if finding.published is not None:
        record["published"]["sentence"] = printable(beside_published(finding))
    return record


def findings_json(sections: Mapping[str, Sequence[Finding]]) -> str:
    """Return the content of ``findings.json``.

    Parameters
    ----------
    sections : mapping of str to sequence of Finding
        Decided findings of each section by its name, in the report's order.
    """
    found = {
        "schema_version": SCHEMA_VERSION,
        "level": LEVEL,
        "confidence": CONFIDENCE,
        "findings": [
            {"section": name, **as_record(each)}
            for name, findings in sections.items()
            for each in findings
        ],
    }
    return json.dumps(_plain(found), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def stored_findings(path: Path) -> list[JsonObject]:
    """Return the records of a report's ``findings.json``; none where it has none to read."""
    try:
        found = json.loads(path.read_text("utf-8"))["findings"]
        return [each for each in found if isinstance(each, dict)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []


def warnings(records: Sequence[JsonObject]) -> list[str]:
    """Return what a user is told of stored findings: faults, and why checks say little."""
    said = []
    for each in records:
        if each.get("severity") == FAULT:
            said.append(f"{each.get('sentence', '')} {each.get('advice', '')}".strip())
        said.append(each.get("caveat", ""))
    return [text for text in said if text]


def _plain(value: Any) -> Any:
    """Replace numbers that JSON cannot hold by None."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.item() if hasattr(value, "item") else value
