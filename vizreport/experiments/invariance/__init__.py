"""Invariance."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.invariance.result import InvarianceResult

EXPERIMENT = Experiment(
    name="invariance",
    title="Invariance",
    version=2,
    result=InvarianceResult,
    compute="vizreport.experiments.invariance.compute:compute",
    section="vizreport.experiments.invariance.figures:section",
    findings="vizreport.experiments.invariance.findings:findings",
    template="sections/invariance.html",
    requires=("mining",),
    settings=(
        "invariance",
        "invariance_images",
        "invariance_layers",
        "invariance_interpolation",
        "invariance_fill",
        "seed",
    ),
)
