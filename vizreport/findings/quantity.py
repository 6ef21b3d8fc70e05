"""A number with its unit and interval, and how it is written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from vizreport.wording.text import decimal, number, telling

CONFIDENCE = 0.95
"""Of every interval."""

SHARE, POINTS, COUNT, P = "share", "points", "count", "p"


@dataclass(frozen=True)
class Quantity:
    """A number in a finding.

    In a sentence's template ``{name}`` writes the value, ``{name:size}`` its absolute value,
    ``{name:interval}`` the value and its interval.

    Attributes
    ----------
    value : float
        A share is 0 to 1, not per cent.
    unit : str
        "share" (0 to 1, written as a percentage), "points" (a difference of shares, written in
        percentage points), "count", "p", "" for a plain number, or what is to stand behind it, such
        as "px".
    low, high : float or None
        95 % interval; None where the value is not an estimate.
    digits : int or None
        Decimals, in the unit written; None for the unit's usual ones.
    """

    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    digits: int | None = None

    def __format__(self, spec: str) -> str:
        """Write the number as the template asks for it."""
        if spec == "interval" and self.low is not None and self.high is not None:
            return (
                f"{self._written(self.value)} ({round(100 * CONFIDENCE)}\u202f% interval "
                f"{self._bare(self.low)} to {self._written(self.high)})"
            )
        if spec not in ("", "size", "interval"):
            raise ValueError(f"a quantity is written as '', 'size' or 'interval', not {spec!r}")
        return self._written(abs(self.value) if spec == "size" else self.value)

    def _written(self, value: float) -> str:
        text = self._bare(value)
        if self.unit == SHARE:
            return f"{text}\u202f%"
        if self.unit == POINTS:
            return f"{text} {'point' if text == '1' else 'points'}"
        return f"{text} {self.unit}" if self.unit not in ("", COUNT, P) else text

    def _bare(self, value: float) -> str:
        if not math.isfinite(value):
            return "–"
        if self.unit == COUNT:
            return number(round(value))
        if self.unit == P:
            return number(value, 2)
        if self.unit in (SHARE, POINTS):
            # The ends of an interval have the decimals of its value.
            return decimal(100 * value, _decimals(self.value, self._digits))
        return decimal(value, self._digits)

    @property
    def _digits(self) -> int:
        usual = 0 if self.unit in (SHARE, POINTS) else 2
        return usual if self.digits is None else self.digits


def told_apart(quantities: Mapping[str, Quantity]) -> dict[str, Quantity]:
    """Give numbers of one sentence, that differ and would be written alike, more decimals.

    Parameters
    ----------
    quantities : mapping of str to Quantity
        Those that the sentence names. Only numbers of one unit are taken for each other.

    Returns
    -------
    dict of str to Quantity
        The same, some with more digits. Where three more do not do, they stay: the sentence
        should then say that the two are alike, see :func:`alike`.
    """
    return {name: _told(each, quantities.values()) for name, each in quantities.items()}


def alike(first: Quantity, second: Quantity) -> bool:
    """Whether two quantities are the same to any number of digits that a sentence would have."""
    pair = told_apart({"first": first, "second": second})
    return f"{pair['first']}" == f"{pair['second']}"


def _told(one: Quantity, others: Iterable[Quantity]) -> Quantity:
    if one.unit in (COUNT, P):  # whole, or as exact as it is to be read
        return one
    near = [each.value for each in others if each.unit == one.unit and f"{each}" == f"{one}"]
    factor = 100 if one.unit in (SHARE, POINTS) else 1
    shown = _decimals(one.value, one._digits) if factor > 1 else one._digits
    digits = telling([factor * value for value in near], decimal, shown)
    return one if digits == shown else replace(one, digits=digits)


def _decimals(share: float, digits: int) -> int:
    """Return how many decimals keep a percentage from being written as 0 or as the whole."""
    while digits < 3 and share not in (0.0, 1.0) and round(100 * share, digits) in (0.0, 100.0):
        digits += 1
    return digits
