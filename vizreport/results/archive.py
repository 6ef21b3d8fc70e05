"""Arrays and plain values of a result dataclass, to bytes and back."""

from __future__ import annotations

import dataclasses
import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

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
    KeyError, TypeError, ValueError
        If something is missing.
    """
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        if field.name in arrays:
            fields[field.name] = arrays[field.name]
            continue
        value = values[field.name]
        if isinstance(value, dict) and set(value) == {"arrays"}:
            fields[field.name] = {name: arrays[f"{field.name}/{name}"] for name in value["arrays"]}
        else:
            fields[field.name] = from_json(value)
    return kind(**fields)


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


def from_json(value: Any) -> Any:
    """Undo :func:`to_json`, apart from tuples, which come back as lists."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if isinstance(value, dict):
        if set(value) == {"float"} and value["float"] in {"nan", "inf", "-inf"}:
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
