"""Pieces computed in this process, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from vizreport.parallel.origin import timed
from vizreport.parallel.piece import Finished, Piece, Work

if TYPE_CHECKING:
    from tqdm import tqdm

    from vizreport.subject.subject import Subject


def in_turn(
    subject: Subject | None, work: Work, pieces: Sequence[Piece], bar: tqdm[Any]
) -> Iterator[Finished]:
    """Compute pieces in their order; what goes wrong in one is raised.

    Parameters
    ----------
    subject : Subject
        Network and data.
    work : Work
        What they are pieces of.
    pieces : sequence of Piece
        Those to compute.
    bar : tqdm
        Shows the units that are done.
    """
    compute = work.make(subject, *work.arguments)
    for piece in pieces:
        before = bar.n
        result, origin = timed(compute, piece.argument, bar.update)
        bar.update(before + piece.size - bar.n)
        yield Finished(piece, result, origin)
