"""The results of a transfer, as a file. No TensorFlow here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

from vizreport.data.preprocessing import Fields
from vizreport.errors import RequestError
from vizreport.experiments.study_files import StudyKind
from vizreport.results.manifest import add, prepare
from vizreport.system.documents import JsonObject

KIND = StudyKind(
    1,
    arrays=False,
    if_other="choose another --out",
    if_damaged="remove it, and vizreport transfer will learn again from the features beside it",
)
FILE = "transfer.json"
FEATURES = "features"
WRITER = "transfer"
"""Of the folder, see :mod:`vizreport.results.manifest`."""

_VECTORS = re.compile(r".+-[0-9a-f]{16}\.npy")


@dataclass(frozen=True)
class LayerScores:
    """What one classifier reached on the features of one layer, or a network by itself.

    Attributes
    ----------
    layer : str
        Name of the layer; for a control the name of its network.
    classifier : str
        "svm" or "softmax"; "scratch" for a control.
    features : int
        Numbers in a feature vector; 0 for a control.
    size : list of int
        Rows, columns and maps of the features; [units] without places.
    per_class : int
        Images of each class that trained; 0 for all of the training split.
    seeds : list of int
        One for each random split.
    scores : list of lists of float or None
        For each split and class: share of the test images that were named rightly; of data with
        several classes an image, average precision. None for a class without test images.
    """

    layer: str
    classifier: str
    features: int
    size: list[int]
    per_class: int
    seeds: list[int]
    scores: list[list[float | None]]


class About(TypedDict):
    """What a transfer was asked for, and of what.

    ``checkpoint`` is the file's name; ``measure`` is "accuracy" or "average precision";
    ``test_images`` is the number of a split's, on average.
    """

    checkpoint: str
    checkpoint_sha256: str
    network: str
    preprocessing: Fields
    data: str
    data_fingerprint: str
    test_data: str | None
    test_fingerprint: str | None
    class_names: list[str]
    measure: str
    test_images: int
    settings: JsonObject
    versions: dict[str, str]


@dataclass(frozen=True)
class TransferRecord:
    """A transfer and its results so far.

    Attributes
    ----------
    about : About
        What was asked, of what.
    layers : tuple of str
        All layers asked for, from the input on.
    results : tuple of LayerScores
        One for each layer, classifier and number of images that is finished.
    """

    about: About
    layers: tuple[str, ...]
    results: tuple[LayerScores, ...]


def prepare_transfer(folder: Path) -> None:
    """Make sure that the folder can take a transfer.

    Raises
    ------
    RequestError
        If something is in the way that is not a transfer's, or the folder cannot be written to.
    """
    prepare(folder, WRITER, (FILE, f"{FEATURES}/"), _adopted)


def _adopted(folder: Path) -> Iterator[str]:
    """Name the files of a transfer of the first edition."""
    try:
        if read_record(folder) is None:
            return
    except RequestError:  # of another kind
        return
    yield FILE
    for path in (folder / FEATURES).glob("*-*.npy"):
        if _VECTORS.fullmatch(path.name):
            yield f"{FEATURES}/{path.name}"


def write_record(folder: Path, record: TransferRecord) -> None:
    """Write ``transfer.json`` in place of the one before."""
    add(folder, WRITER, [FILE])
    KIND.write(folder / FILE, asdict(record))


def read_record(folder: Path) -> TransferRecord | None:
    """Read ``transfer.json``; None where there is none.

    Raises
    ------
    RequestError
        The file is damaged or of another schema version.
    """
    path = folder / FILE
    return KIND.read(path, _record) if path.exists() else None


def _record(values: JsonObject) -> TransferRecord:
    results = tuple(LayerScores(**result) for result in values["results"])
    return TransferRecord(values["about"], tuple(values["layers"]), results)
