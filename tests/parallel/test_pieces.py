"""Pieces in order, kept as they are finished, and given up one by one."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
import pytest

from vizreport.parallel.kept import KeptPieces
from vizreport.parallel.loop import in_turn
from vizreport.parallel.piece import MOST, Failed, Piece, Work, image_pieces
from vizreport.parallel.pieces import PieceFailed, Pieces
from vizreport.results import manifest
from vizreport.results.run_folder import REPORT
from vizreport.results.store import Store


@dataclass(frozen=True)
class Squared:
    value: Annotated[np.ndarray, "int64 [1]"]


COMPUTED: list[int] = []


def square(_context, power):
    def compute(number, done):
        COMPUTED.append(number)
        done(1)
        return Squared(np.array([number**power]))

    return compute


WORK = Work(
    "squares",
    square,
    (2,),
    [Piece(f"{n}", n, 1, f"number {n}") for n in range(6)],
    Squared,
    "squaring",
    "numbers",
)


@pytest.fixture
def kept(tmp_path):
    COMPUTED.clear()
    return KeptPieces(Store(tmp_path), "experiment", "0123")


def values(pieces: Pieces) -> list[int]:
    return [int(one.value[0]) for one in pieces.map(None, WORK)]


def backwards(subject, work, pieces, bar):
    return in_turn(subject, work, pieces[::-1], bar)


def files(folder) -> list:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".npz", ".json"))


@pytest.mark.parametrize("engine", [in_turn, backwards])
@pytest.mark.parametrize("stored", [True, False])
def test_results_come_in_the_order_of_the_pieces(kept, engine, stored):
    assert values(Pieces(engine, kept if stored else None)) == [0, 1, 4, 9, 16, 25]


def test_what_a_killed_run_finished_is_not_computed_again(kept):
    def killed(subject, work, pieces, bar):
        for number, each in enumerate(backwards(subject, work, pieces, bar)):
            if number == 4:
                raise KeyboardInterrupt
            yield each

    with pytest.raises(KeyboardInterrupt):
        values(Pieces(killed, kept))
    COMPUTED.clear()
    assert values(Pieces(in_turn, kept)) == [0, 1, 4, 9, 16, 25]
    assert COMPUTED == [0, 1]


def test_a_damaged_piece_is_computed_again(kept):
    values(Pieces(in_turn, kept))
    path = kept.store.path("experiment/0123.pieces/squares", "3", ".npz")
    path.write_bytes(path.read_bytes()[:-7])
    COMPUTED.clear()
    assert values(Pieces(in_turn, kept)) == [0, 1, 4, 9, 16, 25]
    assert COMPUTED == [3]


def test_pieces_are_removed_by_the_manifest_and_nothing_else(kept, tmp_path):
    values(Pieces(in_turn, kept))
    folder = tmp_path / "results/experiment/0123.pieces/squares"
    names = {path.relative_to(tmp_path).as_posix() for path in folder.iterdir()}
    assert len(names) == 3 * len(WORK.pieces)
    assert names <= manifest.read(tmp_path, REPORT)
    (folder / "notes.txt").write_text("the user's")
    kept.remove()
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert not names & manifest.read(tmp_path, REPORT)


def test_a_piece_that_is_given_up_is_named_after_the_rest_is_kept(kept):
    def engine(subject, work, pieces, bar):
        for each in in_turn(subject, work, pieces, bar):
            yield Failed(each.piece, "no luck") if each.piece.argument in (1, 4) else each

    found = []
    with pytest.raises(PieceFailed, match=r"2 of 6 pieces failed: number 1 \(no luck\); number 4"):
        found.extend(Pieces(engine, kept).map(None, WORK))
    assert len(found) == 1
    COMPUTED.clear()
    assert values(Pieces(in_turn, kept)) == [0, 1, 4, 9, 16, 25]
    assert COMPUTED == [1, 4]


def test_what_is_not_asked_for_is_not_computed(kept):
    results = Pieces(in_turn, kept).map(None, WORK)
    assert next(results).value[0] == 0
    results.close()
    assert COMPUTED == [0]


@pytest.mark.parametrize(("count", "batch"), [(0, 32), (1, 32), (256, 32), (257, 32), (10**6, 7)])
def test_images_are_cut_into_whole_batches(count, batch):
    pieces = image_pieces(count, batch)
    assert [i for piece in pieces for i in piece.argument] == list(range(count))
    assert all(piece.size == len(piece.argument) for piece in pieces)
    assert all(piece.size % batch == 0 for piece in pieces[:-1])
    assert len(pieces) <= MOST
    assert len({piece.label for piece in pieces}) == len(pieces)


def test_one_process_needs_no_ray(kept, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "ray"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ray", None)  # importing it fails
    assert values(Pieces(in_turn, kept)) == [0, 1, 4, 9, 16, 25]


def test_pieces_of_several_devices_are_named(kept):
    """By device, whether computed now or before; one device is not worth a word."""

    def engine(*devices):
        def compute(subject, work, pieces, bar):
            for each, device in zip(in_turn(subject, work, pieces, bar), devices, strict=True):
                host = {**each.origin.host, "device": device}
                yield replace(each, origin=replace(each.origin, host=host))

        return compute

    one = Pieces(engine(*"aaaaaa"))
    values(one)
    assert one.record() == {}
    with pytest.raises(ValueError, match="zip"):
        values(Pieces(engine(*"ab"), kept))
    two = Pieces(engine(*"abbb"), kept)
    values(two)
    named = [f"squares/{n}" for n in range(6)]
    said = {"a": [named[0], named[2]], "b": [named[1], *named[3:]]}
    recorded = "; ".join(f"{on}: {', '.join(of)}" for on, of in said.items())
    assert two.record() == {"pieces": recorded}
