"""What an image shows, by the name of its class."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.mining.result import MiningResult


def true_name(mining: MiningResult, image: int) -> str:
    """Return the true class's name: the network's, else the data's own; "" where neither is known.

    Parameters
    ----------
    mining : MiningResult
        Has the labels and both lists of names.
    image : int
        Its number there.
    """
    label = int(mining.labels[image])
    return mining.class_names[label] if label >= 0 else mining.data_classes[image]


def predicted_name(mining: MiningResult, image: int) -> str:
    """Return the name of the most probable class; "" where images have no class."""
    if not mining.top_classes.shape[1]:
        return ""
    return mining.class_names[int(mining.top_classes[image, 0])]


def counted_names(mining: MiningResult) -> tuple[bool, list[str]]:
    """Return the names by which images are counted: the true ones, if two images share one.

    With one image a class no two could agree, and without names none does: the predictions then
    say more.

    Returns
    -------
    true : bool
        Whether they are the true names.
    names : list of str
        Of each image; "" where not known.
    """
    images = range(len(mining.paths))
    names = [true_name(mining, image) for image in images]
    known = [name for name in names if name]
    if len(set(known)) < len(known):
        return True, names
    return False, [predicted_name(mining, image) for image in images]


def counted_as(mining: MiningResult, true: bool) -> str:
    """Call what images are counted by: a class of the network's, or the label of the data.

    Parameters
    ----------
    mining : MiningResult
        Has the labels and both lists of names.
    true : bool
        As :func:`counted_names` returns it.
    """
    if not mining.class_names:
        return "label"
    return "class" if true else "predicted class"


def numbered(names: list[str]) -> np.ndarray:
    """Return a number for each name, the same for the same, -1 for "": int [N]."""
    numbers = {name: i for i, name in enumerate(sorted(set(names) - {""}))}
    return np.array([numbers.get(name, -1) for name in names], int)
