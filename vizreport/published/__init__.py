"""The tables of Zeiler & Fergus as data, and beside them what was measured here."""

from vizreport.published.comparison import Comparison, Measured, beside
from vizreport.published.tables import (
    PublishedCell,
    PublishedColumn,
    PublishedRow,
    PublishedTable,
    published_tables,
)

__all__ = [
    "Comparison",
    "Measured",
    "PublishedCell",
    "PublishedColumn",
    "PublishedRow",
    "PublishedTable",
    "beside",
    "published_tables",
]
