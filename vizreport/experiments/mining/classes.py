"""What an image shows, by the name of its class."""

from __future__ import annotations

from dataclasses import dataclass

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
    label, own = int(mining.labels[image]), int(mining.data_classes[image])
    if label >= 0:
        return mining.class_names[label]
    return mining.data_class_names[own] if own >= 0 else ""


def predicted_name(mining: MiningResult, image: int) -> str:
    """Return the name of the most probable class; "" where images have no class."""
    if not mining.top_classes.shape[1]:
        return ""
    return mining.class_names[int(mining.top_classes[image, 0])]


@dataclass(frozen=True)
class CountedClasses:
    """The classes by which images are counted.

    Attributes
    ----------
    true : bool
        Whether they are the true ones, and not those predicted.
    indices : int array [N]
        Number of each image's class in ``names``; -1 where it is not known.
    names : list of str
        Of the classes that occur, sorted.
    """

    true: bool
    indices: np.ndarray
    names: list[str]

    def name(self, image: int) -> str:
        """Return the name of an image's class; "" where it is not known."""
        number = int(self.indices[image])
        return self.names[number] if number >= 0 else ""


def true_classes(mining: MiningResult) -> CountedClasses:
    """Return the true classes by name: the network's, else the data's own."""
    labelled = mining.labels >= 0
    indices = np.where(labelled, mining.labels, len(mining.class_names) + mining.data_classes)
    indices[~labelled & (mining.data_classes < 0)] = -1
    return _counted(True, indices, [*mining.class_names, *mining.data_class_names])


def counted_classes(mining: MiningResult) -> CountedClasses:
    """Return the classes by which images are counted: the true ones, if two images share one.

    With one image a class no two could agree, and without names none does: the predictions then
    say more.
    """
    true = true_classes(mining)
    if len(true.names) < int((true.indices >= 0).sum()):
        return true
    return predicted_classes(mining)


def predicted_classes(mining: MiningResult) -> CountedClasses:
    """Return the most probable classes by name."""
    if not mining.top_classes.shape[1]:
        return _counted(False, np.full(len(mining.paths), -1), [])
    return _counted(False, mining.top_classes[:, 0], mining.class_names)


def _counted(true: bool, indices: np.ndarray, called: list[str]) -> CountedClasses:
    """Number names that occur in their order; the same name is one class."""
    occur = [number for number in np.unique(indices).tolist() if number >= 0]
    names = sorted({called[number] for number in occur} - {""})
    place = {name: i for i, name in enumerate(names)}
    table = np.full(len(called) + 1, -1)
    for number in occur:
        table[number] = place.get(called[number], -1)
    return CountedClasses(true, table[indices], names)  # the last is for -1


def counted_as(mining: MiningResult, true: bool) -> str:
    """Call what images are counted by: a class of the network's, or the label of the data.

    Parameters
    ----------
    mining : MiningResult
        Has the labels and both lists of names.
    true : bool
        As :func:`counted_classes` says.
    """
    if not mining.class_names:
        return "label"
    return "class" if true else "predicted class"
