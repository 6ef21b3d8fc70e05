"""Ablation."""

from vizreport.experiments.ablation.settings import AblationSettings
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="ablation",
    title="Ablation",
    version=2,
    result="vizreport.experiments.ablation.result:AblationResult",
    compute="vizreport.experiments.ablation.compute:compute",
    section="vizreport.experiments.ablation.figures:section",
    findings="vizreport.experiments.ablation.findings:findings",
    template="sections/ablation.html",
    own=AblationSettings,
    cost="none: reads the results of vizreport ablate",
)
