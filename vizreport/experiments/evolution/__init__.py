"""Evolution over the epochs of a training."""

from vizreport.experiments.evolution.result import EvolutionResult
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="evolution",
    title="Evolution",
    version=1,
    result=EvolutionResult,
    compute="vizreport.experiments.evolution.compute:compute",
    section="vizreport.experiments.evolution.figures:section",
    template="sections/evolution.html",
    requires=("mining", "top_patches"),
    epochs=True,
)
