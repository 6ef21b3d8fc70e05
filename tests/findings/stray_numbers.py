"""Numbers of a sentence, and whether its record has them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_NAME = re.compile("\u2068[^\u2069]*\u2069")  # names of layers, classes and files
_NUMBER = re.compile(r"[−-]?\d[\d\u202f]*(?:\.\d+)?(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?")
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_WORDS = "two three four five six seven eight nine ten eleven twelve".split()


def strays(sentence: str, record: Mapping[str, Any], allowed: Iterable[float] = ()) -> list[str]:
    """Return the numbers of a sentence that are not in its record.

    Parameters
    ----------
    sentence : str
        With the marks of :func:`vizreport.wording.text.quoted` around names.
    record : mapping
        A finding as ``findings.json`` holds it.
    allowed : iterable of float
        Numbers that any sentence may have, such as the confidence of intervals.

    Returns
    -------
    list of str
        As written.
    """
    text = _NAME.sub(" ", sentence)
    for name in sorted(record.get("names", {}).values(), key=len, reverse=True):
        text = text.replace(name, " ") if name else text
    known = [
        *_numbers({key: v for key, v in record.items() if key not in ("sentence", "names")}),
        *allowed,
    ]
    found = [m for m in _NUMBER.findall(text) if not _is_one_of(m, known)]
    words = [w for w in re.findall(r"[a-z]+", text.lower()) if w in _WORDS]
    return found + [w for w in words if not any(_WORDS.index(w) + 2 == v for v in known)]


def _is_one_of(written: str, known: Iterable[float]) -> bool:
    """Whether one of the numbers, its size or 100 times it is written like this."""
    plain = written.replace("\u202f", "").replace("−", "-")
    mantissa, _, power = plain.partition("·10")
    factor = 10.0 ** int(power.translate(_RAISED)) if power else 1.0
    value = float(mantissa) * factor
    half = 0.5 * factor * 10.0 ** -len(mantissa.partition(".")[2])
    if value >= 100 and not mantissa.partition(".")[2]:  # three significant digits
        half = max(half, 0.5)
    return any(
        abs(value - each) <= half * (1 + 1e-9)
        for number in known
        for each in (number, -number, 100 * number, -100 * number)
    )


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        if math.isfinite(value):
            yield float(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _numbers(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _numbers(each)
