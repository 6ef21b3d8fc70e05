"""Ablation."""

from vizreport.experiments.ablation.result import AblationResult
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="ablation",
    title="Ablation",
    version=1,
    result=AblationResult,
    compute="vizreport.experiments.ablation.compute:compute",
    section="vizreport.experiments.ablation.figures:section",
    template="sections/ablation.html",
    settings=("ablation",),
)
