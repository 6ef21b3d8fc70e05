"""Evolution over the epochs of a training."""

from vizreport.experiments.evolution.result import EvolutionResult
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="evolution",
    title="Evolution",
    version=2,
    result=EvolutionResult,
    compute="vizreport.experiments.evolution.compute:compute",
    section="vizreport.experiments.evolution.figures:section",
    findings="vizreport.experiments.evolution.findings:findings",
    template="sections/evolution.html",
    requires=("mining", "top_patches"),
    epochs=True,
)
