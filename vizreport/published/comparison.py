"""A published table with what was measured here beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vizreport.published.tables import PublishedCell, PublishedRow, PublishedTable
from vizreport.wording.text import number


@dataclass(frozen=True)
class Measured:
    """A figure that was measured here, and on what.

    Attributes
    ----------
    value : float
        In the column's unit.
    data : str
        Name of the data, such as "scenes, validation".
    images : int
        Number of images the figure was measured on.
    seeds : tuple of int
        Seed of the run, or of all the runs that were averaged.
    run : str
        Name of the run (its folder), or of the study that holds the runs.
    spread : float or None
        Standard deviation; the note says of what.
    note : str
        What else sets it apart, such as the layer that stands for the paper's: "fire5".
    """

    value: float
    data: str
    images: int
    seeds: tuple[int, ...]
    run: str
    spread: float | None = None
    note: str = ""


@dataclass(frozen=True)
class ComparedCell:
    """Texts of one row in one column.

    Attributes
    ----------
    published : str
        "–" where nothing was reported, "" in a row that is not in the paper.
    measured : str
        "" where nothing was measured.
    mark : str
        Letter of the line below the table that says on what it was measured.
    """

    published: str
    measured: str
    mark: str


@dataclass(frozen=True)
class ComparedRow:
    """A row's names and cells; ``published`` is False where the paper has no such row."""

    names: tuple[str, ...]
    cells: tuple[ComparedCell, ...]
    published: bool


@dataclass(frozen=True)
class Comparison:
    """What ``templates/published.html`` sets.

    Attributes
    ----------
    table : PublishedTable
        The paper's, with its own figures.
    rows : tuple of ComparedRow
        The paper's rows, then those it does not have.
    origins : tuple of (letter, text)
        Where the measured figures come from.
    data : tuple of str
        For each column the data that its measured figures were measured on, "" for none.
    """

    table: PublishedTable
    rows: tuple[ComparedRow, ...]
    origins: tuple[tuple[str, str], ...]
    data: tuple[str, ...]


def beside(
    table: PublishedTable,
    measured: Mapping[tuple[str, str], Measured],
    more_rows: Mapping[str, Sequence[str]] | None = None,
) -> Comparison:
    """Put measured figures beside the published ones.

    A cell that was not measured stays empty; it is never filled from the paper.

    Parameters
    ----------
    table : PublishedTable
        The paper's, with its own figures.
    measured : mapping of (row id, column id) to Measured
        In the unit of the column.
    more_rows : mapping of row id to names, optional
        Rows that the paper does not have, set below its own; one name for each heading.

    Raises
    ------
    ValueError
        If a row or column does not exist or cannot be measured, names do not fit the
        headings, or a figure is not finite.
    """
    more = {} if more_rows is None else more_rows
    rows = [*table.rows]
    for row_id, names in more.items():
        if row_id in {row.id for row in rows} or len(names) != len(table.headings):
            raise ValueError(f"row {row_id!r} repeats one or has not {len(table.headings)} names")
        rows.append(PublishedRow(row_id, tuple(names), (None,) * len(table.columns)))
    columns = [column.id for column in table.columns if column.ours]
    for (row_id, column_id), found in measured.items():
        if row_id not in {row.id for row in rows} or column_id not in columns:
            raise ValueError(
                f"table {table.id!r} has no measurable cell {row_id!r}, {column_id!r}; rows: "
                f"{', '.join(row.id for row in rows)}; columns: {', '.join(columns)}"
            )
        if not math.isfinite(found.value):
            raise ValueError(f"cell {row_id!r}, {column_id!r} is not finite: leave it out")
    marks: dict[str, str] = {}
    compared = tuple(_row(table, row, row.id not in more, measured, marks) for row in rows)
    data = tuple(
        ", ".join(
            dict.fromkeys(
                found.data for (_, which), found in measured.items() if which == column.id
            )
        )
        for column in table.columns
    )
    origins = tuple((mark, text) for text, mark in marks.items())
    return Comparison(table, compared, origins, data)


def _row(
    table: PublishedTable,
    row: PublishedRow,
    published: bool,
    measured: Mapping[tuple[str, str], Measured],
    marks: dict[str, str],
) -> ComparedRow:
    cells = []
    for column, printed in zip(table.columns, row.cells, strict=True):
        digits = column.digits if row.digits is None else row.digits
        known = _printed(printed, digits) if printed else "–" if published else ""
        found = measured.get((row.id, column.id))
        if found is None:
            cells.append(ComparedCell(known, "", ""))
            continue
        mark = marks.setdefault(_origin(found), _letter(len(marks)))
        text = _figure(found.value, found.spread, digits, digits)
        cells.append(ComparedCell(known, text, mark))
    return ComparedRow(row.names, tuple(cells), published)


def _figure(value: float, spread: float | None, digits: int, spread_digits: int) -> str:
    text = f"{value:.{digits}f}"
    if spread is not None:
        text += f" ± {spread:.{spread_digits}f}"
    return text.replace("-", "−")


def _printed(cell: PublishedCell, digits: int) -> str:
    """Write a published figure; Bo et al. print 81.4 with 0.33: no printed digit is dropped."""
    spread_digits = digits if cell.spread is None else len(f"{cell.spread:g}".partition(".")[2])
    return _figure(cell.value, cell.spread, digits, max(digits, spread_digits))


def _origin(found: Measured) -> str:
    seeds = ", ".join(map(str, found.seeds))
    parts = [
        f"{found.data}, {number(found.images)} images",
        f"{'seeds' if len(found.seeds) > 1 else 'seed'} {seeds}",
        f"run {found.run}",
        *([found.note] if found.note else []),
    ]
    return "; ".join(parts)


def _letter(place: int) -> str:
    """Return a, b, ... z, aa, ab, ..."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
