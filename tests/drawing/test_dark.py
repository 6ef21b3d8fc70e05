"""Charts in the colours of the dark theme."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Chart

from vizreport.drawing.dark import darken
from vizreport.experiments.diagnosis.charts_of import confusion
from vizreport.experiments.mining.predictions import LabelledPredictions


def luminance(colour) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_numbers_contrast_with_their_cells_in_both_themes():
    labels, predicted = [], []
    for true in range(12):  # row k has 100 - 8 k % on its diagonal
        labels += 100 * [true]
        predicted += (100 - 8 * true) * [true] + 8 * true * [(true + 1) % 12]
    given = LabelledPredictions(
        np.arange(1200), np.array(labels), np.array(predicted), np.ones(1200), tuple("abcdefghijkl")
    )
    chart = confusion(given).draw()
    axes = chart.axes[0]
    for change in (lambda _: None, darken):
        change(chart)
        assert len(axes.texts) == 23
        for text in axes.texts:
            cell = axes.images[0].cmap(int(text.get_text()) / 100)
            light, low = sorted((luminance(text.get_color()), luminance(cell[:3])), reverse=True)
            assert (light + 0.05) / (low + 0.05) > 4


def test_outlines_stay_outlines():
    chart = Chart(figsize=(1, 1), dpi=50)
    axes = chart.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.imshow(np.full((9, 9, 3), 0.25))
    where = np.zeros((9, 9))
    where[2:7, 2:7] = 1
    axes.contour(where, [0.5], colors="#d55e00")
    canvas = FigureCanvasAgg(chart)
    darken(chart)
    canvas.draw()
    drawn = np.asarray(canvas.buffer_rgba())[..., :3]
    assert drawn[25, 25].max() < 70
    assert (drawn[..., 0] > 200).any()
