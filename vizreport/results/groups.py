"""Dataclasses within a result, taken apart to be stored and put together when it is read.

What is stored lies side by side, whatever the result's dataclasses are::

    layers: dict[str, MinedLayer]    layers: ["conv1", "conv2"]; means: {"conv1": ..., "conv2": ...}
    sample: Sample                   sample_shares: ...; sample_areas: ...

A dataclass is stored as its fields, a dict of dataclasses as the list of its keys and, for each
field, a dict by key. Names are those of the fields, unless :class:`Stored` gives another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints


@dataclass(frozen=True)
class Stored:
    """Marks a field that is stored under another name: ``Annotated[int, Stored("sample_size")]``.

    Of a dict of dataclasses it names the list of keys.
    """

    name: str


@dataclass(frozen=True)
class Member:
    """A field of a result or of a dataclass within it.

    Attributes
    ----------
    field : str
        Its name.
    name : str
        Under which it is stored.
    hint : Any
        Its type, with annotations.
    group : type or None
        The dataclass that it is, or that it has by key.
    key : type or None
        Of the keys, str or int; None where there is one dataclass or none.
    """

    field: str
    name: str
    hint: Any
    group: type | None = None
    key: type | None = None


@cache
def members(kind: type) -> tuple[Member, ...]:
    """Return the fields of a dataclass, in their order."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_member(field.name, hints[field.name]) for field in fields(kind))


def _member(field: str, hint: Any) -> Member:
    kind, notes = hint, []
    if get_origin(hint) is Annotated:
        kind, *notes = get_args(hint)
    name = next((note.name for note in notes if isinstance(note, Stored)), field)
    if get_origin(kind) is dict and is_dataclass(get_args(kind)[1]):
        key, group = get_args(kind)
        return Member(field, name, hint, group, key)
    group = kind if isinstance(kind, type) and is_dataclass(kind) else None
    return Member(field, name, hint, group)


def taken_apart(result: Any) -> dict[str, Any]:
    """Return what is stored of a dataclass, by name."""
    found: dict[str, Any] = {}
    kind: type = type(result)
    for member in members(kind):
        value = getattr(result, member.field)
        if member.group is None:
            found[member.name] = value
        elif member.key is None:
            found |= taken_apart(value)
        else:
            found[member.name] = list(value)
            entries = {str(key): taken_apart(entry) for key, entry in value.items()}
            for name in names(member.group):
                found[name] = {key: entry[name] for key, entry in entries.items()}
    return found


def put_together(kind: type, found: Mapping[str, Any]) -> Any:
    """Undo :func:`taken_apart`."""
    values: dict[str, Any] = {}
    for member in members(kind):
        if member.group is None:
            values[member.field] = found[member.name]
        elif member.key is None:
            values[member.field] = put_together(member.group, found)
        else:
            own = names(member.group)
            values[member.field] = {
                key: put_together(member.group, {name: found[name][str(key)] for name in own})
                for key in found[member.name]
            }
    return kind(**values)


@cache
def names(kind: type) -> tuple[str, ...]:
    """Return the names under which a dataclass's values are stored."""
    found: list[str] = []
    for member in members(kind):
        if member.group is None or member.key is not None:
            found.append(member.name)
        if member.group is not None:
            found += names(member.group)
    return tuple(found)
