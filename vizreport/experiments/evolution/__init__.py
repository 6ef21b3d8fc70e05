"""Evolution over the epochs of a training."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="evolution",
    title="Evolution",
    version=2,
    result="vizreport.experiments.evolution.result:EvolutionResult",
    compute="vizreport.experiments.evolution.compute:compute",
    section="vizreport.experiments.evolution.figures:section",
    findings="vizreport.experiments.evolution.findings:findings",
    template="sections/evolution.html",
    requires=("mining", "top_patches"),
    settings=("layers", "rule"),
    epochs=True,
    cost="a forward pass over all images for each epoch shown but the last, at most 7",
)
