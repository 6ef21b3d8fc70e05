"""The ablation's errors, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


class Training(TypedDict):
    """How all the networks were trained."""

    epochs: int
    width: int | float
    input_size: int
    batch_size: int


class VariantErrors(TypedDict):
    """Errors of one network."""

    variant: str
    parameters: int
    seconds: float
    seeds: list[int]
    training: list[float]
    validation: list[float]
    top5: list[float]


class Ensemble(TypedDict):
    """Errors of averaged probabilities."""

    name: str
    members: list[tuple[str, int]]
    validation: float
    top5: float | None


@dataclass(frozen=True)
class AblationResult:
    """Errors of the networks that ``vizreport ablate`` trained.

    Errors are shares from 0 to 1, of class probabilities averaged over ten crops.

    Attributes
    ----------
    study : str
        Name of the folder.
    data, validation_data : str
        Names of the data sets that trained and that validated.
    training_images, validation_images, classes : int
        How many there were of each.
    settings : dict
        ``epochs``, ``width``, ``input_size``, ``batch_size``.
    rows : list of dict
        One a network, in the order of the published table: ``variant``, ``parameters``,
        ``seconds`` (of one training: its number of epochs times the median epoch's wall-clock
        time, over the seeds), ``seeds``, and, one for each seed, ``training``, ``validation``
        (top-1 errors) and ``top5`` (validation; empty with five classes or fewer).
    ensembles : list of dict
        Networks whose probabilities were averaged: ``name`` ("krizhevsky", "zfnet" or
        "combined"), ``members`` ([variant, seed] each), ``validation``, ``top5`` (or None).
    """

    study: str
    data: str
    validation_data: str
    training_images: int
    validation_images: int
    classes: int
    settings: Training
    rows: list[VariantErrors]
    ensembles: list[Ensemble]
