"""Arrays and plain values of a result dataclass, to bytes and back."""

from __future__ import annotations

import dataclasses
import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.results.schema import Mismatch, as_declared, check, declarations

DEPTH = 30  # of lists and objects within each other, in JSON
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip archive can hold: bytes must not tell the time
_SAMPLE = 1 << 16


def split(result: Any) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Separate a result's arrays from its plain values.

    Parameters
    ----------
    result : dataclass instance
        Each field an array, a dict of str to array, or made of str, int, float, bool, None,
        lists and dicts of them.

    Returns
    -------
    arrays : dict of str to ndarray
        Under ``field`` or ``field/name``.
    values : dict
        The other fields, ready for JSON. For a dict of arrays, the list of its names, so that
        their order and an empty dict survive.

    Raises
    ------
    TypeError
        If a field holds anything else, for example an array of Python objects.
    """
    arrays: dict[str, np.ndarray] = {}
    values: dict[str, Any] = {}
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name] = _plain_array(value, field.name)
        elif _is_array_dict(value):
            for name, array in value.items():
                arrays[f"{field.name}/{name}"] = _plain_array(array, f"{field.name}/{name}")
            values[field.name] = {"arrays": list(value)}
        else:
            values[field.name] = to_json(value, field.name)
    return arrays, values


def join(kind: type, arrays: Mapping[str, np.ndarray], values: Mapping[str, Any]) -> Any:
    """Put a result together again from what :func:`split` gave.

    Raises
    ------
    ValueError
        If something is missing or not as the dataclass declares it (see
        :mod:`vizreport.results.schema`).
    """
    found: dict[str, Any] = {}
    for declared in declarations(kind):
        name = declared.name
        if name in arrays:
            found[name] = arrays[name]
        elif name not in values:
            raise Mismatch(f"{name} is missing")
        elif isinstance(values[name], dict) and set(values[name]) == {"arrays"}:
            found[name] = _array_dict(name, values[name]["arrays"], arrays)
        else:
            found[name] = from_json(values[name])
        found[name] = as_declared(declared, found[name])
    check(kind, found)
    return kind(**found)


def _array_dict(field: str, names: Any, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Mismatch(f"{field} does not list its arrays")
    missing = [name for name in names if f"{field}/{name}" not in arrays]
    if missing:
        raise Mismatch(f"{field}[{missing[0]!r}] is missing")
    return {name: arrays[f"{field}/{name}"] for name in names}


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Write arrays as an ``.npz`` archive whose bytes depend on nothing but the arrays.

    `numpy.load` reads it. Members that deflate poorly, such as encoded pictures, are stored.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", allowZip64=True) as archive:
        for name in sorted(arrays):
            member = io.BytesIO()
            array = np.asarray(arrays[name], order="C")
            np.lib.format.write_array(member, array, version=None, allow_pickle=False)
            content = member.getvalue()
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=_DATE)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            sample = content[:_SAMPLE]
            deflates = len(zlib.compress(sample, 1)) < 0.9 * len(sample)
            entry.compress_type = zipfile.ZIP_DEFLATED if deflates else zipfile.ZIP_STORED
            archive.writestr(entry, content, compresslevel=4)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, np.ndarray]:
    """Read the arrays of :func:`pack`; raises ValueError, OSError or zipfile.BadZipFile."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def to_json(value: Any, where: str) -> Any:
    """Turn plain values into what strict JSON can hold; raises TypeError for anything else.

    A float that is not finite becomes ``{"float": "nan"}`` (or "inf", "-inf").
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return number if math.isfinite(number) else {"float": str(number)}
    if isinstance(value, (list, tuple)):
        return [to_json(item, f"{where}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise TypeError(f"{where}: names of a stored dict must be str")
        return {name: to_json(item, f"{where}.{name}") for name, item in value.items()}
    raise TypeError(f"{where}: a {type(value).__name__} cannot be stored")


def read_json(content: bytes) -> Any:
    """Read strict JSON.

    Raises
    ------
    ValueError
        If it is none, or has anything that :func:`to_json` does not write: numbers that are not
        finite or beyond 64 bits, or lists and objects nested more than ``DEPTH`` deep.
    """

    def constant(name: str) -> None:
        raise ValueError(f"{name} is not a number of JSON")

    def integer(digits: str) -> int:
        if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:
            raise ValueError(f"a number of {len(digits)} digits is too large")
        return int(digits)

    def decimal(digits: str) -> float:
        if not math.isfinite(float(digits)):
            raise ValueError(f"the number {digits[:20]} is too large")
        return float(digits)

    try:
        value = json.loads(content, parse_constant=constant, parse_int=integer, parse_float=decimal)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check_depth(value, DEPTH)
    return value


def _check_depth(value: Any, left: int) -> None:
    if not isinstance(value, (dict, list)):
        return
    if left == 0:
        raise ValueError("it is nested too deeply")
    for item in value.values() if isinstance(value, dict) else value:
        _check_depth(item, left - 1)


def from_json(value: Any) -> Any:
    """Undo :func:`to_json`, apart from tuples, which come back as lists."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if isinstance(value, dict):
        if set(value) == {"float"} and value["float"] in ("nan", "inf", "-inf"):
            return float(value["float"])
        return {name: from_json(item) for name, item in value.items()}
    return value


def _is_array_dict(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) > 0
        and all(isinstance(item, np.ndarray) for item in value.values())
    )


def _plain_array(array: np.ndarray, where: str) -> np.ndarray:
    if array.dtype.hasobject:
        raise TypeError(f"{where}: an array of Python objects cannot be stored")
    return array
