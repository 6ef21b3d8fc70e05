"""Dataclasses within a result, taken apart to be stored and put together when it is read.

What is stored lies side by side, whatever the result's dataclasses are::

    layers: dict[str, MinedLayer]    layers: ["conv1", "conv2"]; means: {"conv1": ..., "conv2": ...}
    sample: Sample                   sample_shares: ...; sample_areas: ...

A dataclass is stored as its fields, a dict of dataclasses as the list of its keys and, for each
field, a dict by key. Names are those of the fields, unless :class:`Stored` gives another one.
Within those of a dict a dataclass may be None, as in ``strips: Strips | None``: its fields' dicts
are then without the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
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
    optional : bool
        Whether the dataclass may be None instead.
    """

    field: str
    name: str
    hint: Any
    group: type | None = None
    key: type | None = None
    optional: bool = False


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
    optional = get_origin(kind) is UnionType and NoneType in get_args(kind)
    if optional:
        kind = next(each for each in get_args(kind) if each is not NoneType)
    group = kind if isinstance(kind, type) and is_dataclass(kind) else None
    return Member(field, name, hint, group, optional=optional and group is not None)


def taken_apart(result: Any) -> dict[str, Any]:
    """Return what is stored of a dataclass, by name."""
    found: dict[str, Any] = {}
    kind: type = type(result)
    for member in members(kind):
        value = getattr(result, member.field)
        if member.group is None:
            found[member.name] = value
        elif member.key is None:
            found |= {} if value is None else taken_apart(value)
        else:
            found[member.name] = list(value)
            entries = {str(key): taken_apart(entry) for key, entry in value.items()}
            for name in names(member.group):
                found[name] = {key: entry[name] for key, entry in entries.items() if name in entry}
    return found


def put_together(kind: type, found: Mapping[str, Any]) -> Any:
    """Undo :func:`taken_apart`."""
    values: dict[str, Any] = {}
    for member in members(kind):
        if member.group is None:
            values[member.field] = found[member.name]
        elif member.key is None:
            there = not member.optional or names(member.group)[0] in found
            values[member.field] = put_together(member.group, found) if there else None
        else:
            values[member.field] = {
                key: put_together(member.group, _entry(member.group, found, str(key)))
                for key in found[member.name]
            }
    return kind(**values)


def _entry(kind: type, found: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return what is stored of one dataclass of a dict, by name."""
    return {name: found[name][key] for name in names(kind) if key in found[name]}


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
