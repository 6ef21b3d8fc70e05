"""Names that were meant by misspelt ones."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def meant(name: str, known: Iterable[str], otherwise: str) -> str:
    """Ask whether the most similar known name was meant; ``otherwise`` where none is similar."""
    near = get_close_matches(name, sorted(known), 1)
    return f"did you mean {near[0]}?" if near else otherwise
