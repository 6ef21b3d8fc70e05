"""Optimised inputs."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.optimised_inputs.settings import OptimisedInputsSettings

EXPERIMENT = Experiment(
    name="optimised_inputs",
    title="Optimised inputs",
    version=2,
    result="vizreport.experiments.optimised_inputs.result:OptimisedInputsResult",
    compute="vizreport.experiments.optimised_inputs.compute:compute",
    section="vizreport.experiments.optimised_inputs.figures:section",
    findings="vizreport.experiments.optimised_inputs.findings:findings",
    template="sections/optimised_inputs.html",
    requires=("mining", "top_patches"),
    settings=("layers", "seed"),
    own=OptimisedInputsSettings,
    cost="about 50 forward and backward passes, on crops, for each of up to 16 maps per layer",
)
