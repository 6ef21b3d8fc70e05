"""A driver to kill: ``python -m tests.parallel.driver ADDRESS FOLDER LOG``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from vizreport.parallel.engine import engine_at
from vizreport.parallel.kept import KeptPieces
from vizreport.parallel.piece import Piece, Work
from vizreport.parallel.pieces import Pieces
from vizreport.results.store import Store

COUNT = 8


@dataclass(frozen=True)
class Squared:
    value: Annotated[np.ndarray, "int64 [1]"]


def square(_subject: None, log: str) -> Callable:
    """Square a number in half a second, and note it."""

    def compute(number: int, _done: Callable) -> Squared:
        time.sleep(0.5)
        with Path(log).open("a") as file:
            file.write(f"{number}\n")
        return Squared(np.array([number**2]))

    return compute


def squares(address: str, folder: Path, log: Path) -> list[int]:
    """Square numbers on a cluster; pieces are kept in the folder."""
    cut = [Piece(f"{n}", n, 1, f"number {n}") for n in range(COUNT)]
    work = Work("squares", square, (str(log),), cut, Squared, "squaring", "numbers")
    with engine_at(address) as engine:
        pieces = Pieces(engine, KeptPieces(Store(folder), "squares", "0123"))
        return [int(one.value[0]) for one in pieces.map(None, work)]


if __name__ == "__main__":
    squares(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
