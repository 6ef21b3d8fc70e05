"""Pieces' results in the run's folder, from when they are finished until the whole is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vizreport.parallel.piece import Finished, Piece, Work
from vizreport.results import manifest
from vizreport.results.run_folder import REPORT, result_files
from vizreport.results.store import Store, Unusable

_VERSION = 1  # the experiment's own is in the key


@dataclass(frozen=True)
class KeptPieces:
    """The pieces of one result, as ``results/<experiment>/<key>.pieces/<work>/<label>.npz``.

    Attributes
    ----------
    store : Store
        Of the run.
    experiment, key : str
        The result they become.
    """

    store: Store
    experiment: str
    key: str

    def announce(self, work: Work, pieces: Iterable[Piece]) -> None:
        """Name their files in the run's manifest, before any is written."""
        folder = self._folder(work)
        names = [name for piece in pieces for name in result_files(folder, piece.label)]
        manifest.add(self.store.folder, REPORT, names)

    def save(self, work: Work, finished: Finished) -> None:
        """Write a piece's result."""
        label, origin = finished.piece.label, finished.origin
        self.store.save(self._folder(work), label, finished.result, _VERSION, origin=origin)

    def has(self, work: Work, piece: Piece) -> bool:
        """Return whether a piece's result is there, undamaged."""
        return self.store.has(self._folder(work), piece.label)

    def load(self, work: Work, piece: Piece) -> Finished | None:
        """Read a piece's result; None where it cannot be used."""
        folder = self._folder(work)
        origin = self.store.origin(folder, piece.label)
        try:
            outcome = self.store.read_as(folder, piece.label, _VERSION, work.kind)
        except Unusable:
            return None
        return Finished(piece, outcome.result, origin) if origin else None

    def remove(self) -> None:
        """Remove all pieces, once the result is there."""
        start = f"results/{self.experiment}/{self.key}.pieces/"
        known = manifest.read(self.store.folder, REPORT) or ()
        manifest.remove(self.store.folder, REPORT, [n for n in known if n.startswith(start)])

    def _folder(self, work: Work) -> str:
        return f"{self.experiment}/{self.key}.pieces/{work.name}"
