"""The trained network's tiles beside those of random weights, drawn as in Top-9."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image

from vizreport.drawing import montage, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.spotlight import light, spotlight
from vizreport.experiments.sanity.result import SanityResult
from vizreport.experiments.top_patches.mosaics import dash, within
from vizreport.wording.text import decimal, number

_SIDE = 78  # px of a tile
_BARS = "a projection's peak, relative to the largest of the nine"


def panels(result: SanityResult) -> Image.Image:
    """Lay out a row for each map: trained, then with all weights random."""
    cells, labels = [], []
    for place, feature_map in enumerate(result.panel_maps):
        other = f"correlation with the projections for map {result.panel_others[place]}"
        for state, weights in enumerate(("trained", "random")):
            cells.append(_pair(result, state, place))
            alike = mean_known(result.panel_alike[state, place])
            said = f"{weights} weights\n{other}: {decimal(alike)}"
            labels.append((f"map {feature_map}", said))
    width = cells[0].width
    sheet = montage.grid(cells, 2, width // 21, labels, max(9, width // 28), sets=2, bars_are=_BARS)
    head = (
        f"{drawable(next(iter(result.layers)), 40)}: left: trained weights, right: random weights"
    )
    lost = narrowest(result)
    if lost is not None and lost.trained <= tone.BLANK:
        head += (
            f". On the left, {drawable(lost.layer, 40)} blocks all but {share(lost.trained)} "
            "of the signal on its way back to the pixels: what is drawn is the rest, which does "
            "not show what a map responds to"
        )
    return montage.headed(sheet, head, max(9, width // 28))


class Narrowest(NamedTuple):
    """A rectifier's layer, and what it passes with trained and with random weights.

    Shares, 0 to 1, of the signal's root mean square.
    """

    layer: str
    trained: float
    random: float


def narrowest(result: SanityResult) -> Narrowest | None:
    """Return the rectifier that passes least of the trained network's signal; None without any."""
    if not result.panel_passed.size:
        return None
    place = int(np.argmin(result.panel_passed[0]))
    trained, random = np.sqrt(result.panel_passed[:, place].astype(np.float64)).tolist()
    return Narrowest(result.panel_rectifiers[place], trained, random)


def share(value: float) -> str:
    """Write a share that may be small."""
    return f"{number(100 * value, 2)}\u202f%"


def mean_known(values: np.ndarray) -> float:
    """Return the mean of what is not NaN; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def agreement(result: SanityResult, place: int) -> float:
    """Return how like the spotlights of random weights a map's own are: mean correlation.

    Over the tiles that both networks show; NaN where there is none.
    """
    shown = result.panel_shown[place] & ~_blank(result, place).any(axis=0)
    found = []
    for k in np.flatnonzero(shown):
        left, top, right, bottom = result.panel_insides[place, k]
        trained, random = (
            light(
                result.panel_patches[place, k], tone.signed(stored), result.panel_insides[place, k]
            )[top:bottom, left:right].ravel()
            for stored in result.panel_projections[:, place, k]
        )
        if np.ptp(trained) and np.ptp(random):
            found.append(np.corrcoef(trained, random)[0, 1])
    return float(np.mean(found)) if found else float("nan")


def _blank(result: SanityResult, place: int) -> np.ndarray:
    """Return which tiles of a map are blank, trained and random: bool [2, K]."""
    return np.stack([tone.blank(state)[place] for state in result.panel_strengths])


def _pair(result: SanityResult, state: int, place: int) -> Image.Image:
    """Draw nine spotlights beside nine projections with their bars."""
    shown, insides = result.panel_shown[place], result.panel_insides[place]
    blank = _blank(result, place)[state]
    lit, projected = [], []
    for k, stored in enumerate(result.panel_projections[state, place]):
        values = tone.signed(stored) * (shown[k] and not blank[k])
        share = insides[k] / stored.shape[0]
        shone = montage.fit(
            Image.fromarray(spotlight(result.panel_patches[place, k], values, insides[k])), _SIDE
        )
        lit.append(within(shone, share, white=True))
        drawn = within(tone.fitted(stored, _SIDE), share)
        projected.append(dash(drawn.width) if shown[k] and blank[k] else drawn)
    peaks = np.where(shown & ~blank, result.panel_peaks[state, place], 0)
    bars = (peaks / (peaks.max() or 1)).tolist()
    left = montage.part(lit, [0.0] * len(bars))
    return montage.beside(left, montage.part(projected, bars), 6)
