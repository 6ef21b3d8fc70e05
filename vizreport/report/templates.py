"""The Jinja2 templates and what they can call."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from vizreport.findings import sentences
from vizreport.findings.quantity import P, Quantity
from vizreport.system.bundled import bundled_folder
from vizreport.version import __version__
from vizreport.wording import text

FOLDER = "templates"


def folder() -> Path:
    """Return the templates' folder."""
    return bundled_folder(FOLDER)


class _Loader(jinja2.BaseLoader):
    """Find ``PACKAGE:NAME`` in the folder ``templates`` of a package, else NAME in our own."""

    def __init__(self) -> None:
        self._own = jinja2.FileSystemLoader(folder())

    def get_source(self, environment: jinja2.Environment, template: str) -> Any:
        """Return a template's source, its file, and whether that is unchanged."""
        package, _, name = template.rpartition(":")
        brought = _brought(package)
        if brought is not None and name in brought.list_templates():
            return brought.get_source(environment, name)
        return self._own.get_source(environment, name)


class _Environment(jinja2.Environment):
    """What a package's template includes or imports is looked for in the package first."""

    def join_path(self, template: str, parent: str) -> str:
        """Return the full name of a template that another one names."""
        package, colon, _ = parent.rpartition(":")
        return f"{package}{colon}{template}"


class _Compiled(jinja2.FileSystemBytecodeCache):
    """Templates as an earlier process compiled them, in the user's own temporary folder."""

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Keep a compiled template, if there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled() -> _Compiled | None:
    """Return what is compiled already; None where the folder is not the user's alone."""
    # Compiled code depends on the environment, too, which this file makes.
    made_by = hashlib.sha256(Path(__file__).read_bytes() + jinja2.__version__.encode())
    try:
        return _Compiled(pattern=f"vizreport-{made_by.hexdigest()[:12]}-%s.cache")
    except (OSError, RuntimeError):
        return None


@cache
def _brought(package: str) -> jinja2.PackageLoader | None:
    """Return the loader of a package's templates; None where it has none."""
    try:
        return jinja2.PackageLoader(package, FOLDER) if package else None
    except (ImportError, ValueError):
        return None


def assets_of(package: str) -> dict[str, bytes]:
    """Return the files below ``templates/assets`` of a package, by name."""
    if _brought(package) is None:
        return {}
    found = resources.files(package).joinpath(FOLDER, "assets")
    files = found.iterdir() if found.is_dir() else ()
    return {file.name: file.read_bytes() for file in files if file.is_file()}


@cache
def environment() -> jinja2.Environment:
    """Return the environment: everything is escaped, an unknown variable is an error."""
    made = _Environment(
        loader=_Loader(),
        bytecode_cache=_compiled(),
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
    made.filters["spoken"] = text.spoken
    made.filters["breakable"] = _breakable
    made.filters["compared"] = sentences.compared
    made.filters["beside_published"] = sentences.beside_all_published
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


@dataclass(frozen=True)
class Heading:
    """What the frame of a page names, for pages that are of no single run."""

    title: str
    versions: Mapping[str, str] = field(default_factory=lambda: {"vizreport": __version__})


def fill(template: str, package: str = "", **context: Any) -> str:
    """Fill a template; what cannot be written as UTF-8 (odd file names) is spelled out.

    Parameters
    ----------
    template : str
        Relative to the folder of templates.
    package : str
        Where a folder ``templates`` may be that takes precedence over vizreport's own.
    **context
        Variables of the template.
    """
    name = f"{package}:{template}" if _brought(package) else template
    filled = environment().get_template(name).render(**context)
    return filled.encode("utf-8", errors="backslashreplace").decode("utf-8")
