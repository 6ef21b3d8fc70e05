"""The Jinja2 templates and what they can call."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from vizreport.bundled import bundled_folder
from vizreport.findings import sentences
from vizreport.findings.quantity import P, Quantity
from vizreport.report import text

FOLDER = "templates"


def folder() -> Path:
    """Return the templates' folder."""
    return bundled_folder(FOLDER)


@cache
def environment() -> jinja2.Environment:
    """Return the environment: everything is escaped, an unknown variable is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = text.number
    made.filters["decimal"] = text.decimal
    made.filters["percent"] = text.percent
    made.filters["duration"] = text.duration
    made.filters["shorten"] = text.shorten
    made.filters["breakable"] = _breakable
    made.filters["compared"] = sentences.compared
    made.filters["beside_published"] = sentences.beside_published
    made.filters["interval"] = _interval
    made.filters["p"] = _p
    return made


def _interval(effect: Quantity | None) -> str:
    return "–" if effect is None else f"{effect:interval}"


def _p(value: float | None) -> str:
    return "–" if value is None else f"{Quantity(value, P)}"


def _breakable(name: str) -> Markup:
    """Let a long name break behind its separators rather than anywhere."""
    return Markup("<wbr>").join(re.split(r"(?<=[_/.-])(?=\w{3})", name))


def fill(template: str, **context: Any) -> str:
    """Fill a template; what cannot be written as UTF-8 (odd file names) is spelled out."""
    filled = environment().get_template(template).render(**context)
    return filled.encode("utf-8", errors="backslashreplace").decode("utf-8")
