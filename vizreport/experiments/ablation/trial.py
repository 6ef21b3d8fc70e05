"""The outcome of training one variant with one seed, as files. No TensorFlow here."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from vizreport.errors import RequestError
from vizreport.experiments.study_files import StudyKind
from vizreport.models.history import Epoch
from vizreport.results.archive import pack
from vizreport.system.documents import JsonObject
from vizreport.system.paths import read_bytes

KIND = StudyKind(
    1,
    arrays=True,
    if_other="train again with a new --out",
    if_damaged="remove both, and vizreport ablate will train that network again",
)


@dataclass(frozen=True)
class Trial:
    """One training of an ablation and its errors.

    Errors are shares from 0 to 1, of class probabilities averaged over the ten crops, without
    dropout, after the last epoch.

    Attributes
    ----------
    variant : str
        A network of :data:`vizreport.models.variants.VARIANTS`.
    seed : int
        Of the initial weights, the order, the sub-crops and dropout.
    parameters : int
        Number of weights.
    training_error : float
        Top-1, on all images that trained.
    validation_error, validation_top5_error : float, float or None
        None with five classes or fewer.
    seconds : float
        Wall-clock time of the steps of all epochs.
    epochs : tuple of Epoch
        The history.
    settings : dict
        What all trials of an ablation share: ``epochs``, ``width``, ``input_size``,
        ``batch_size`` and so on, and ``data``, the fingerprints of the data.
    data, validation_data : str
        Names of the data sets.
    training_images, validation_images : int
        How many there were.
    versions : dict of str
        Of vizreport, TensorFlow and Keras.
    probabilities : float32 array [validation_images, C]
        Of the validation images, in their order.
    labels : int32 array [validation_images]
        True class of each validation image.
    """

    variant: str
    seed: int
    parameters: int
    training_error: float
    validation_error: float
    validation_top5_error: float | None
    seconds: float
    epochs: tuple[Epoch, ...]
    settings: JsonObject
    data: str
    validation_data: str
    training_images: int
    validation_images: int
    versions: dict[str, str]
    probabilities: np.ndarray = field(compare=False)
    labels: np.ndarray = field(compare=False)


def trial_name(variant: str, seed: int) -> str:
    """Stem of a trial's files, as in ``zfnet-seed-0``."""
    return f"{variant}-seed-{seed}"


def write_trial(folder: Path, trial: Trial) -> None:
    """Write ``NAME.npz`` (probabilities and labels), then ``NAME.json``, which completes it."""
    content = pack({"probabilities": trial.probabilities, "labels": trial.labels})
    values = asdict(trial)
    del values["probabilities"], values["labels"]
    path = folder / f"{trial_name(trial.variant, trial.seed)}.json"
    KIND.write(path, {"arrays_sha256": hashlib.sha256(content).hexdigest(), **values}, content)


def read_trial(folder: Path, variant: str, seed: int) -> Trial | None:
    """Read a trial; None where it is not finished.

    Raises
    ------
    RequestError
        Its files are damaged or of another schema version.
    """
    path = folder / f"{trial_name(variant, seed)}.json"
    return _read(path) if path.exists() else None


def read_trials(folder: Path) -> list[Trial]:
    """Read the finished trials of an ablation, by name.

    Raises
    ------
    RequestError
        There is no finished trial in the folder, one is damaged, or they are of different data
        or settings.
    """
    paths = sorted(folder.glob("*-seed-*.json"))
    if not paths:
        raise RequestError(
            f"{folder} contains no finished run of an ablation; pass the --out folder of "
            "vizreport ablate"
        )
    trials = [_read(path) for path in paths]
    for path, trial in zip(paths, trials, strict=True):
        require_same(path, trial.settings, trials[0].settings)
    return trials


def require_same(path: Path, found: JsonObject, wanted: JsonObject) -> None:
    """Refuse a trial whose settings are not those wanted.

    Raises
    ------
    RequestError
        Naming the first setting that differs.
    """
    wanted = json.loads(json.dumps(wanted))  # tuples come back as lists
    for name in {**wanted, **found}:
        if found.get(name) != wanted.get(name):
            change = (
                "other data"
                if name == "data"
                else f"{name} {found.get(name)}, not {wanted.get(name)}"
            )
            raise RequestError(
                f"{path} is from a run with {change}; choose another --out, or pass the same "
                "options to resume"
            )


def _read(path: Path) -> Trial:
    def trial(values: JsonObject) -> Trial:
        content = read_bytes(path.with_suffix(".npz"))
        if values.pop("arrays_sha256") != hashlib.sha256(content).hexdigest():
            raise ValueError("the arrays belong to another trial")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in ("probabilities", "labels")}
        values["epochs"] = tuple(Epoch(**epoch) for epoch in values["epochs"])
        return Trial(**values, **arrays)

    return KIND.read(path, trial)
