"""What may be wrong with the value of a setting, from the command line or from Python.

Each takes the value and says what is wrong with it; "" for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def count(value: Any) -> str:
    """Require a whole number from 1 on."""
    right = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    return "" if right else f"is {value!r}, not a positive integer"


def count_or_all(value: Any) -> str:
    """Require a whole number from 1 on, or None for all."""
    return "" if value is None else count(value)


def shares(value: Any) -> str:
    """Require one number or several between 0 and 1."""
    for each in value:
        if not 0 < each < 1:
            return f"has {each!r}, which is not between 0 and 1"
    return "" if value else "is empty"


def at_most(number: int, of_what: str) -> Callable[[Sequence[object]], str]:
    """Return the check that there are not more than a number of things."""

    def check(value: Sequence[object]) -> str:
        many = len(value) > number
        return f"names {len(value)} {of_what}; at most {number} are allowed" if many else ""

    return check
