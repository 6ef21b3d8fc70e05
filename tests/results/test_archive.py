"""Arrays and plain values, to bytes and back, against numpy's own reader and by property."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vizreport.results import archive

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ARRAYS = arrays.arrays(
    dtype=st.sampled_from(["f4", "f8", ">f4", "i4", "i8", "u1", "?", "U3"]),
    shape=arrays.array_shapes(min_dims=0, min_side=0, max_side=4),
)


@dataclass(frozen=True)
class Sample:
    array: np.ndarray
    by_name: dict[str, np.ndarray]
    value: Any


def same(a: Any, b: Any) -> bool:
    """Compare plain values, NaN equal to NaN and 0.0 apart from -0.0."""
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and np.signbit(a) == np.signbit(b))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


@settings(max_examples=40, deadline=None)
@given(PLAIN)
def test_plain_values_come_back(value: Any) -> None:
    # A dict that looks like a coded float is what no result holds.
    coded = json.loads(json.dumps(archive.to_json(value, "x"), allow_nan=False))
    assert same(archive.from_json(coded), value)


@settings(max_examples=40, deadline=None)
@given(ARRAYS, st.dictionaries(st.text(st.characters(exclude_characters="\0", codec="utf-8")),
                               ARRAYS, max_size=3))  # fmt: skip
def test_arrays_come_back(array: np.ndarray, by_name: dict[str, np.ndarray]) -> None:
    found, values = archive.split(Sample(array, by_name, "v"))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "arrays.npz"
        path.write_bytes(archive.pack(found))
        result = archive.join(Sample, archive.read(path), values)
    assert result.array.dtype == array.dtype
    assert result.array.shape == array.shape
    np.testing.assert_array_equal(result.array, array)
    assert list(result.by_name) == list(by_name)
    for name, expected in by_name.items():
        np.testing.assert_array_equal(result.by_name[name], expected)


def test_numpy_reads_it_without_this_package() -> None:
    content = archive.pack({"a": np.arange(6.0).reshape(2, 3), "b/conv1@1": np.zeros(0, "u1")})
    with np.load(io.BytesIO(content)) as loaded:
        assert sorted(loaded.files) == ["a", "b/conv1@1"]
        np.testing.assert_array_equal(loaded["a"], [[0, 1, 2], [3, 4, 5]])
        assert loaded["b/conv1@1"].size == 0


def test_bytes_depend_on_the_arrays_alone() -> None:
    array = np.random.default_rng(0).normal(size=(40, 30))
    first = archive.pack({"a": array, "b": np.zeros(5000)})
    again = archive.pack({"b": np.zeros(5000), "a": np.asfortranarray(array)})
    assert first == again
    assert first != archive.pack({"a": array, "b": np.ones(5000)})


@pytest.mark.parametrize("value", [np.array([{}], object), object(), {1: 2}, {"a": {2, 3}}])
def test_what_cannot_be_stored_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="value"):
        archive.split(Sample(np.zeros(1), {"x": np.zeros(1)}, value))
