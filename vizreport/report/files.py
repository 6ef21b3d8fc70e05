"""Figures as files: PNG to keep, SVG for charts on screen and paper, JPEG for the PDF."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from vizreport.report.charts import style
from vizreport.report.dark import dark
from vizreport.report.section import Drawing, Figure, Highlight

DPI = 300


@dataclass(frozen=True)
class Placed:
    """A figure with its number and its files, as templates see it.

    Attributes
    ----------
    number : int
        0 for a highlight, which is not numbered.
    figure : Figure or Highlight
    screen, printed : str
        Files, relative to the report's folder.
    width, height : int
        Size of the picture, px of the screen.
    dark : str
        File for dark pages, "" where there is none of its own.
    """

    number: int
    figure: Figure | Highlight
    png: str
    screen: str
    printed: str
    width: int
    height: int
    dark: str = ""


def place(folder: Path, figure: Figure | Highlight, number: int) -> Placed:
    """Draw a figure and write its files below ``figures/`` and ``print/``.

    Parameters
    ----------
    folder : Path
    figure : Figure or Highlight
    number : int
        Its number in the report.
    """
    drawing = figure.draw()
    png = f"figures/{figure.name}.png"
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    (folder / "print").mkdir(parents=True, exist_ok=True)
    if isinstance(drawing, Image.Image):
        printed = f"print/{figure.name}.jpg"
        (folder / png).write_bytes(png_bytes(drawing))
        (folder / printed).write_bytes(jpeg_bytes(drawing))
        return Placed(number, figure, png, png, printed, *drawing.size)
    screen, night = f"figures/{figure.name}.svg", f"figures/{figure.name}-dark.svg"
    width, height = _save_chart(drawing, folder / png, folder / screen)
    (folder / night).write_text(dark((folder / screen).read_text("utf-8")), "utf-8")
    return Placed(number, figure, png, screen, png, width, height, night)


def png_bytes(picture: Image.Image) -> bytes:
    """Encode a picture without loss."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def jpeg_bytes(picture: Image.Image) -> bytes:
    """Encode a picture for print: quality 90, colours at full resolution."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()


def _save_chart(chart: Drawing, png: Path, svg: Path) -> tuple[int, int]:
    assert not isinstance(chart, Image.Image)
    inches = chart.get_size_inches()
    raw = io.BytesIO()
    with style():
        chart.savefig(raw, format="raw", dpi=DPI)
        # What stands where is settled: to lay it out once more takes as long as to draw it.
        chart.set_layout_engine("none")
        chart.savefig(svg, metadata={"Date": None, "Creator": None})
    size = int(inches[0] * DPI), int(inches[1] * DPI)
    png.write_bytes(png_bytes(Image.frombuffer("RGBA", size, raw.getvalue())))
    return round(96 * inches[0]), round(96 * inches[1])
