"""What a dataclass declares of its fields is what may be read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pytest

from tests.report.fake_results import make_mining
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.registry import experiments
from vizreport.results import archive
from vizreport.results.groups import members, taken_apart
from vizreport.results.schema import Mismatch, check, declarations


@dataclass(frozen=True)
class Declared:
    layers: list[str]
    paths: Annotated[list[str], "[N]"]
    labels: Annotated[np.ndarray, "int32 [N]"]
    values: Annotated[dict[str, np.ndarray], "float32 [M, 9] by layers"]
    offsets: Annotated[dict[str, np.ndarray], "int64 [M + 1] by layers"]
    pixels: Annotated[np.ndarray, "uint8 [*]"]
    more: Annotated[np.ndarray, "uint8 [K]"]
    both: Annotated[dict[str, np.ndarray], "bool [N + K] by layers"]
    share: float | None
    rows: list[tuple[str, int]]


GOOD: dict[str, Any] = {
    "layers": ["a", "b/c"],
    "paths": ["x", "y"],
    "labels": np.zeros(2, np.int32),
    "values": {"a": np.zeros((3, 9), np.float32), "b/c": np.zeros((1, 9), np.float32)},
    "offsets": {"a": np.zeros(4, np.int64), "b/c": np.zeros(2, np.int64)},
    "pixels": np.zeros(5, np.uint8),
    "more": np.zeros(3, np.uint8),
    "both": {"a": np.zeros(5, bool), "b/c": np.ones(5, bool)},
    "share": float("nan"),
    "rows": [("x", 1)],
}
A, B = GOOD["values"].values()


def read(**changes: Any) -> Declared:
    """Store a result as it is, whatever it is, and read it as what was declared."""
    made = object.__new__(Declared)
    for name, value in (GOOD | changes).items():
        object.__setattr__(made, name, value)
    arrays, values = archive.split(made)
    return archive.join(Declared, arrays, values)


def test_as_declared():
    back = read()
    assert back.paths == ["x", "y"]
    assert back.rows == [("x", 1)]
    assert back.share != back.share
    np.testing.assert_array_equal(back.values["b/c"], B)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"paths": ["x"]}, "labels has the shape [2], not [N] with N = 1"),
        ({"paths": ["x", 1]}, "Expected str, got int - at paths[1]"),
        ({"paths": np.zeros(2)}, "Expected array, got numpy.ndarray - at paths"),
        ({"labels": np.zeros(2, np.int64)}, "labels is of int64, not of int32"),
        ({"labels": np.zeros((2, 1), np.int32)}, "labels has the shape [2, 1], not [N]"),
        ({"labels": [0, 0]}, "labels is not an array"),
        ({"labels": None}, "labels is not an array"),
        ({"labels": {"a": GOOD["labels"]}}, "labels is not an array"),
        ({"values": GOOD["labels"]}, "values is not a dict of arrays"),
        ({"values": {"a": A}}, "values and layers differ in 'b/c'"),
        ({"values": {"a": A, "b/c": B, "../d": B}}, "values and layers differ in '../d'"),
        ({"values": {"a": A[:, :8], "b/c": B}}, "values['a'] has the shape [3, 8], not [M, 9]"),
        ({"values": {"a": A[:2], "b/c": B}}, "offsets['a'] has the shape [4], not [M + 1]"),
        (
            {"more": np.zeros(4, np.uint8)},
            "both['a'] has the shape [5], not [N + K] with N = 2 and",
        ),
        ({"pixels": np.zeros((5, 1), np.uint8)}, "pixels has the shape [5, 1], not [*]"),
        ({"share": "much"}, "Expected float | null, got str - at share"),
        ({"rows": [["x"]]}, "length"),
    ],
)
def test_anything_else_is_refused(changes, said):
    with pytest.raises(Mismatch, match=re.escape(said)):
        read(**changes)


def test_what_is_missing_is_named():
    arrays, values = archive.split(Declared(**GOOD))
    with pytest.raises(Mismatch, match="share is missing"):
        archive.join(Declared, arrays, {k: v for k, v in values.items() if k != "share"})
    with pytest.raises(Mismatch, match=re.escape("values['a'] is missing")):
        archive.join(Declared, {k: v for k, v in arrays.items() if k != "values/a"}, values)
    for names in (3, "a", [1], [["a"]], None):
        with pytest.raises(Mismatch, match="values does not list its arrays"):
            archive.join(Declared, arrays, values | {"values": {"arrays": names}})


@pytest.mark.parametrize("name", experiments())
def test_docstrings_say_what_is_declared(name):
    assert_described(experiments()[name].result_type)


def assert_described(kind):
    declared = {each.name: each for each in declarations(kind)}
    for member in members(kind):
        entry = re.search(rf"^ *(\w+, )*{member.field}\b[\w, ]* : (.*)$", kind.__doc__ or "", re.M)
        assert entry, member.field
        if member.group is not None:
            assert member.group.__name__ in entry[2], member.field
            assert_described(member.group)
        elif declared[member.name].dtype:
            sides = ", ".join(declared[member.name].sides or ()).replace("*", "bytes")
            assert f"{declared[member.name].dtype} [{sides}]" in entry[2], member.field


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 123456789012345678901}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 31 + b"]" * 31,
        b"[" * 100_000,
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
    ],
)
def test_json_that_the_program_never_writes(content):
    with pytest.raises(ValueError):  # noqa: PT011  what is wrong differs
        archive.read_json(content)


def test_json_that_it_writes():
    nested: Any = 1.5
    for _ in range(archive.DEPTH):
        nested = [nested]
    assert archive.read_json(str(nested).encode()) == nested
    assert archive.read_json(b'{"a": [18446744073709551615, -1, null, "\\udc80"]}') == {
        "a": [2**64 - 1, -1, None, "\udc80"]
    }


def test_a_layer_of_too_many_maps_has_no_similarities():
    mining = make_mining(np.random.default_rng(0), ["cat", "dog"], False)
    name = next(iter(mining.layers))

    def checked(shape):
        stored = taken_apart(mining)
        stored["likeness"][name] = np.zeros(shape, np.int8)
        check(MiningResult, stored)

    checked((0, 0))
    with pytest.raises(Mismatch, match="likeness"):
        checked((0, 3))
