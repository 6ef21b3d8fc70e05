"""Charts for dark pages: the same drawing with light ink on the page's dark ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
    "#8c6bb1": "#b39ddb",
    "#b58900": "#e0b93c",
    "#7f5f3f": "#c49a6c",
    "#882255": "#c2497c",
    "#cc79a7": "#f0b3d5",
    "#cfe3f1": "#1f3e52",
}
_SVG = "http://www.w3.org/2000/svg"


def dark(svg: str) -> str:
    """Return a chart, drawn as SVG by matplotlib, in the colours of the dark theme."""
    # Names are registered for the whole process, where other libraries take them, too.
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    whole = ElementTree.fromstring(svg)
    for element in whole.iter():
        for name in ("style", "fill", "stroke", "stop-color"):
            value = element.get(name)
            if value:
                element.set(name, _recoloured(value))
    whole.set("fill", "#e7e9ea")  # what names no colour is black
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(whole, "unicode")


def _recoloured(style: str) -> str:
    """Exchange the colours of a style, such as "fill: #1b1f24; opacity: 0.5", or of one value."""
    parts = [part.rpartition(":") for part in style.split(";")]
    return ";".join(
        before + colon + (value.replace(value.strip(), COLOURS.get(value.strip(), value.strip())))
        for before, colon, value in parts
    )


def darken(chart: Figure) -> None:
    """Give a chart's ground, letters, lines and areas the colours of the dark theme."""
    chart.draw_without_rendering()  # brings the ticks into being
    artists: list[Any] = chart.findobj()
    artists += [each.arrow_patch for each in artists if getattr(each, "arrow_patch", None)]
    for artist in artists:
        for of in ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor"):
            read, write = (getattr(artist, f"{verb}_{of}", None) for verb in ("get", "set"))
            if not (read and write):
                continue
            colour = read()
            # Writing none, as of outlines without areas, would let the colour map fill them.
            if len(colour):
                write(_darkened(colour))


def _darkened(colour: Any) -> Any:
    """Return the dark theme's colour, or colours [N, 4], with the same opacity."""
    from matplotlib.colors import is_color_like, to_hex, to_rgba

    if isinstance(colour, str) and colour in ("none", "auto"):
        return colour
    if is_color_like(colour):
        red, green, blue, opacity = to_rgba(colour)
        known = to_hex((red, green, blue))
        return (*to_rgba(COLOURS.get(known, known))[:3], opacity)
    return [_darkened(each) for each in colour]
