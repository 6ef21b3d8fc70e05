"""A figure as a file of its own, for a slide, a column or a page."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image

from vizreport.drawing.charts import style
from vizreport.drawing.dark import darken
from vizreport.drawing.medium import DARK, LIGHT, Medium, drawn_for
from vizreport.drawing.section import Drawing, Figure
from vizreport.errors import RequestError
from vizreport.report.fitting import fit_chart

FORMATS = ("png", "svg", "pdf")
THEMES = ("light", "dark")
SIZES = {
    # A slide is 160 x 90 mm, as in LaTeX's beamer; presentation programs enlarge it with its
    # letters. Below its title there is this much room.
    "slide": (152.0, 70.0),
    "column": (84.0, 200.0),
    "page": (174.0, 235.0),
}
"""Width and greatest height, mm."""
LETTERS = 7.2  # points; a picture's come in whole pixels
READABLE = 6.0  # points
DPI = 300


@dataclass(frozen=True)
class Exported:
    """A figure's file.

    Attributes
    ----------
    content : bytes
        The same for the same results.
    width, height : float
        Its size, mm.
    letters : float
        Height of its smallest letters, points; infinite where it has none.
    """

    content: bytes
    width: float
    height: float
    letters: float


def place_of(size: str, theme: str = "light") -> Medium:
    """Return what a figure of a size and theme is drawn for."""
    width, height = SIZES[size]
    ground = DARK if theme == "dark" else LIGHT
    return Medium(width, height, LETTERS, ground, columns=size != "page")


def export(
    figure: Figure, form: str = "png", size: str = "page", dpi: int = DPI, theme: str = "light"
) -> Exported:
    """Draw a figure for a place.

    Charts are laid out again in the place; for slides and columns, pictures with labels come in as
    many columns as make them largest. Letters have about 7 points where they fit. In SVG and PDF
    a chart is made of lines and letters; a picture is embedded without loss, every pixel of it.

    Parameters
    ----------
    figure : Figure
        As its section declares it.
    form : {"png", "svg", "pdf"}
        Format of the file.
    size : {"slide", "column", "page"}
        Where it goes: its width and the size of its letters.
    dpi : int
        Resolution of a PNG.
    theme : {"light", "dark"}
        Of the page it stands on.

    Raises
    ------
    RequestError
        If it cannot be drawn from its result.
    """
    place = place_of(size, theme)
    with drawn_for(place), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # charts that are too small are measured and mended
        drawing = _drawn(figure)
        if isinstance(drawing, Image.Image):
            return _picture(drawing, place, form, dpi)
        with style():
            letters = fit_chart(drawing, place.width, place.height, LETTERS)
            if theme == "dark":
                darken(drawing)
            across, down = (25.4 * side for side in drawing.get_size_inches())
            return Exported(_saved(drawing, form, dpi), across, down, letters)


def _drawn(figure: Figure) -> Drawing:
    try:
        return (figure.chart or figure.draw)()
    except Exception as error:  # results that are as declared may still make no sense
        raise RequestError(
            f"figure {figure.name} cannot be drawn ({type(error).__name__}: {error}): its stored "
            "result may be damaged; delete the run's results/ folder and run its `vizreport build` "
            "command again"
        ) from error


def _picture(picture: Image.Image, place: Medium, form: str, dpi: int) -> Exported:
    mm = place.scale(*picture.size)
    width, height = mm * picture.width, mm * picture.height
    letters = min(place.used, default=float("inf")) * mm * 72 / 25.4
    if form == "png":
        content = _png(picture, width / 25.4, height / 25.4, dpi)
    else:
        content = _saved(_sheet(picture, width / 25.4, height / 25.4), form, dpi)
    return Exported(content, width, height, letters)


def _png(picture: Image.Image, width: float, height: float, dpi: int) -> bytes:
    """Encode a picture ``width`` inches wide; pixels that are enlarged stay sharp squares."""
    target = max(1, round(width * dpi)), max(1, round(height * dpi))
    factor = -(-target[0] // picture.width)
    if factor > 1:
        picture = picture.resize(
            (factor * picture.width, factor * picture.height), Image.Resampling.NEAREST
        )
    if picture.size != target:
        picture = picture.resize(target, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "PNG", dpi=(dpi, dpi), optimize=False)
    return buffer.getvalue()


def _sheet(picture: Image.Image, width: float, height: float) -> Drawing:
    """Put a picture on a sheet of its size, pixel by pixel."""
    from matplotlib.figure import Figure as Chart

    chart = Chart(figsize=(width, height))
    axes = chart.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.imshow(picture, interpolation="none", aspect="auto")
    return chart


def _saved(chart: Drawing, form: str, dpi: int) -> bytes:
    assert not isinstance(chart, Image.Image)
    none: dict[str, dict[str, None]] = {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    buffer = io.BytesIO()
    with style():
        chart.savefig(buffer, format=form, dpi=dpi, metadata=none[form])
    return buffer.getvalue()
