"""Dataclasses within a result are stored as a flat dataclass of the same values would be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pytest

from vizreport.results import archive
from vizreport.results.columns import Column, Strings
from vizreport.results.groups import Stored, taken_apart
from vizreport.results.schema import Mismatch, check, declarations


@dataclass(frozen=True)
class Flat:
    layers: list[str]
    values: Annotated[dict[str, np.ndarray], "float32 [M, K] by layers"]
    window: Annotated[dict[str, int], "by layers"]
    scales: Annotated[dict[str, np.ndarray], "float32 [M] by layers"]
    sample: Annotated[np.ndarray, "int32 [N]"]
    sample_shares: Annotated[np.ndarray, "float32 [N]"]
    paths: Annotated[Strings, "[N]", Column()]
    sizes: list[int]
    tops: Annotated[dict[str, np.ndarray], "int32 [R] by sizes"]
    rule: str


@dataclass(frozen=True)
class Tiles:
    window: int
    scales: Annotated[np.ndarray, "float32 [M]"]


@dataclass(frozen=True)
class Layer:
    values: Annotated[np.ndarray, "float32 [M, K]"]
    tiles: Tiles


@dataclass(frozen=True)
class Sample:
    images: Annotated[np.ndarray, "int32 [N]", Stored("sample")]
    shares: Annotated[np.ndarray, "float32 [N]", Stored("sample_shares")]
    paths: Annotated[Strings, "[N]", Column()]


@dataclass(frozen=True)
class Square:
    tops: Annotated[np.ndarray, "int32 [R]"]


@dataclass(frozen=True)
class Grouped:
    layers: dict[str, Layer]
    sample: Sample
    squares: Annotated[dict[int, Square], Stored("sizes")]
    rule: str


A, B = np.ones((3, 2), np.float32), np.zeros((1, 2), np.float32)
TOPS = np.arange(4, dtype=np.int32)
IMAGES, SHARES = np.array([5, 1], np.int32), np.array([0.5, np.nan], np.float32)
FLAT = Flat(
    layers=["b/c", "a"],
    values={"b/c": A, "a": B},
    window={"b/c": 7, "a": 11},
    scales={"b/c": A[:, 0], "a": B[:, 0]},
    sample=IMAGES,
    sample_shares=SHARES,
    paths=Strings.of(["x", "y"]),
    sizes=[45, 9],
    tops={"45": TOPS, "9": TOPS[:2]},
    rule="deconvnet",
)
GROUPED = Grouped(
    layers={"b/c": Layer(A, Tiles(7, A[:, 0])), "a": Layer(B, Tiles(11, B[:, 0]))},
    sample=Sample(IMAGES, SHARES, FLAT.paths),
    squares={45: Square(TOPS), 9: Square(TOPS[:2])},
    rule="deconvnet",
)


def test_the_same_is_stored():
    arrays, values = archive.split(GROUPED)
    flat_arrays, flat_values = archive.split(FLAT)
    assert archive.pack(arrays) == archive.pack(flat_arrays)
    assert values == flat_values
    assert declarations(Grouped) == declarations(Flat)
    assert archive.columns_of(Grouped) == {"paths", "paths/utf8", "paths/ends"}


def test_it_is_put_together_again():
    back = archive.join(Grouped, *archive.split(FLAT))
    assert list(back.layers) == ["b/c", "a"]
    assert list(back.squares) == [45, 9]
    assert back.layers["a"].tiles.window == 11
    assert back.layers["b/c"].values is A
    assert list(back.sample.paths) == ["x", "y"]
    assert archive.pack(archive.split(back)[0]) == archive.pack(archive.split(FLAT)[0])


def test_without_entries():
    empty = Grouped({}, GROUPED.sample, {}, "")
    assert archive.join(Grouped, *archive.split(empty)).layers == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"layers": ["a"]}, "values and layers differ in 'b/c'"),
        ({"window": {"a": 7, "b/c": "x"}}, "Expected int, got str - at window"),
        ({"scales": {"a": B[:, 0], "b/c": B[:, 0]}}, "scales['b/c'] has the shape [1], not [M]"),
        ({"sample": SHARES}, "sample is of float32, not of int32"),
        ({"sizes": [45]}, "tops and sizes differ in '9'"),
        ({"sizes": [[]]}, "sizes"),
    ],
)
def test_what_is_stored_is_checked(changes: dict[str, Any], said: str):
    arrays, values = archive.split(Flat(**{**vars(FLAT), **changes}))
    with pytest.raises(Mismatch, match=re.escape(said)):
        archive.join(Grouped, arrays, values)


def test_it_is_checked_before_it_is_stored():
    wrong = Grouped({"a": Layer(A, Tiles(7, B[:, 0]))}, GROUPED.sample, {}, "")
    with pytest.raises(Mismatch, match=r"scales\['a'\] has the shape"):
        check(Grouped, taken_apart(wrong))


@dataclass(frozen=True)
class Twice:
    rule: str
    tiles: Annotated[Square, "of nothing"]
    tops: int


def test_two_fields_of_one_name():
    with pytest.raises(TypeError, match="Twice stores 'tops' twice"):
        declarations(Twice)


@dataclass(frozen=True)
class Tried:
    status: str
    tiles: Tiles | None


@dataclass(frozen=True)
class Partly:
    layers: dict[str, Tried]


PARTLY = Partly({"b": Tried("no rule", None), "a": Tried("", Tiles(11, B[:, 0]))})


def test_a_dataclass_that_is_none_has_no_entries():
    arrays, values = archive.split(PARTLY)
    assert list(arrays) == ["scales/a"]
    assert values["layers"] == ["b", "a"]
    assert values["status"] == {"b": "no rule", "a": ""}
    assert values["window"] == {"a": 11}
    back = archive.join(Partly, arrays, values)
    assert list(back.layers) == ["b", "a"]
    assert back.layers["b"] == PARTLY.layers["b"]
    assert back.layers["a"].tiles.window == 11
    none = Partly({"b": PARTLY.layers["b"]})
    assert archive.join(Partly, *archive.split(none)) == none


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"window": {"c": 11}}, "window and layers differ in 'c'"),
        ({"window": {}}, "scales and window differ in 'a'"),
        ({"status": {"a": ""}}, "status and layers differ in 'b'"),
    ],
)
def test_it_has_all_entries_or_none(changes: dict[str, Any], said: str):
    arrays, values = archive.split(PARTLY)
    with pytest.raises(Mismatch, match=re.escape(said)):
        archive.join(Partly, arrays, {**values, **changes})
