"""What a feature map may be named after: parts of one class, and what several have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_SIDES = {"left", "right", "front", "rear", "back", "upper", "lower"}

Point = tuple[str, str]
"""Class and name of a part."""


@dataclass(frozen=True)
class Concept:
    """Points that go under one name; a map is at it where it is at any of them.

    Attributes
    ----------
    name : str
        "left eye (cat)" for one class, "left eye" for all classes that have one.
    points : frozenset of (class, part)
        What counts as the concept, such as ("cat", "left eye").
    """

    name: str
    points: frozenset[Point]


def concepts(points: Iterable[Point]) -> list[Concept]:
    """List what maps may be named after.

    For each class its parts as they are, and with the words of the side left out one by one
    ("right front wheel", "front wheel", "wheel"); and each of these names for all the classes
    that have it, where they are several. Of names for the same points the most exact is kept.

    Parameters
    ----------
    points : iterable of (class, part)
        All that the data know.

    Returns
    -------
    list of Concept
        In the order of the points, exact names before common ones.
    """
    of_class: dict[tuple[str, str], set[Point]] = {}
    of_all: dict[str, set[Point]] = {}
    for class_name, part in points:
        for name in _names(part):
            of_class.setdefault((name, class_name), set()).add((class_name, part))
            of_all.setdefault(name, set()).add((class_name, part))
    named = [
        (f"{name} ({class_name})" if class_name else name, meant)
        for (name, class_name), meant in of_class.items()
    ]
    found: dict[frozenset[Point], str] = {}
    for group in (named, list(of_all.items())):
        for name, meant in sorted(group, key=lambda pair: len(pair[1])):
            found.setdefault(frozenset(meant), name)
    return [Concept(name, meant) for meant, name in found.items()]


def _names(part: str) -> list[str]:
    """Leave out the words of the side at the head of a part's name, one by one."""
    words = part.split()
    names = [part]
    while len(words) > 1 and words[0] in _SIDES and words[1] != "of":
        words = words[1:]
        names.append(" ".join(words))
    return names
