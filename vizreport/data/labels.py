"""Which output of the network is the true class of an image; never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.label_file import read_label_file
from vizreport.errors import RequestError

_INDEX = re.compile(r"(\d+)[_\-. ]")


@dataclass(frozen=True)
class Labels:
    """True classes of a data set's images.

    Attributes
    ----------
    labels : int32 [n]
        Output of each record, -1 where it is not known.
    class_names : tuple of str
        Name of each class of the network.
    known : bool
        Whether any label is known.
    reason : str
        How the data's classes were matched with the network's, or why none is known, in a
        sentence or two.
    named : bool
        Whether the names are more than "class 0", "class 1" ...
    """

    labels: np.ndarray
    class_names: tuple[str, ...]
    known: bool
    reason: str
    named: bool = False


def resolve_labels(
    dataset: Dataset,
    outputs: int,
    class_names: Sequence[str] | None = None,
    class_ids: Sequence[str] | None = None,
    labels_file: Path | None = None,
    labels_in_order: bool = False,
) -> Labels:
    """Match a data set's classes with a network's outputs.

    The first that applies:

    1. every class of the data has the name or the id of one output (case, spaces, hyphens and
       underscores aside; a name that two outputs share matches none);
    2. ``labels_in_order`` and as many classes as outputs: the data's own index, for folders the
       alphabetical order;
    3. folders, some of which match: the images in the others are not known;
    4. folders, with a labels file only: the index at the start of the file names, ``42_x.jpg``,
       when every file has one and all are in range. An index is followed by one of ``_-.`` or a
       space and something more: ``42.jpg`` is the number of a file, not a class.

    Otherwise the labels are not known; :mod:`vizreport.data.label_order` then tries the order.

    Parameters
    ----------
    dataset : Dataset
        Its classes, and the folders of its images.
    outputs : int
        Number of the network's classes.
    class_names, class_ids : sequence of str, optional
        The checkpoint's own, one for each.
    labels_file : Path, optional
        In place of them, see ``read_label_file``.
    labels_in_order : bool
        Whether a user says that the outputs are the data's classes in order.

    Raises
    ------
    RequestError
        If the labels file is wrong, or the names or ids are not one for each output.
    """
    if labels_file is not None:
        class_names, class_ids = read_label_file(labels_file, outputs)
    for what, given in (("class names", class_names), ("class ids", class_ids)):
        if given and len(given) != outputs:
            raise RequestError(
                f"there are {len(given)} {what} for the network's {outputs} outputs; fix the "
                "checkpoint's sidecar or pass --labels"
            )
    names, ids = tuple(class_names or ()), tuple(class_ids or ())
    what = "classes" if _has_own(dataset) else "folders"
    labels = _by_name(dataset, names, ids, complete=True)
    how = f"The data's {what} have the names of the network's classes."
    if labels is None and labels_in_order:
        labels = in_order(dataset, outputs)
        how = f"The network's classes are the data's {what} in order, as specified."
        if labels is not None and not names:
            names = own_names(dataset, ())
    if labels is None and not _has_own(dataset):
        labels = _by_name(dataset, names, ids, complete=False)
        how = "Some of the data's folders have the names of the network's classes."
        if labels is None and labels_file is not None:
            labels = _leading_indices(dataset, outputs)
            how = "Each file's name begins with the index of its class."
    if labels is None:
        labels = np.full(len(dataset.records), -1, np.int32)
    known = bool((labels >= 0).any())
    return Labels(
        labels,
        names or tuple(f"class {i}" for i in range(outputs)),
        known,
        how if known else _why(dataset, outputs, names, ids, labels_file, labels_in_order),
        bool(names),
    )


def own_names(dataset: Dataset, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """Return the data's own names of their classes, where they have any."""
    return dataset.class_names or otherwise


def _has_own(dataset: Dataset) -> bool:
    return any(record.label is not None for record in dataset.records)


def _classes(dataset: Dataset) -> list[str]:
    """Return the names of the classes that occur, sorted."""
    return sorted({record.class_name for record in dataset.records if record.class_name})


def _key(name: str) -> str:
    return " ".join(re.split(r"[\s_\-]+", name.casefold())).strip()


def _match(names: Sequence[str], ids: Sequence[str]) -> dict[str, int]:
    """Return the output of every name and id that belongs to one output only."""
    outputs: dict[str, set[int]] = {}
    for texts in (names, ids):
        for output, text in enumerate(texts):
            outputs.setdefault(_key(text), set()).add(output)
    return {text: found.pop() for text, found in outputs.items() if text and len(found) == 1}


def _by_name(
    dataset: Dataset, names: Sequence[str], ids: Sequence[str], complete: bool
) -> np.ndarray | None:
    """Return labels by names and ids; None if none matches, or not all though ``complete``."""
    outputs = _match(names, ids)
    classes = _classes(dataset)
    found = {name: outputs[_key(name)] for name in classes if _key(name) in outputs}
    if not found or (complete and len(found) < len(classes)):
        return None
    return _by_class(dataset, found)


def _by_class(dataset: Dataset, found: dict[str, int]) -> np.ndarray:
    labels = [found.get(record.class_name or "", -1) for record in dataset.records]
    return np.array(labels, np.int32)


def in_order(dataset: Dataset, outputs: int) -> np.ndarray | None:
    """Return labels by the order of the data's classes; None where the numbers do not fit."""
    if not _has_own(dataset):
        if len(dataset.class_names) != outputs:
            return None
        return _by_class(dataset, {name: i for i, name in enumerate(dataset.class_names)})
    own = [-1 if record.label is None else record.label for record in dataset.records]
    classes = len(dataset.class_names) or outputs
    return np.array(own, np.int32) if classes == outputs and max(own) < outputs else None


def _leading_indices(dataset: Dataset, outputs: int) -> np.ndarray | None:
    indices = []
    for record in dataset.records:
        stem = Path(record.path).stem
        match = _INDEX.match(stem)
        if match is None or match.end() == len(stem) or int(match[1]) >= outputs:
            return None
        indices.append(int(match[1]))
    return np.array(indices, np.int32) if indices else None


def _why(
    dataset: Dataset,
    outputs: int,
    names: Sequence[str],
    ids: Sequence[str],
    labels_file: Path | None,
    labels_in_order: bool,
) -> str:
    """Return why no label is known, in a sentence or two."""
    classes, has_own = _classes(dataset), _has_own(dataset)
    if not classes and not has_own:
        if not labels_file:
            return (
                "The images have no classes: sort them into a folder for each class, or, where "
                "file names start with the index of an output, pass the outputs' names (--labels)."
            )
        return (
            "The images have no classes (folders), and not every file name starts with the index "
            "of an output."
        )
    what = "classes" if has_own else "folders"
    if labels_in_order:
        count = len(dataset.class_names) or len({r.label for r in dataset.records})
        return f"The data have {count} {what} and the network {outputs} outputs."
    if not names:
        return (
            "The network's outputs have no names to match with the data's classes (--labels), and "
            "their order is not known to agree (--labels-in-order)."
        )
    if not classes:
        return (
            "The data's classes have no names to match with those of the outputs, and their order "
            "is not "
            "known to agree (--labels-in-order)."
        )
    unmatched = [name for name in classes if _key(name) not in _match(names, ids)]
    shared = any(_key(name) in map(_key, (*names, *ids)) for name in unmatched)
    output = "a single output" if shared else "an output"
    return (
        f"{_some(unmatched, 'class' if has_own else 'folder')} no name or id of {output}, and "
        "their order is not known to agree (--labels-in-order)."
    )


def _some(names: list[str], kind: str) -> str:
    """Return the subject of a sentence about at most three of the names."""
    shown = ", ".join(f"'{name}'" for name in names[:3])
    plural = kind + ("es" if kind.endswith("s") else "s")
    if len(names) == 1:
        return f"The {kind} {shown} has"
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"The {plural} {shown}{more} have"
