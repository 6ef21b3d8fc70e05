"""Figures as files: PNG or JPEG to keep, SVG for charts, PNG or JPEG for pictures in the PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from vizreport.drawing.charts import style
from vizreport.drawing.dark import dark
from vizreport.drawing.encoding import DPI, encoded, png_bytes
from vizreport.drawing.section import PRINT_WIDTH, Drawing, Figure, Highlight

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Chart

PRINT = "figures/print"
"""Folder of the pictures as the PDF has them."""


@dataclass(frozen=True)
class Placed:
    """A figure with its number and its files, as templates see it.

    Attributes
    ----------
    number : str
        "" for a highlight, which is not numbered.
    figure : Figure or Highlight
        As its section declares it.
    kept, screen, printed : str
        Files, relative to the report's folder: to keep, for pages, for the PDF.
    width, height : int
        Size of the picture, px of the screen.
    dark : str
        File for dark pages, "" where there is none of its own.
    """

    number: str
    figure: Figure | Highlight
    kept: str
    screen: str
    printed: str
    width: int
    height: int
    dark: str = ""


def place(folder: Path, figure: Figure | Highlight, number: str = "") -> Placed:
    """Draw a figure and write its files below ``figures/`` and ``figures/print/``.

    Parameters
    ----------
    folder : Path
        Of the report that is being made.
    figure : Figure or Highlight
        As its section declares it.
    number : str
        Its number in the report.
    """
    drawing = figure.draw()
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    (folder / PRINT).mkdir(parents=True, exist_ok=True)
    if isinstance(drawing, Image.Image):
        width = figure.width if isinstance(figure, Figure) else PRINT_WIDTH / 3
        (ending, content), in_print = encoded(drawing, width)
        kept = f"figures/{figure.name}{ending}"
        (folder / kept).write_bytes(content)
        ending, content = in_print
        printed = f"{PRINT}/{figure.name}{ending}"
        (folder / printed).write_bytes(content)
        return Placed(number, figure, kept, kept, printed, *drawing.size)
    png = f"figures/{figure.name}.png"
    screen, night = f"figures/{figure.name}.svg", f"figures/{figure.name}-dark.svg"
    width, height = _save_chart(drawing, folder / png, folder / screen)
    (folder / night).write_text(dark((folder / screen).read_text("utf-8")), "utf-8")
    return Placed(number, figure, png, screen, screen, width, height, night)


def _save_chart(chart: Drawing, png: Path, svg: Path) -> tuple[int, int]:
    assert not isinstance(chart, Image.Image)
    inches = chart.get_size_inches()
    raw = io.BytesIO()
    with style():
        _lay_out(chart)
        chart.savefig(raw, format="raw", dpi=DPI)
        chart.savefig(svg, metadata={"Date": None, "Creator": None})
    size = int(inches[0] * DPI), int(inches[1] * DPI)
    png.write_bytes(png_bytes(Image.frombuffer("RGBA", size, raw.getvalue())))
    return round(96 * inches[0]), round(96 * inches[1])


def _lay_out(chart: Chart) -> None:
    """Settle what stands where, once: matplotlib draws all in vain for it at every saving."""
    engine, dpi = chart.get_layout_engine(), chart.dpi
    if engine is not None:
        chart.set_dpi(DPI)
        engine.execute(chart)
        chart.set_dpi(dpi)
        chart.set_layout_engine(None)
