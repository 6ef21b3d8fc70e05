"""Charts for dark pages: the same drawing with light ink on the page's dark ground."""

from __future__ import annotations

import re

# Light theme to dark theme; other colours, and pictures set into a chart, stay as they are.
COLOURS = {
    "#ffffff": "#15181b",
    "#000000": "#e7e9ea",
    "#1b1f24": "#e7e9ea",
    "#5b626b": "#a3abb3",
    "#59616b": "#a3abb3",
    "#d5d9de": "#3d444b",
    "#0072b2": "#56b4e9",
    "#d55e00": "#f0883e",
    "#009e73": "#2cc295",
    "#cfe3f1": "#1f3e52",
}
_COLOUR = re.compile(r"(?<=[\s:\"'])#[0-9a-f]{6}\b")


def dark(svg: str) -> str:
    """Return a chart, drawn as SVG by matplotlib, in the colours of the dark theme."""
    svg = _COLOUR.sub(lambda found: COLOURS.get(found[0], found[0]), svg)
    # What names no colour is black.
    return svg.replace("<svg ", '<svg fill="#e7e9ea" ', 1)
