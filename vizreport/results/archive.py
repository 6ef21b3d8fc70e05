"""Arrays and plain values of a result dataclass, to bytes and back."""

from __future__ import annotations

import io
import json
import math
import struct
import zipfile
import zlib
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from vizreport.results.columns import Strings
from vizreport.results.groups import put_together, taken_apart
from vizreport.results.schema import Mismatch, as_declared, check, declarations
from vizreport.system.documents import JsonObject
from vizreport.system.paths import opened

DEPTH = 30  # of lists and objects within each other, in JSON
_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip archive can hold: bytes must not tell the time
_SAMPLE = 1 << 16
_LOCAL_HEADER = struct.Struct("<26xHH")  # of a member of a zip archive


def split(result: Any) -> tuple[dict[str, np.ndarray], JsonObject]:
    """Separate a result's arrays from its plain values.

    Parameters
    ----------
    result : dataclass instance
        Each field an array, a dict of str to array, ``Strings``, or made of str, int, float, bool,
        None, lists and dicts of them; or a dataclass of such fields, or a dict of dataclasses
        (:mod:`vizreport.results.groups`).

    Returns
    -------
    arrays : dict of str to ndarray
        Under ``field`` or ``field/name``; of ``Strings`` under ``field/utf8`` and ``field/ends``.
    values : dict
        The other fields, ready for JSON. For a dict of arrays, the list of its names, so that
        their order and an empty dict survive.

    Raises
    ------
    TypeError
        If a field holds anything else, for example an array of Python objects.
    """
    arrays: dict[str, np.ndarray] = {}
    values: JsonObject = {}
    for field, value in taken_apart(result).items():
        if isinstance(value, np.ndarray):
            arrays[field] = _plain_array(value, field)
        elif isinstance(value, Strings):
            arrays[f"{field}/utf8"], arrays[f"{field}/ends"] = value.content, value.ends
        elif _is_array_dict(value):
            for name, array in value.items():
                arrays[f"{field}/{name}"] = _plain_array(array, f"{field}/{name}")
            values[field] = {"arrays": list(value)}
        else:
            values[field] = to_json(value, field)
    return arrays, values


def join(kind: type, arrays: Mapping[str, np.ndarray], values: Mapping[str, Any]) -> Any:
    """Put a result together again from what :func:`split` gave.

    Raises
    ------
    ValueError
        If something is missing or not as the dataclass declares it (see
        :mod:`vizreport.results.schema`).
    """
    found: JsonObject = {}
    for declared in declarations(kind):
        name = declared.name
        if name in arrays:
            found[name] = arrays[name]
        elif declared.type is Strings:
            found[name] = _strings(name, arrays)
        elif name not in values:
            raise Mismatch(f"{name} is missing")
        elif isinstance(values[name], dict) and set(values[name]) == {"arrays"}:
            found[name] = _array_dict(name, values[name]["arrays"], arrays)
        else:
            found[name] = from_json(values[name])
        found[name] = as_declared(declared, found[name])
    check(kind, found)
    return put_together(kind, found)


def _array_dict(field: str, names: Any, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Mismatch(f"{field} does not list its arrays")
    missing = [name for name in names if f"{field}/{name}" not in arrays]
    if missing:
        raise Mismatch(f"{field}[{missing[0]!r}] is missing")
    return {name: arrays[f"{field}/{name}"] for name in names}


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return arrays as :func:`write` writes them."""
    buffer = io.BytesIO()
    write(buffer, arrays)
    return buffer.getvalue()


def write(file: BinaryIO, arrays: Mapping[str, np.ndarray], columns: Container[str] = ()) -> None:
    """Write arrays as an ``.npz`` archive whose bytes depend on nothing but the arrays.

    `numpy.load` reads it. Members that deflate poorly, such as encoded pictures, are stored.

    Parameters
    ----------
    file : file
        Can be written and rewound.
    arrays : mapping of str to ndarray
        By name.
    columns : container of str
        Those to write in parts and as they are, so that :func:`read` can map them.
    """
    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        for name in sorted(arrays):
            array = np.asarray(arrays[name], order="C")
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=_DATE)
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            if name in columns:
                entry.file_size = array.nbytes + _SAMPLE  # tells whether 32 bits hold it
                with archive.open(entry, "w") as part:
                    np.lib.format.write_array(part, array, version=None, allow_pickle=False)
                continue
            member = io.BytesIO()
            np.lib.format.write_array(member, array, version=None, allow_pickle=False)
            content = member.getvalue()
            sample = content[:_SAMPLE]
            deflates = len(zlib.compress(sample, 1)) < 0.9 * len(sample)
            entry.compress_type = zipfile.ZIP_DEFLATED if deflates else zipfile.ZIP_STORED
            archive.writestr(entry, content, compresslevel=4)


def read(path: Path, columns: Container[str] = ()) -> dict[str, np.ndarray]:
    """Read the arrays that :func:`write` wrote; raises ValueError, OSError or zipfile.BadZipFile.

    Parameters
    ----------
    path : Path
        Of the archive.
    columns : container of str
        Those whose rows are read from the file when they are used.
    """
    with opened(path) as file, np.load(file, allow_pickle=False) as archive:
        names = list(archive.files)
        found = {name: archive[name] for name in names if name not in columns}
        mapped = {
            name: _mapped(path, archive.zip.getinfo(f"{name}.npy"))
            for name in names
            if name in columns
        }
    return {name: found[name] if name in found else mapped[name] for name in names}


def columns_of(kind: type) -> set[str]:
    """Name the arrays of a result that are columns."""
    return {
        name
        for each in declarations(kind)
        if each.column
        for name in (each.name, f"{each.name}/utf8", f"{each.name}/ends")
    }


def _mapped(path: Path, entry: zipfile.ZipInfo) -> np.ndarray:
    with opened(path) as file:
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        name, extra = _LOCAL_HEADER.unpack(header)
        file.seek(name + extra, 1)
        start = file.tell()
        version = np.lib.format.read_magic(file)
        if version != (1, 0) or entry.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{entry.filename} is not a column")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
        offset = file.tell()
        size = math.prod(shape) * dtype.itemsize
        if dtype.hasobject or fortran or offset - start + size != entry.file_size:
            raise ValueError(f"{entry.filename} is not a column")
        if not size:  # nothing cannot be mapped
            return np.zeros(shape, dtype)
        return np.asarray(np.memmap(file, dtype, "r", offset, shape))


def _strings(field: str, arrays: Mapping[str, np.ndarray]) -> Strings:
    content, ends = (arrays.get(f"{field}/{part}") for part in ("utf8", "ends"))
    if content is None or ends is None:
        raise Mismatch(f"{field} is missing")
    if content.dtype != np.uint8 or ends.dtype != np.int64 or content.ndim != 1 or ends.ndim != 1:
        raise Mismatch(f"{field} is not made of strings")
    last = int(ends[-1]) if len(ends) else 0
    if last != len(content) or (len(ends) and int(ends[0]) < 0) or (np.diff(ends) < 0).any():
        raise Mismatch(f"{field} has strings that overlap")
    return Strings(content, ends)


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
        raise ValueError(f"{name} is not a JSON number")

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
