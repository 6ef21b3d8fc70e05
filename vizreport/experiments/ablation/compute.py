"""Read the finished trainings of an ablation, and average the predictions of ensembles."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.ablation.result import AblationResult, Ensemble, Training, VariantErrors
from vizreport.experiments.ablation.trial import Trial, read_trials
from vizreport.experiments.settings import Given
from vizreport.experiments.studies import study_folder
from vizreport.models.accuracy import ranks, top_errors
from vizreport.models.variants import VARIANTS

WIDE = "zfnet-maps-512-1024-512"


def compute(settings: Given) -> AblationResult:
    """Put the results of ``vizreport ablate`` together.

    Raises
    ------
    NotApplicable
        No folder of results was given, and there is none beside the checkpoint.
    """
    folder = study_folder(settings.ablation, "ablation", "ablate")
    trials = read_trials(folder)
    first = trials[0]
    by_variant = {name: [t for t in trials if t.variant == name] for name in VARIANTS}
    by_variant = {name: sorted(found, key=_seed) for name, found in by_variant.items() if found}
    return AblationResult(
        study=folder.resolve().name,
        data=first.data,
        validation_data=first.validation_data,
        training_images=first.training_images,
        validation_images=first.validation_images,
        classes=first.probabilities.shape[1],
        settings=Training(
            epochs=first.settings["epochs"],
            width=first.settings["width"],
            input_size=first.settings["input_size"],
            batch_size=first.settings["batch_size"],
        ),
        rows=[_row(found) for found in by_variant.values()],
        ensembles=ensembles(by_variant),
    )


def _seed(trial: Trial) -> int:
    return trial.seed


def _row(trials: list[Trial]) -> VariantErrors:
    return {
        "variant": trials[0].variant,
        "parameters": trials[0].parameters,
        "seconds": _seconds(trials),
        "seeds": [trial.seed for trial in trials],
        "training": [trial.training_error for trial in trials],
        "validation": [trial.validation_error for trial in trials],
        "top5": [
            trial.validation_top5_error
            for trial in trials
            if trial.validation_top5_error is not None
        ],
    }


def _seconds(trials: list[Trial]) -> float:
    """Time of one training: its epochs times their median time, which a pause does not lengthen."""
    epochs = [epoch.seconds for trial in trials for epoch in trial.epochs]
    return len(trials[0].epochs) * float(np.median(epochs))


def ensembles(by_variant: dict[str, list[Trial]]) -> list[Ensemble]:
    """Average the predictions of each unchanged network's seeds, and of the paper's (a) and (b).

    The last is ZFNet's seeds together with one ZFNet of 512, 1024, 512 maps in layers 3, 4, 5
    (paper, Table 2).

    Parameters
    ----------
    by_variant : dict of str to list of Trial
        Rising seeds.
    """
    chosen = {name: by_variant.get(name, []) for name in ("krizhevsky", "zfnet")}
    chosen["combined"] = [*chosen["zfnet"], *by_variant.get(WIDE, [])[:1]]
    if not chosen["zfnet"] or len(chosen["combined"]) == len(chosen["zfnet"]):
        del chosen["combined"]
    return [_ensemble(name, trials) for name, trials in chosen.items() if len(trials) > 1]


def _ensemble(name: str, trials: list[Trial]) -> Ensemble:
    mean = np.stack([trial.probabilities for trial in trials]).mean(0, dtype=np.float64)
    first, fifth = top_errors(ranks(mean, trials[0].labels), mean.shape[1])
    return {
        "name": name,
        "members": [(trial.variant, trial.seed) for trial in trials],
        "validation": first,
        "top5": fifth,
    }
