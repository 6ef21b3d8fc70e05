"""Words of other libraries, and values out of a user's files, made fit for a sentence."""

from __future__ import annotations

import re
import reprlib
import textwrap

_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 60


def brief(text: object, width: int = 200) -> str:
    """Return a message on one line, its last words left out where it is longer than ``width``.

    Parameters
    ----------
    text : object
        An exception or a string; colours for terminals are taken out.
    width : int
        Characters.
    """
    line = " ".join(_ESCAPES.sub("", str(text)).split())
    # A single word that is longer than the whole would be left out altogether.
    words = [word if len(word) <= width // 2 else word[: width // 2] + "…" for word in line.split()]
    return textwrap.shorten(" ".join(words), width, placeholder=" …").rstrip(".")


def printable(text: str) -> str:
    """Return a text with what could steer a terminal escaped; file names may hold it."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def quoted(value: object) -> str:
    """Return a value as Python writes it, with the middle of long and deep ones left out."""
    return _REPR.repr(value)
