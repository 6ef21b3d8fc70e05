"""Names and numbers as a reader wants them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath

_FIRST_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


_MORE_DIGITS = 3


def shorten(name: str, length: int) -> str:
    """Leave out the middle of a name that is longer than ``length`` characters."""
    if len(name) <= length:
        return name
    head = (length - 1) * 2 // 3
    return f"{name[:head]}…{name[len(name) - (length - 1 - head) :]}"


def spoken(name: str) -> str:
    """Return a class's name for a picture: "spaghetti_squash" is "spaghetti squash"."""
    return name.replace("_", " ")


def words(name: str) -> str:
    """Return a name as a heading: "garden_snail" is "Garden snail"."""
    plain = re.sub(r"[_\s]+", " ", name).strip() or name
    return plain[:1].upper() + plain[1:]


def file_words(path: str) -> str:
    """Return a file's name as a heading: "snails/my_snail.jpg" is "My snail".

    Numbers before its words, as in "042_n01687978_agama.jpg", are left out.
    """
    plain = words(PurePath(path).stem)
    return words(re.sub(r"^((\d{3,}|n\d{8}) )+(?=.*[^\W\d])", "", plain, flags=re.IGNORECASE))


def network_name(name: str, checkpoint_file: str) -> str:
    """Return a network's name; its file's where Keras named it, as in "functional_3"."""
    if re.fullmatch(r"(functional|sequential|model)(_\d+)?", name):
        return PurePath(checkpoint_file).stem
    return name


def quoted(name: str, length: int = 60) -> str:
    """Return a name for running text, so that right-to-left names do not turn the sentence."""
    return f"{_FIRST_ISOLATE}{shorten(name, length)}{_POP_ISOLATE}"


def printable(sentence: str) -> str:
    """Return a sentence without the marks of :func:`quoted`, for terminals and slides."""
    return "".join(c for c in sentence if c.isprintable())


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Give every name a distinct part of a file name, made of a-z, 0-9 and "-"."""
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48].strip("-") or "layer"
        slug, number = plain, 2
        while slug in found.values():
            slug, number = f"{plain}-{number}", number + 1
        found[name] = slug
    return found


def shared_reasons(status: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give each reason once for which layers have no projections.

    Parameters
    ----------
    status : mapping
        Why each layer has none, "" where it has; the place at the end, "(layer ...)", is left out.

    Returns
    -------
    list of (str, str)
        Which layers, "" for all of them, and the reason.
    """
    found: dict[str, list[str]] = {}
    for layer, reason in status.items():
        if reason:
            found.setdefault(re.sub(r" \(layer .*\)$", "", reason), []).append(layer)
    return [
        ("" if len(layers) == len(status) else ", ".join(quoted(x, 40) for x in layers),
         reason)
        for reason, layers in found.items()
    ]  # fmt: skip


def number(value: float, digits: int = 3) -> str:
    """Write a number with ``digits`` significant digits, thin spaces between thousands."""
    if not math.isfinite(value):
        return "–"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}".replace(",", "\u202f").replace("-", "−")
    if 10 ** (digits - 1) <= abs(value) < 1e15:
        return f"{value:,.0f}".replace(",", "\u202f").replace("-", "−")
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        text = f"{mantissa}·10{raised}"
    return text.replace("-", "−")


def percent(share: float, digits: int = 0) -> str:
    """Write a share from 0 to 1 as a percentage."""
    return "–" if not math.isfinite(share) else f"{100 * share:.{digits}f}\u202f%"


def decimal(value: float, digits: int = 2) -> str:
    """Write a number with a fixed number of decimals, "–" for one that is not known."""
    if not math.isfinite(value):
        return "–"
    # Adding 0 takes the sign off a zero.
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def telling(values: Sequence[float], write: Callable[[float, int], str], digits: int) -> int:
    """Return how many digits keep numbers that differ from being written alike.

    Parameters
    ----------
    values : sequence of float
        Numbers that appear together in a sentence.
    write : callable
        Writes a number with a number of digits, as :func:`number` and :func:`decimal` do.
    digits : int
        As many as do where the numbers are not near each other.

    Returns
    -------
    int
        At most three more; ``digits`` where even those do not tell them apart.
    """
    different = len({value for value in values if math.isfinite(value)})
    for more in range(_MORE_DIGITS + 1):
        if len({write(value, digits + more) for value in values if math.isfinite(value)}) == (
            different
        ):
            return digits + more
    return digits


def duration(seconds: float) -> str:
    """Write seconds in words: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min"."""
    if seconds < 10:
        return f"{seconds:.1f}\u202fs"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}\u202fs"
    if whole < 3600:
        return f"{whole // 60}\u202fmin {whole % 60}\u202fs"
    return f"{whole // 3600}\u202fh {whole % 3600 // 60}\u202fmin"


def wilson(correct: float, count: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share, both ends from 0 to 1; count above 0."""
    z = 1.96
    share = correct / count
    centre = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    below = 1 + z * z / count
    return max(0.0, (centre - half) / below), min(1.0, (centre + half) / below)
