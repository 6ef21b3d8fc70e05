"""CSV files that name the points of an object's parts: ``file,part,x,y``."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from vizreport.errors import RequestError
from vizreport.system.paths import read_text

HEADER = ("file", "part", "x", "y")


@dataclass(frozen=True)
class PartPoint:
    """A point of a part in a picture.

    Attributes
    ----------
    x, y : float
        Pixels of the original picture from its left and top edge; the first pixel's centre is at
        0.5, 0.5.
    line : int
        Line of the file it stands in, from 1 on.
    """

    x: float
    y: float
    line: int


Parts = dict[str, dict[str, PartPoint]]
"""Points by the picture's file and the part's name, in the order of the CSV file."""


def read_parts(path: Path) -> Parts:
    """Read the points of parts.

    Parameters
    ----------
    path : Path
        CSV in UTF-8. Its first line is ``file,part,x,y``; ``file`` is the picture's path relative
        to the data, with forward slashes.

    Returns
    -------
    dict of file to dict of part to PartPoint

    Raises
    ------
    RequestError
        If the file cannot be read or a line is wrong; the message names the line.
    """
    text = read_text(Path(path), "the file of parts", "pass a CSV file with --parts")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: Parts = {}
    try:
        header = next(reader, [])
        if tuple(field.strip().lower() for field in header) != HEADER:
            raise RequestError(
                f"{path} begins with {','.join(header)[:60]!r}: its first line must be "
                f"{','.join(HEADER)}"
            )
        for fields in reader:
            if any(field.strip() for field in fields):
                _add(found, path, reader.line_num, fields)
    except csv.Error as error:
        raise RequestError(
            f"{path}, line {reader.line_num}, is not valid CSV ({error}); write {','.join(HEADER)}"
        ) from error
    if not found:
        raise RequestError(f"{path} has no points; add lines of {','.join(HEADER)}")
    return found


def _add(found: Parts, path: Path, line: int, fields: list[str]) -> None:
    where = f"{path}, line {line},"
    if len(fields) != len(HEADER):
        raise RequestError(
            f"{where} has {len(fields)} entries; write {','.join(HEADER)}, with double quotes "
            "around names that contain commas"
        )
    file, part = fields[0], fields[1].strip()
    if not file.strip() or not part:
        raise RequestError(f"{where} has no {'part' if file.strip() else 'file'}; fill it in")
    try:
        x, y = (float(field) for field in fields[2:])
    except ValueError:
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise RequestError(
            f"{where} has the position {fields[2]!r}, {fields[3]!r}; write x and y as numbers of "
            "pixels"
        )
    points = found.setdefault(file, {})
    if part in points:
        raise RequestError(
            f"{where} repeats the part {part!r} of {file} from line {points[part].line}; "
            "remove one of them"
        )
    points[part] = PartPoint(x, y, line)
