"""Files that name a network's outputs."""

from __future__ import annotations

from pathlib import Path

from vizreport.errors import RequestError
from vizreport.system.paths import read_text
from vizreport.wording.foreign_text import quoted


def read_label_file(path: Path, outputs: int) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Read lines ``index<TAB>name`` or ``index<TAB>id<TAB>name``, in any order, as UTF-8.

    Parameters
    ----------
    path : Path
        A user's own file.
    outputs : int
        Number of the network's outputs; every index from 0 to ``outputs - 1`` needs its line.

    Returns
    -------
    names : tuple of str
    ids : tuple of str, or None
        None if no line has one.

    Raises
    ------
    RequestError
        Naming file and line.
    """
    text = read_text(path, "the labels file", "pass --labels a text file")
    lines = text.splitlines()
    entries: dict[int, tuple[str, str]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        index, entry = _entry(f"{path}, line {number}", line, outputs)
        if index in entries:
            raise RequestError(f"{path}, line {number}: the index {index} appears twice")
        entries[index] = entry
    missing = [i for i in range(outputs) if i not in entries]
    if missing:
        raise RequestError(
            f"{path} names {len(entries)} of the network's {outputs} outputs; the first missing "
            f"index is {missing[0]}"
        )
    ordered = [entries[i] for i in range(outputs)]
    ids = tuple(identifier for identifier, _ in ordered)
    return tuple(name for _, name in ordered), ids if any(ids) else None


def _entry(where: str, line: str, outputs: int) -> tuple[int, tuple[str, str]]:
    columns = [column.strip() for column in line.split("\t")]
    if len(columns) not in (2, 3):
        raise RequestError(
            f"{where}: there are {len(columns)} columns; the format is index<TAB>name or "
            "index<TAB>id<TAB>name"
        )
    index, name = columns[0], columns[-1]
    if not (index.isascii() and index.isdigit()):
        raise RequestError(
            f"{where}: the index is {quoted(index)}; it must be a whole number from 0"
        )
    # Compared by length first: Python refuses to read numbers of thousands of digits.
    if len(index.lstrip("0")) > len(str(outputs)) or int(index) >= outputs:
        shown = index if len(index) <= 20 else f"of {len(index)} digits"
        raise RequestError(
            f"{where}: the index {shown} is not one of the network's {outputs} outputs, "
            f"0 to {outputs - 1}"
        )
    if not name:
        raise RequestError(f"{where}: the name is missing")
    return int(index), (columns[1] if len(columns) == 3 else "", name)
