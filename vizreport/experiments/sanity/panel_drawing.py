"""The trained network's tiles beside those of random weights, drawn as in Top-9."""

from __future__ import annotations

import numpy as np
from PIL import Image

from vizreport.experiments.sanity.result import SanityResult
from vizreport.experiments.top_patches.mosaics import dash, within
from vizreport.report import montage, tone
from vizreport.report.spotlight import spotlight

_SIDE = 78  # px of a tile
_LETTERS = 16


def panels(result: SanityResult) -> Image.Image:
    """Lay out a row for each map: trained, then with all weights random."""
    cells, labels = [], []
    for place, feature_map in enumerate(result.panel_maps):
        for state, said in enumerate(("trained", "all weights random")):
            cells.append(_pair(result, state, place))
            labels.append((f"map {feature_map}", said))
    width = cells[0].width
    return montage.grid(cells, 2, width // 21, labels, max(9, width // 28), rows_belong=True)


def _pair(result: SanityResult, state: int, place: int) -> Image.Image:
    """Draw nine spotlights beside nine projections with their bars."""
    shown, insides = result.panel_shown[place], result.panel_insides[place]
    blank = tone.blank(result.panel_strengths[state])[place]
    lit, projected = [], []
    for k, stored in enumerate(result.panel_projections[state, place]):
        values = tone.signed(stored) * (shown[k] and not blank[k])
        share = insides[k] / stored.shape[0]
        light = montage.fit(
            Image.fromarray(spotlight(result.panel_patches[place, k], values, insides[k])), _SIDE
        )
        lit.append(within(light, share, white=True))
        drawn = within(tone.fitted(stored, _SIDE), share)
        projected.append(dash(drawn.width) if shown[k] and blank[k] else drawn)
    peaks = np.where(shown & ~blank, result.panel_peaks[state, place], 0)
    bars = (peaks / (peaks.max() or 1)).tolist()
    left = montage.part(lit, [0.0] * len(bars))
    return montage.beside(left, montage.part(projected, bars), 6)
