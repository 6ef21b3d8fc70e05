"""Tables numbered like figures: after the whole page is filled, in the order of the report."""

from __future__ import annotations

import re
from typing import Final

_TABLE: Final = re.compile(
    r'<div class="scroll"(?P<others>[^>]*?) aria-label="(?P<label>[^"]*)">\s*'
    r"<table(?P<kind>[^>]*)>(?:\s*<caption>(?P<caption>.*?)</caption>)?",
    re.DOTALL,
)
_ID: Final = re.compile(r' id="(table-[^"]+)"')
_REFERENCE: Final = re.compile(r'(<a [^>]*href="#(table-[^"]+)"[^>]*>)Table</a>')

_LIST: Final = '<ol class="plates" id="tables">'


def number_tables(page: str) -> str:
    """Give every table a numbered caption, its number to the references to it, and list them.

    A table stands in a ``<div class="scroll" aria-label="...">``; where it has no caption, the
    label becomes one. ``<a href="#table-x">Table</a>`` refers to the table whose ``<div>`` has the
    id ``table-x``, before or after it. The list fills ``<ol class="plates" id="tables"></ol>``.

    Parameters
    ----------
    page : str
        A filled template.

    Returns
    -------
    str
        A reference to a table that is not there is left as it is.
    """
    numbers: dict[str, int] = {}
    listed: list[str] = []
    count = 0

    def captioned(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        others = found["others"]
        named = _ID.search(others)
        if not named:
            others += f' id="table-{count}"'
        name = named[1] if named else f"table-{count}"
        numbers[name] = count
        listed.append(f'<li><a href="#{name}">{count}. {found["label"]}</a></li>')
        caption = found["caption"] or f"<strong>{found['label']}.</strong>"
        caption = caption.replace("<strong>", f"<strong>Table {count}. ", 1)
        head = f'<div class="scroll"{others} aria-label="Table {count}">'
        return f"{head}\n<table{found['kind']}><caption>{caption}</caption>"

    def referred(found: re.Match[str]) -> str:
        return f"{found[1]}Table {numbers[found[2]]}</a>" if found[2] in numbers else found[0]

    captions = _TABLE.sub(captioned, page)
    return _REFERENCE.sub(referred, captions).replace(_LIST, _LIST + "".join(listed), 1)
