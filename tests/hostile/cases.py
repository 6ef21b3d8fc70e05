"""What a hostile or odd input is, and the workplace they are made in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

REFUSED, DONE = 2, 0


@dataclass(frozen=True)
class Place:
    """Where a case is made: a good network and good pictures, and an empty folder.

    Attributes
    ----------
    keras, h5 : Path
        One network of 8 x 8 pixels and two classes.
    photos : Path
        Two folders of two pictures each.
    folder : Path
        For what the case makes.
    """

    keras: Path
    h5: Path
    photos: Path
    folder: Path

    def inspect(self, checkpoint: Path | str) -> list[str]:
        """Return the arguments that look at a checkpoint."""
        return ["inspect", "--checkpoint", str(checkpoint)]

    def evaluate(self, data: Path | str, *more: str, checkpoint: Path | None = None) -> list[str]:
        """Return the arguments that run the network on data."""
        return [
            *("evaluate", "--checkpoint", str(checkpoint or self.keras), "--data", str(data)),
            *("--labels-in-order", *(() if checkpoint else ("--preprocess", "unit")), *more),
        ]


@dataclass(frozen=True)
class Case:
    """A hostile input.

    Attributes
    ----------
    name : str
    make : callable
        Makes the input and returns the arguments of the command.
    words : str
        Regular expression: what the one sentence says.
    status : int
        2, or 0 where the item is left out and named.
    """

    name: str
    make: Callable[[Place], list[str]]
    words: str
    status: int = REFUSED


class Table(list[Case]):
    """Cases, filled by a decorator."""

    def case(
        self, words: str, status: int = REFUSED, name: str = ""
    ) -> Callable[[Callable[[Place], list[str]]], Callable[[Place], list[str]]]:
        """Take a function up as a case of its name."""

        def add(make: Callable[[Place], list[str]]) -> Callable[[Place], list[str]]:
            self.append(Case(name or make.__name__.strip("_"), make, words, status))
            return make

        return add


def write_photos(folder: Path, classes: tuple[str, ...] = ("a", "b"), each: int = 2) -> Path:
    """Write small pictures of noise, a folder a class."""
    noise = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(each):
            pixels = noise.integers(0, 256, (8, 8, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder
