"""The published tables, read from ``tables.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vizreport.system.documents import JsonObject


@dataclass(frozen=True)
class PublishedCell:
    """A figure as printed.

    Attributes
    ----------
    value : float
        In the unit of its column.
    spread : float or None
        What stands behind the +/-; None where none was printed.
    """

    value: float
    spread: float | None = None


@dataclass(frozen=True)
class PublishedColumn:
    """A column of figures.

    Attributes
    ----------
    id, title : str
        Name in the file of tables, and heading.
    unit : str
        "%" or "" for a plain number.
    digits : int
        Digits after the point.
    ours : bool
        Whether it can be measured here; False for another method's figures.
    """

    id: str
    title: str
    unit: str
    digits: int
    ours: bool = True


@dataclass(frozen=True)
class PublishedRow:
    """A row of figures.

    Attributes
    ----------
    id : str
        Name in the file of tables.
    names : tuple of str
        One for each of the table's ``headings``.
    cells : tuple of PublishedCell or None
        One for each column; None where nothing was reported.
    digits : int or None
        In place of the columns' where the row counts something else.
    """

    id: str
    names: tuple[str, ...]
    cells: tuple[PublishedCell | None, ...]
    digits: int | None = None


@dataclass(frozen=True)
class PublishedTable:
    """A table of the paper.

    Attributes
    ----------
    id, caption : str
        Name in the file of tables, and the text above it.
    source : str
        Authors, title, number of the preprint and of the table in it.
    better : {"lower", "higher"}
        Which figures are better.
    note : str
        What the reader must know of the figures, or "".
    headings : tuple of str
        Titles of the columns that name the rows.
    columns : tuple of PublishedColumn
        Of figures; those of names are ``headings``.
    rows : tuple of PublishedRow
        From top to bottom.
    """

    id: str
    caption: str
    source: str
    better: str
    note: str
    headings: tuple[str, ...]
    columns: tuple[PublishedColumn, ...]
    rows: tuple[PublishedRow, ...]


@cache
def published_tables() -> dict[str, PublishedTable]:
    """Return every table by its id, in the paper's order.

    Returns
    -------
    dict of str to PublishedTable
        "correspondence", "imagenet", "ablation", "caltech101", "caltech256", "pascal" and
        "features" (Zeiler & Fergus, Tables 1 to 7).
    """
    text = files("vizreport.published").joinpath("tables.json").read_text("utf-8")
    return {table.id: table for table in map(_table, json.loads(text))}


def _table(values: JsonObject) -> PublishedTable:
    return PublishedTable(
        **{
            **values,
            "headings": tuple(values["headings"]),
            "columns": tuple(PublishedColumn(**column) for column in values["columns"]),
            "rows": tuple(
                PublishedRow(
                    row["id"],
                    tuple(row["names"]),
                    tuple(map(_cell, row["cells"])),
                    row.get("digits"),
                )
                for row in values["rows"]
            ),
        }
    )


def _cell(value: Any) -> PublishedCell | None:
    if value is None:
        return None
    return PublishedCell(*value) if isinstance(value, list) else PublishedCell(value)
