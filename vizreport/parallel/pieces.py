"""The map: results in the order of the pieces, whatever computes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vizreport.errors import RequestError
from vizreport.parallel.loop import in_turn
from vizreport.parallel.piece import Engine, Failed, Finished, Work
from vizreport.system.progress import progress

if TYPE_CHECKING:
    from vizreport.parallel.kept import KeptPieces
    from vizreport.subject.subject import Subject

_NAMED = 3  # pieces in a message, at most


class PieceFailed(RequestError):
    """Pieces were given up; the others are finished, and kept where there is a folder."""


class Pieces:
    """Maps over the pieces of one experiment's work.

    Parameters
    ----------
    engine : Engine
        Computes pieces; by default in this process, one after the other.
    kept : KeptPieces, optional
        Where results are kept as they are finished; by default in memory alone.

    Attributes
    ----------
    devices : dict of str to list of str
        What each device computed: works and their pieces, in the order of the pieces.
    """

    def __init__(self, engine: Engine = in_turn, kept: KeptPieces | None = None) -> None:
        self._engine = engine
        self._kept = kept
        self.devices: dict[str, list[str]] = {}

    def record(self) -> dict[str, str]:
        """State which device computed which pieces, if several did, as ``Origin.host`` does."""
        if len(self.devices) < 2:
            return {}
        return {"pieces": "; ".join(f"{on}: {', '.join(of)}" for on, of in self.devices.items())}

    def map(self, subject: Subject | None, work: Work) -> Iterator[Any]:
        """Compute all pieces of a work.

        Yields
        ------
        dataclass instance
            Each piece's result, in the order of the pieces.

        Raises
        ------
        PieceFailed
            If some were given up; only after all others are finished.
        """
        failed: list[Failed] = []
        for outcome in self.outcomes(subject, work):
            if isinstance(outcome, Failed):
                failed.append(outcome)
            elif not failed:
                yield outcome.result
        if failed:
            again = "; the others are kept, and the same command retries these"
            raise PieceFailed(failure_message(failed, len(work.pieces)) + again * bool(self._kept))

    def outcomes(self, subject: Subject | None, work: Work) -> Iterator[Finished | Failed]:
        """Compute all pieces of a work; yields the outcome of each, in the order of the pieces."""
        kept = self._kept
        stored = {piece.label for piece in work.pieces if kept and kept.has(work, piece)}
        left = [piece for piece in work.pieces if piece.label not in stored]
        if kept and left:
            kept.announce(work, left)
        # Of what is stored memory holds nothing until its turn.
        early: dict[str, Finished | Failed] = {}
        with progress(work.doing, sum(piece.size for piece in work.pieces), work.unit) as bar:
            bar.update(sum(piece.size for piece in work.pieces if piece.label in stored))
            computed = self._engine(subject, work, left, bar) if left else iter(())
            for piece in work.pieces:
                while piece.label not in stored and piece.label not in early:
                    found = next(computed)
                    if kept and isinstance(found, Finished):
                        kept.save(work, found)
                        if found.piece.label != piece.label:
                            stored.add(found.piece.label)
                            continue
                    early[found.piece.label] = found
                outcome = early.pop(piece.label, None)
                if outcome is None and kept:
                    outcome = kept.load(work, piece)
                if outcome is None:  # it was damaged in the meantime
                    outcome = next(self._engine(subject, work, [piece], bar))
                if isinstance(outcome, Finished):
                    device = outcome.origin.host["device"]
                    self.devices.setdefault(device, []).append(f"{work.name}/{piece.label}")
                yield outcome


def failure_message(failed: list[Failed], count: int) -> str:
    """Name pieces that were given up, in a clause.

    Parameters
    ----------
    failed : list of Failed
        At least one.
    count : int
        Of all pieces of the work.
    """
    named = "; ".join(f"{each.piece.what} ({each.reason})" for each in failed[:_NAMED])
    more = f"; and {len(failed) - _NAMED} more" if len(failed) > _NAMED else ""
    return f"{len(failed)} of {count} pieces failed: {named}{more}"
