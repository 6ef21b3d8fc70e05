"""The faults of Fig. 6, each with its figure here and with what the paper did about it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizreport.experiments.architecture.duplicates import ALIKE
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.report.text import number, percent, quoted

LIMIT = 0.1
"""The paper's limit on a filter's RMS, for inputs of about -128 to 128 (section 3)."""

SMALLEST = 5
"""Side in px below which a filter tells too few frequencies apart."""

# From where on a figure counts as a fault. These are this program's, not the paper's.
MANY_DEAD = 0.05
MANY_ALIKE = 0.1
THIN = 0.25  # share of the middle octave; 1/3 is even
FOLDED = 0.5  # share of energy beyond the folding frequency
UNEVEN = 0.5  # constant filters of 7 px at stride 2, or 11 at 4, give about 0.4

_SMALLER = "taking 7 × 7 filters instead of 11 × 11"
_DENSER = "taking a stride of 2 instead of 4"
_RENORMALISE = "renormalising every filter whose RMS passes 0.1"


@dataclass(frozen=True)
class Sign:
    """One figure of the table.

    Attributes
    ----------
    name : str
    found : str
        What it is here; "–" where nothing can be said.
    expected : str
        What a network without the fault has.
    wrong : bool
    fault : str
        A clause that says it, where it is wrong.
    cures : tuple of str
        What the paper did about it.
    note : str
        Why nothing can be said, or "".
    praise : str
        A clause for the sentence about a network without a fault, or "".
    """

    name: str
    found: str
    expected: str
    wrong: bool
    fault: str
    cures: tuple[str, ...] = ()
    note: str = ""
    praise: str = ""


def living_shares(result: ArchitectureResult, filters: FiltersResult) -> np.ndarray:
    """Return the mean share of the three octaves over the filters that are not dead.

    Returns
    -------
    float array [3]
        NaN where there is none, or where filters are too small to tell.
    """
    counted = ~filters.dead & np.isfinite(result.shares).all(axis=1)
    if not counted.any() or min(filters.filters.shape[1:3]) < SMALLEST:
        return np.full(3, math.nan)
    return np.asarray(result.shares[counted].mean(axis=0, dtype=np.float64))


def duplicates(likeness: np.ndarray) -> int:
    """Count the maps (or filters) that an earlier one repeats."""
    return int((np.nan_to_num(likeness, nan=-1.0) > ALIKE).sum())


def find_signs(
    result: ArchitectureResult, filters: FiltersResult, mining: MiningResult
) -> list[Sign]:
    """Return every sign, in the order of the paper's Fig. 6."""
    return [
        _dominating(filters),
        _dead(filters),
        _deeper_dead(result, mining),
        _middle(result, filters),
        _beyond(result),
        _uneven(result),
        _alike(filters, result),
        _alike_maps(result),
    ]


def summary(signs: Sequence[Sign]) -> str:
    """Say in a sentence what is wrong and what the paper did about it."""
    wrong = [sign for sign in signs if sign.wrong]
    if not wrong:
        none = (
            "None of the faults that Zeiler & Fergus found in the first layers of Krizhevsky's "
            "network and mended shows here"
        )
        told = [sign.praise for sign in signs if sign.praise and not sign.note]
        return f"{none}: {_listed(told)}." if told else f"{none}."
    cures = list(dict.fromkeys(cure for sign in wrong for cure in sign.cures))
    mended = "; ".join(sign.fault for sign in wrong if sign.cures)
    others = "; ".join(sign.fault for sign in wrong if not sign.cures)
    said = []
    if mended:
        said.append(f"{_sentence(mended)} Zeiler & Fergus mended the like by {_listed(cures)}.")
    if others:
        said.append(_sentence(others))
    return " ".join(said)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _listed(parts: Sequence[str]) -> str:
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last


def _of(count: int, whole: int) -> str:
    return f"{number(count)} of {number(whole)}"


def _dominating(filters: FiltersResult) -> Sign:
    count, whole = int(filters.dominating.sum()), len(filters.filters)
    median = float(np.median(filters.rms))
    most = ""
    if median > 0:
        most = f", the strongest {float(filters.rms.max()) / median:.1f} times the median RMS"
    return Sign(
        "Dominating layer-1 filters",
        _of(count, whole) + most,
        f"none above {number(filters.dominating_ratio)} times the median",
        count > 0,
        f"{_of(count, whole)} layer-1 filters dominate{'s' if count == 1 else ''} the others",
        (_RENORMALISE,),
    )


def _dead(filters: FiltersResult) -> Sign:
    count, whole = int(filters.dead.sum()), len(filters.filters)
    return Sign(
        "Dead layer-1 filters",
        f"{_of(count, whole)} ({percent(count / whole)})",
        f"at most {percent(MANY_DEAD)}",
        count > MANY_DEAD * whole,
        f"{percent(count / whole)} of the layer-1 filters are dead",
        (_SMALLER, _DENSER),
        praise=f"{_of(count, whole)} layer-1 filters are dead",
    )


def _deeper_dead(result: ArchitectureResult, mining: MiningResult) -> Sign:
    shares = {
        name: float((mining.active[name] == 0).mean())
        for name in mining.layers
        if name not in (result.layer, mining.output_layer)
    }
    name = "Dead maps of deeper layers"
    expected = f"at most {percent(MANY_DEAD)} of a layer"
    if not shares:
        return Sign(name, "–", expected, False, "", note="no deeper layer was mined")
    worst = max(shares, key=lambda layer: shares[layer])
    return Sign(
        name,
        _most(worst, shares[worst]),
        expected,
        shares[worst] > MANY_DEAD,
        f"{percent(shares[worst])} of the maps of {quoted(worst, 40)} are dead",
    )


def _middle(result: ArchitectureResult, filters: FiltersResult) -> Sign:
    low, middle, high = living_shares(result, filters)
    height, width = filters.filters.shape[1:3]
    small = min(height, width) < SMALLEST
    thin = bool(middle < THIN)
    return Sign(
        "Energy of layer 1 in the middle octave",
        "–"
        if math.isnan(middle)
        else f"{percent(middle)} (low {percent(low)}, high {percent(high)})",
        f"about {percent(1 / 3)}, not below {percent(THIN)}",
        thin,
        f"layer-1 filters are low or high in frequency, with {percent(middle)} of their energy in "
        "the middle octave"
        if thin
        else "",
        (_SMALLER,),
        f"filters of {height} × {width} px are too small to tell low from middle frequencies"
        if small
        else "every filter is dead or zero"
        if math.isnan(middle)
        else "",
        f"{percent(middle)} of their energy lies in the middle octave",
    )


def _beyond(result: ArchitectureResult) -> Sign:
    known = not math.isnan(result.beyond)
    return Sign(
        "Energy of layer-2 projections that the first stride folds",
        percent(result.beyond)
        + (f" (white noise has {percent(result.beyond_white)})" if known else ""),
        f"at most {percent(FOLDED)}",
        result.beyond > FOLDED,
        f"{percent(result.beyond)} of the energy of layer-2 projections lies at frequencies that "
        f"a stride of {max(result.stride)} folds"
        if known
        else "",
        (_DENSER,),
        _nothing_folds(result),
        f"{percent(result.beyond)} of that of layer 2 is folded by the first stride",
    )


def _uneven(result: ArchitectureResult) -> Sign:
    known = not math.isnan(result.unevenness)
    return Sign(
        "Unevenness of layer-2 projections over the first stride's grid",
        f"{result.unevenness:.2f} (by chance {result.unevenness_chance:.2f})" if known else "–",
        f"below {UNEVEN:g}",
        result.unevenness > max(UNEVEN, 2 * result.unevenness_chance),
        "layer-2 projections show the grid of the first stride",
        (_DENSER,),
        _nothing_folds(result),
    )


def _most(layer: str, share: float) -> str:
    return f"at most {percent(share)}, in {quoted(layer, 40)}" if share else "none in any layer"


def _nothing_folds(result: ArchitectureResult) -> str:
    if result.second_reason:
        return result.second_reason
    return "a first stride of 1 folds nothing" if math.isnan(result.beyond) else ""


def _alike(filters: FiltersResult, result: ArchitectureResult) -> Sign:
    count, whole = duplicates(result.filter_similarity), len(filters.filters)
    return Sign(
        "Duplicate layer-1 filters",
        f"{_of(count, whole)} ({percent(count / whole)})",
        f"at most {percent(MANY_ALIKE)}",
        count > MANY_ALIKE * whole,
        f"{percent(count / whole)} of the layer-1 filters repeat an earlier one",
        (_SMALLER, _DENSER),
    )


def _alike_maps(result: ArchitectureResult) -> Sign:
    shares = {
        name: duplicates(likeness) / len(likeness) for name, likeness in result.correlation.items()
    }
    worst = max(shares, key=lambda layer: shares[layer])
    return Sign(
        "Maps that repeat an earlier one",
        _most(worst, shares[worst]),
        f"at most {percent(MANY_ALIKE)} of a layer",
        shares[worst] > MANY_ALIKE,
        f"{percent(shares[worst])} of the maps of {quoted(worst, 40)} repeat an earlier one",
    )
