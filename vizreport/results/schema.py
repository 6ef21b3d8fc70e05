"""What a result's dataclass declares of its fields, and whether what was read agrees with it.

Plain fields are declared by their types, which msgspec checks. Fields that hold arrays, or whose
length is tied to that of others, are ``Annotated`` with a declaration as in their docstrings::

    values: Annotated[dict[str, np.ndarray], "float32 [M, K] by layers"]

The sides are numbers, names, sums of them, or "*" for any. A name is one size in all plain fields,
and one in all entries of the same key of the dicts. "by layers" says that the dict's keys are what
the field ``layers`` lists. An array or dict without a declaration may have any shape and keys.

Dataclasses within the result declare their own fields, without "by": those of
``layers: dict[str, MinedLayer]`` are checked as such dicts (see :mod:`vizreport.results.groups`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import msgspec
import numpy as np

from vizreport.results.columns import Column, Strings
from vizreport.results.groups import members

_DECLARATION = re.compile(
    r"(?P<dtype>[a-z]+\d*)?\s*(?P<shape>\[(?P<sides>[^]]*)\])?\s*(by (?P<keys>\w+))?"
)


class Mismatch(ValueError):
    """What was read is not what the dataclass declares; the message names the field."""


@dataclass(frozen=True)
class Declared:
    """What is declared of one field as it is stored.

    Attributes
    ----------
    name : str
        Under which it is stored.
    type : Any
        Without its annotations.
    dtype : str
        "" where any will do.
    sides : tuple of str, or None
        Sides of an array, or length of a list; None where nothing is declared.
    keys : str
        Field that lists a dict's keys; "" where they are not declared.
    some : bool
        Whether it may have only some of these keys.
    column : bool
        Whether its rows are read from the file where they are used.
    """

    name: str
    type: Any
    dtype: str = ""
    sides: tuple[str, ...] | None = None
    keys: str = ""
    column: bool = False
    some: bool = False


@cache
def declarations(kind: type) -> tuple[Declared, ...]:
    """Return what a dataclass declares of what is stored, in the order of its fields.

    Raises
    ------
    TypeError
        If a declaration cannot be understood, or two fields are stored under one name.
    """
    found: list[Declared] = []
    for member in members(kind):
        if member.group is None:
            found.append(_declared(member.name, member.hint))
        elif member.key is None and member.optional:
            first, *others = declarations(member.group)
            found.append(replace(first, some=True))
            found += [replace(each, keys=first.name) for each in others]
        elif member.key is None:
            found += declarations(member.group)
        else:
            key: Any = member.key
            found.append(replace(_declared(member.name, member.hint), type=list[key]))
            for each in declarations(member.group):
                of: Any = each.type
                found.append(replace(each, type=dict[str, of], keys=each.keys or member.name))
    names = [each.name for each in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise TypeError(f"{kind.__name__} stores {min(twice)!r} twice")
    return tuple(found)


def as_declared(declared: Declared, value: Any) -> Any:
    """Return a field's value as its declared type; arrays as they are.

    Raises
    ------
    Mismatch
        If it is of another type.
    """
    name = declared.name
    if declared.type is Strings:
        if not isinstance(value, Strings):
            raise Mismatch(f"{name} is not made of strings")
        return value
    if declared.type is np.ndarray:
        if not isinstance(value, np.ndarray):
            raise Mismatch(f"{name} is not an array")
        return value
    if declared.type == dict[str, np.ndarray]:
        arrays = value.values() if isinstance(value, dict) else [None]
        if not all(isinstance(array, np.ndarray) for array in arrays):
            raise Mismatch(f"{name} is not a dict of arrays")
        return value
    try:
        return msgspec.convert(value, declared.type)
    except msgspec.ValidationError as error:
        said = re.sub(r"\$", name, str(error).replace("`", ""))
        raise Mismatch(said if name in said else f"{said} - at {name}") from None
    except TypeError:  # another package's dataclass may declare types that msgspec does not know
        return value


def check(kind: type, result: Mapping[str, Any]) -> None:
    """Check shapes, types of numbers and keys of a result's fields.

    Parameters
    ----------
    kind : type
        Dataclass of the result.
    result : mapping of str to Any
        Its fields by name.

    Raises
    ------
    Mismatch
        If a field is not as it is declared.
    """
    sizes: dict[str, int] = {}
    by_key: dict[str, dict[str, int]] = {}
    for each in sorted(declarations(kind), key=lambda each: isinstance(result[each.name], dict)):
        value = result[each.name]
        for key, entry in _entries(each, value):
            where = f"{each.name}[{key!r}]" if key is not None else each.name
            known = sizes if key is None else by_key.setdefault(key, dict(sizes))
            if isinstance(entry, np.ndarray) and each.dtype not in ("", str(entry.dtype)):
                raise Mismatch(f"{where} is of {entry.dtype}, not of {each.dtype}")
            if each.sides is not None:
                shape = entry.shape if isinstance(entry, np.ndarray) else (len(entry),)
                _check_shape(where, shape, each.sides, known)
        if each.keys:
            wanted = {str(key) for key in result[each.keys]}
            odd = set(value) - wanted if each.some else set(value) ^ wanted
            if odd:
                raise Mismatch(f"{each.name} and {each.keys} differ in {min(odd)!r}")


def _declared(name: str, hint: Any) -> Declared:
    said, kind, column = "", hint, False
    if get_origin(hint) is Annotated:
        kind, *notes = get_args(hint)
        said = next((note for note in notes if isinstance(note, str)), "")
        column = any(isinstance(note, Column) for note in notes)
    found = _DECLARATION.fullmatch(said)
    if found is None:
        raise TypeError(f"{name}: {said!r} is not a declaration")
    sides = None
    if found["shape"]:
        sides = tuple(side.strip() for side in found["sides"].split(",") if side.strip())
    return Declared(name, kind, found["dtype"] or "", sides, found["keys"] or "", column)


def _entries(declared: Declared, value: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield what the declaration speaks of: each entry of a dict, or the value itself."""
    if isinstance(value, dict):
        yield from value.items()
    else:
        yield None, value


def _check_shape(
    where: str, shape: tuple[int, ...], sides: tuple[str, ...], known: dict[str, int]
) -> None:
    said = f"{where} has the shape {list(shape)}, not [{', '.join(sides)}]"
    if len(shape) != len(sides):
        raise Mismatch(said)
    for size, side in zip(shape, sides, strict=True):
        if side == "*":
            continue
        terms = [term.strip() for term in side.split("+")]
        names = [term for term in terms if not term.isdecimal()]
        rest = size - sum(int(term) for term in terms if term.isdecimal())
        if rest < 0 or (not names and rest):
            raise Mismatch(said)
        unknown = [name for name in names if name not in known]
        rest -= sum(known[name] for name in names if name not in unknown)
        if len(unknown) == 1 and rest >= 0:
            known[unknown[0]] = rest
        elif rest < 0 or (not unknown and rest):
            sizes = " and ".join(f"{name} = {known[name]}" for name in names if name in known)
            raise Mismatch(f"{said} with {sizes}")
