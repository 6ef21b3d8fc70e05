"""How other preprocessings would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


class Alternative(TypedDict):
    """Another preprocessing, compared with the one used on the same ``images``.

    ``values`` says what it makes of pixel values, ``options`` how to ask for it. ``correct`` images
    are classified correctly under it, ``used_correct`` under the one used; ``gained`` under it
    alone, ``lost`` under the one used alone. ``p`` of the exact McNemar test, Holm-corrected over
    all alternatives; 1 where it was left after the first look. ``better`` beyond chance.
    ``classes`` and ``active`` as for the one used.
    """

    values: str
    options: str
    images: int
    correct: int
    used_correct: int
    gained: int
    lost: int
    p: float
    better: bool
    classes: int
    active: int


@dataclass(frozen=True)
class PreprocessingResult:
    """The preprocessing, why it is this one, and how others would do.

    Attributes
    ----------
    description, values : str
        The one used, whole, and what it makes of pixel values.
    reason : str
        Why it is this one, a sentence without its full stop.
    warning : str
        What was known to speak against it beforehand, a sentence; "" for nothing.
    labelled : int
        Images whose class is known, or taken from the order of the folders.
    labels_known : bool
        Whether it is known; else the folders in alphabetical order are tried for the classes.
    images, correct : int
        Of these, images that were looked at under the one used, and how many are classified
        correctly.
    predicted : int
        Images with a prediction, of all.
    classes : int
        Different classes among these predictions.
    only_class : str
        Name of the class, where it is the only one although the images show several, and no layer
        is as initialised, which would explain it.
    alternatives : list of Alternative
        Best first.
    layer : str
        The first layer; "" without one.
    sampled, active : int
        Images in which it was looked at, and those in which some unit of it is above 0.
    saturated : float or None
        Share of its activations (0 to 1) at a limit of its activation function; None where that
        has none.
    """

    description: str
    values: str
    reason: str
    warning: str
    labelled: int
    labels_known: bool
    images: int
    correct: int
    predicted: int
    classes: int
    only_class: str
    alternatives: list[Alternative]
    layer: str
    sampled: int
    active: int
    saturated: float | None
