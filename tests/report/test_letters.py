"""Letters of every figure, as large as they come in a column and on a page."""

from __future__ import annotations

import pytest
from matplotlib.text import Text
from PIL import Image

from tests.report.fake_run import make_fake_run
from vizreport.drawing.medium import Medium, drawn_for
from vizreport.drawing.section import Figure
from vizreport.experiments.registry import experiments
from vizreport.report.export import READABLE, place_of
from vizreport.report.reading import read_sections
from vizreport.results.run import read_run

LEAST = {"column": READABLE, "page": 7.0}  # points
SECTIONS = [name for name, experiment in experiments().items() if experiment.section]


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Figure, ...]]:
    folder = tmp_path_factory.mktemp("letters")
    make_fake_run(folder, hostile_names=True)
    run = read_run(folder)
    return {read.record.name: read.section.figures for read in read_sections(folder, run)}


@pytest.mark.parametrize("size", LEAST)
@pytest.mark.parametrize("section", SECTIONS)
def test_letters_can_be_read(figures, section, size):
    place = place_of(size)
    for figure in figures.get(section, ()):
        assert _smallest(figure, place) >= LEAST[size], figure.name


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("filters", "filters"),
        ("diagnosis", "diagnosis-places"),
        ("diagnosis", "diagnosis-averages"),
    ],
)
def test_letters_can_be_read_on_a_slide(figures, section, name):
    figure = next(each for each in figures[section] if each.name == name)
    assert _smallest(figure, place_of("slide")) >= READABLE


def _smallest(figure: Figure, place: Medium) -> float:
    """Return the height of a figure's smallest letters in a place, points.

    A chart's are measured where they are smallest: shrunk in proportion with the chart.
    """
    place.used.clear()
    with drawn_for(place):
        drawn = (figure.chart or figure.draw)()
    if isinstance(drawn, Image.Image):
        points = place.scale(*drawn.size) * 72 / 25.4
        return min(place.used, default=float("inf")) * points
    drawn.draw_without_rendering()
    width, height = (25.4 * side for side in drawn.get_size_inches())
    texts = [text for text in drawn.findobj(Text) if text.get_text().strip()]
    sizes = [text.get_fontsize() for text in texts if text.get_visible()]
    return min(sizes) * min(place.width / width, place.height / height)
