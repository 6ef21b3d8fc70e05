"""Parsing of command-line values; errors say what is allowed."""

from __future__ import annotations

import math
import re
from argparse import ArgumentTypeError
from fractions import Fraction
from pathlib import Path

from vizreport.models.shipped import SHIPPED, shipped_checkpoint
from vizreport.system.paths import MISSING, folder_problem, is_there
from vizreport.wording.foreign_text import quoted

MOST = 10**9
"""The largest count; more of anything does not fit a machine."""


def checkpoint(text: str) -> Path:
    """Return a path: of what is there, else of the checkpoint shipped by that name.

    An address, which Keras would download from, is refused.
    """
    if "://" in text:
        raise ArgumentTypeError(
            f"{quoted(text)} is an address: download the file and pass its path"
        )
    path = Path(text)
    return shipped_checkpoint(text) if text in SHIPPED and not is_there(path) else path


def cluster(text: str) -> str:
    """Return where a cluster is: "auto" for this machine, or an address of Ray's."""
    host = r"[\w.-]+|\[[\da-f:]+\]"
    if text != "auto" and not re.fullmatch(rf"(ray://)?({host}):\d{{1,5}}", text):
        raise ArgumentTypeError(
            f"{quoted(text)} is neither auto nor an address such as ray://host:10001"
        )
    return text


def photograph(text: str) -> str:
    """Return a path; of ``skimage:NAME``, that of a photograph that scikit-image installs."""
    kind, colon, name = text.partition(":")
    if not colon or kind != "skimage":
        return text
    from vizreport.data.skimage_photographs import skimage_photograph  # imports NumPy

    return str(skimage_photograph(name))


def folder(text: str) -> Path:
    """Return a path, whether or not it is there; a file is refused."""
    path = Path(text)
    wrong = folder_problem(path)
    if wrong not in ("", MISSING):
        raise ArgumentTypeError(f"{quoted(text)} {wrong}; pass a folder")
    return path


def count(text: str) -> int:
    """Return a whole number from 1 on."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MOST:
        raise ArgumentTypeError(f"{quoted(text)} is not a whole number from 1 to {MOST:,}")
    return number


def count_or_all(text: str) -> int | None:
    """Return a whole number from 1 on, or None for ``"all"``."""
    if text == "all":
        return None
    try:
        return count(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(
            f"{quoted(text)} is neither a whole number from 1 to {MOST:,} nor all"
        ) from None


def seed(text: str) -> int:
    """Return a whole number from 0 on, below 2**32."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number < 2**32:
        raise ArgumentTypeError(f"{quoted(text)} is not a whole number from 0 to {2**32 - 1}")
    return number


def size(text: str) -> tuple[int, int]:
    """Return (height, width) in pixels from ``"224"`` or ``"240x320"``."""
    try:
        parts = [count(part) for part in text.lower().split("x")]
    except ArgumentTypeError:
        parts = []
    if len(parts) not in (1, 2):
        raise ArgumentTypeError(f"{quoted(text)} is neither a number of pixels nor HEIGHTxWIDTH")
    return parts[0], parts[-1]


def resize(text: str) -> tuple[str, int | None]:
    """Return the rule and its pixels (None where left to the preset) from ``"shortest:256"``."""
    rule, colon, pixels = text.partition(":")
    if rule not in ("shortest", "squash", "none") or (rule == "none" and colon):
        raise ArgumentTypeError(f"{quoted(text)} is not shortest[:PIXELS], squash[:PIXELS] or none")
    return rule, count(pixels) if colon else None


def fraction(text: str) -> float:
    """Return a positive number from ``"0.5"`` or ``"1/255"``."""
    try:
        number = float(Fraction(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        number = math.nan
    if not 0 < number < math.inf:
        raise ArgumentTypeError(f"{quoted(text)} is not a positive number such as 0.5 or 1/255")
    return number


def share(text: str) -> float:
    """Return a number above 0 and below 1 from ``"0.2"`` or ``"1/5"``."""
    try:
        number = fraction(text)
    except ArgumentTypeError:
        number = 1.0
    if number >= 1:
        raise ArgumentTypeError(f"{quoted(text)} is not a number between 0 and 1")
    return number


def memory(text: str) -> int:
    """Return bytes from ``"500M"`` or ``"2G"``."""
    unit = {"M": 2**20, "G": 2**30}.get(text[-1:].upper(), 0)
    try:
        number = float(text[:-1])
    except ValueError:
        number = math.nan
    if not (unit and 0 < number < math.inf):
        raise ArgumentTypeError(f"{quoted(text)} is not an amount of memory such as 500M or 2G")
    return max(1, int(number * unit))


def numbers(text: str) -> tuple[float, ...]:
    """Return one number or several from ``"104,117,123"``."""
    try:
        parts = tuple(float(part) for part in text.split(","))
    except ValueError:
        parts = ()
    if not parts or not all(math.isfinite(part) for part in parts):
        raise ArgumentTypeError(
            f"{quoted(text)} is not a number or a comma-separated list of numbers"
        )
    return parts


def bands(text: str) -> tuple[int, ...]:
    """Return three bands, counted from 1, from ``"3,2,1"``."""
    parts = text.split(",")
    if len(parts) != 3 or not all(re.fullmatch(r"[1-9]\d{0,3}", part.strip()) for part in parts):
        raise ArgumentTypeError(f"{quoted(text)} is not three bands such as 3,2,1")
    return tuple(int(part) for part in parts)


def divisors(text: str) -> tuple[float, ...]:
    """Return one positive number or several from ``"58.4,57.1,57.4"``."""
    parts = numbers(text)
    if min(parts) <= 0:
        raise ArgumentTypeError(f"{quoted(text)} has a number that is not above 0")
    return parts


def names(text: str) -> tuple[str, ...]:
    """Return the names in ``"a,b,c"``, each once, in the order given."""
    parts = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not parts:
        raise ArgumentTypeError("no name was given")
    return parts


def seeds(text: str) -> tuple[int, ...]:
    """Return the seeds in ``"0,1,2"``, each once, in the order given."""
    return tuple(seed(part) for part in names(text))


def counts(text: str) -> tuple[int, ...]:
    """Return the whole numbers in ``"15,30"``, each once, in the order given."""
    return tuple(count(part) for part in names(text))


def counts_or_all(text: str) -> tuple[int, ...] | None:
    """Return the whole numbers in ``"1,2,5"``, or None for ``"all"``."""
    return None if text == "all" else counts(text)


def two_counts(text: str) -> tuple[int, int]:
    """Return the two whole numbers in ``"24,32"``."""
    parts = text.split(",")
    if len(parts) != 2:
        raise ArgumentTypeError(f"{quoted(text)} is not two whole numbers separated by a comma")
    return count(parts[0]), count(parts[1])


def two_weights(text: str) -> tuple[float, float]:
    """Return the two positive numbers in ``"1,0.5"``."""
    try:
        first, second = (float(part) for part in text.split(","))
    except ValueError:
        first = second = math.nan
    if not (0 < first < math.inf and 0 < second < math.inf):
        raise ArgumentTypeError(f"{quoted(text)} is not two positive numbers separated by a comma")
    return first, second


def classifiers(text: str) -> tuple[str, ...]:
    """Return the classifiers in ``"svm,softmax"``."""
    found = names(text)
    wrong = [name for name in found if name not in ("svm", "softmax")]
    if wrong:
        raise ArgumentTypeError(f"unknown classifier {wrong[0]!r}; choose svm or softmax")
    return found
