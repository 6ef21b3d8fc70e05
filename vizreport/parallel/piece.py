"""What a piece of work is, what comes of it, and how work is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from tqdm import tqdm

    from vizreport.results.origin import Origin
    from vizreport.subject.subject import Subject

BATCHES = 8
"""Batches of images in a piece, in data of up to ``MOST`` pieces."""
MOST = 2048
"""Pieces that images are cut into, at most: each leaves a file until the last is finished."""

Compute = Callable[[Any, Callable[[int], Any]], Any]
"""Takes a piece's ``argument`` and what is told of units that are done; returns its result."""
Make = Callable[..., Compute]
"""Takes the subject, None where a work has none, and ``arguments``; compiles what pieces need."""


@dataclass(frozen=True)
class Piece:
    """One of the parts that work is cut into.

    Attributes
    ----------
    label : str
        Names its file; no other piece of the work has it.
    argument : object
        What is computed.
    size : int
        Units of work, for the progress shown.
    what : str
        What it is of, for a reader, such as "images 256 to 511".
    """

    label: str
    argument: Any
    size: int
    what: str


@dataclass(frozen=True)
class Work:
    """Work of one kind, in pieces.

    Attributes
    ----------
    name : str
        Of the folder of its pieces; no other work of the experiment has it.
    make : callable
        A function of a module, see :data:`Make`.
    arguments : tuple
        The same for all pieces.
    pieces : sequence of Piece
        In their order.
    kind : type
        Dataclass of a piece's result.
    doing : str
        What is shown to be done, such as "mining".
    unit : str
        Name of the units of ``Piece.size``, such as "images".
    """

    name: str
    make: Make
    arguments: tuple[Any, ...]
    pieces: Sequence[Piece]
    kind: type
    doing: str
    unit: str


@dataclass(frozen=True)
class Failed:
    """Replaces the result of a piece that was given up.

    Attributes
    ----------
    piece : Piece
        Which.
    reason : str
        In a clause.
    """

    piece: Piece
    reason: str


@dataclass(frozen=True)
class Finished:
    """A piece's result, and where it was computed.

    Attributes
    ----------
    piece : Piece
        Which.
    result : dataclass instance
        Of ``Work.kind``.
    origin : Origin
        When, on what and in which time; its ``host`` has the ``device``.
    """

    piece: Piece
    result: Any
    origin: Origin


class Engine(Protocol):
    """What computes pieces, in any order."""

    def __call__(
        self, subject: Subject | None, work: Work, pieces: Sequence[Piece], bar: tqdm[Any]
    ) -> Iterator[Finished | Failed]:
        """Compute some pieces of a work; yields each as it is finished or given up."""


def image_pieces(count: int, batch_size: int, records: np.ndarray | None = None) -> list[Piece]:
    """Cut images into pieces of whole batches.

    Parameters
    ----------
    count : int
        Of the images.
    batch_size : int
        Images in a forward pass.
    records : int array [count], optional
        Those to take; by default the first ``count`` of the data.

    Returns
    -------
    list of Piece
        Whose ``argument`` is a range of records, or an array of them.
    """
    order = range(count) if records is None else records
    size = batch_size * max(BATCHES, -(-count // (MOST * batch_size)))
    return [
        Piece(f"{start}-{stop - 1}", order[start:stop], stop - start, _images(start, stop))
        for start in range(0, count, size)
        for stop in [min(start + size, count)]
    ]


def _images(start: int, stop: int) -> str:
    return f"image {start}" if stop == start + 1 else f"images {start} to {stop - 1}"
