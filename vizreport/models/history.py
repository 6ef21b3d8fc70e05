"""What happened in each epoch, as CSV and JSON. No TensorFlow here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from vizreport.errors import RequestError
from vizreport.results.atomic import write_text
from vizreport.system.documents import JsonObject
from vizreport.system.paths import read_bytes

SCHEMA_VERSION = 1
HISTORY = "history.json"
TABLE = "history.csv"
TIMES = ("seconds", "images_per_second")
"""Fields of an epoch that differ from one training to the same again."""


@dataclass(frozen=True)
class Epoch:
    """One epoch of a training.

    Attributes
    ----------
    epoch : int
        From 1.
    learning_rate : float
        Of its steps.
    training_loss, training_error : float
        Mean cross-entropy (nats) and share of wrong predictions over the epoch's steps, with
        dropout and while the weights change.
    validation_loss, validation_error : float
        After the epoch, central crop.
    validation_top5_error : float or None
        None with five classes or fewer.
    seconds : float
        Wall-clock time of the steps.
    images_per_second : float
        Of the steps.
    """

    epoch: int
    learning_rate: float
    training_loss: float
    training_error: float
    validation_loss: float
    validation_error: float
    validation_top5_error: float | None
    seconds: float
    images_per_second: float


def write_history(out: Path, about: JsonObject, epochs: Sequence[Epoch]) -> None:
    """Write ``history.csv`` (one line an epoch) and ``history.json`` (with ``about`` before).

    Errors are shares from 0 to 1. Both files are replaced at once.

    Parameters
    ----------
    out : Path
        Their folder.
    about : dict
        What was trained on what: ``model``, ``settings`` and so on.
    epochs : sequence of Epoch
        Rising, all there are.
    """
    table = io.StringIO()
    writer = csv.DictWriter(table, [field.name for field in fields(Epoch)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(epoch) for epoch in epochs)
    write_text(out / TABLE, table.getvalue())
    document = {
        "schema_version": SCHEMA_VERSION,
        **about,
        "epochs": [asdict(epoch) for epoch in epochs],
    }
    write_text(out / HISTORY, json.dumps(document, indent=2) + "\n")


def read_history(folder: Path) -> tuple[Epoch, ...]:
    """Read the ``history.json`` of a training's folder.

    Returns
    -------
    tuple of Epoch
        In rising order; empty where the folder has no such file.

    Raises
    ------
    RequestError
        The file is damaged or of another schema version.
    """
    path = folder / HISTORY
    try:
        document = json.loads(read_bytes(path))
        version = document["schema_version"]
        known = version == SCHEMA_VERSION
        epochs = [Epoch(**epoch) for epoch in document["epochs"]] if known else []
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise RequestError(
            f"{path} is not a valid training history ({error}); fix it or move it away"
        ) from error
    if not known:
        raise RequestError(
            f"{path} has schema_version {version!r}, but this vizreport reads {SCHEMA_VERSION}; "
            "move it away"
        )
    return tuple(sorted(epochs, key=lambda epoch: epoch.epoch))
