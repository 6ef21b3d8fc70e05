"""Requests made of what was typed."""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Request = TypeVar("Request", bound=DataclassInstance)


def request_of(kind: type[Request], arguments: argparse.Namespace, **given: Any) -> Request:
    """Return a request with what is given, and for every other field the option of its name.

    Parameters
    ----------
    kind : type
        A dataclass. A field that no option has the name of keeps its default.
    arguments : argparse.Namespace
        What was typed.
    **given
        Fields that are not an option as it was typed.
    """
    typed = {name: value for name, value in vars(arguments).items() if name not in given}
    named = {field.name: typed[field.name] for field in fields(kind) if field.name in typed}
    return kind(**named, **given)
