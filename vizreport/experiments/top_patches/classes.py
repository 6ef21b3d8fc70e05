"""What classes the nine images of a map show, and the class that a class unit stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizreport.experiments.mining.classes import predicted_classes, true_classes
from vizreport.experiments.mining.result import MiningResult

_FEW = 1.5  # images a class below which the nine can hardly agree


@dataclass(frozen=True)
class Counted:
    """The classes among a map's images.

    Attributes
    ----------
    own : str
        The class whose score the unit is, "" where it is not one.
    common : str
        The class counted: a class unit's own, else the most frequent; "" where none is counted.
    times : int
        How many of the images show it.
    other : str
        Of a class unit, the most frequent other class where it is more frequent than its own.
    other_times : int
        How many of the images show that; 0 where there is none.
    """

    own: str = ""
    common: str = ""
    times: int = 0
    other: str = ""
    other_times: int = 0


def own_class(mining: MiningResult, layer: str, feature_map: int) -> str:
    """Return the class whose score a unit is, "" where its layer is not the class scores."""
    names = mining.class_names
    if layer != mining.output_layer or not names:
        return ""
    maps = len(mining.layers[layer].values)
    if maps == 1 and len(names) == 2:
        return names[1]  # one score for two classes
    return names[feature_map] if maps == len(names) else ""


def is_counted(mining: MiningResult) -> bool:
    """Tell whether counts say anything: not with about one image a class, nor with one class."""
    true = true_classes(mining)
    if not true.names:
        return len(predicted_classes(mining).names) > 1
    known = int((true.indices >= 0).sum())
    return len(true.names) > 1 and known >= _FEW * len(true.names)


def counted(names: Sequence[str], own: str, matched: bool) -> Counted:
    """Count the classes of a map's images.

    Parameters
    ----------
    names : sequence of str
        Of each image, the strongest first; "" where it is not known.
    own : str
        See :func:`own_class`.
    matched : bool
        Whether the names are the network's classes, so that a unit's own can be counted.
    """
    # Ties go to the stronger activation, as Counter keeps the order of arrival.
    found = Counter(name for name in names if name)
    if not own or not found:
        common, times = found.most_common(1)[0] if found else ("", 0)
        return Counted(own, common, times)
    if not matched:
        return Counted(own)
    times = found.pop(own, 0)
    other, others = found.most_common(1)[0] if found else ("", 0)
    return Counted(own, own, times, *((other, others) if others > times else ()))


def said(classes: Counted, of: int) -> str:
    """Say what a class unit's images are, after its name: "0 of 9 images; 9 are bicycle"."""
    text = f"{classes.times} of {of} images"
    if classes.other:
        verb = "is" if classes.other_times == 1 else "are"
        text += f"; {classes.other_times} {verb} {classes.other}"
    return text


def purity(images: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the share of the most frequent class among each map's images.

    Parameters
    ----------
    images : int array [m, K]
        -1 where there is none.
    classes : int array [N]
        Class of each image, -1 where it is not known.

    Returns
    -------
    float array [m]
        Of the images whose class is known; NaN where there is none.
    """
    shares = np.full(len(images), np.nan)
    if not len(classes):
        return shares
    for row, found in enumerate(images):
        known = classes[found[found >= 0]]
        known = known[known >= 0]
        if len(known):
            shares[row] = np.bincount(known).max() / len(known)
    return shares
