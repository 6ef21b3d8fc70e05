"""Invariance."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.invariance.settings import InvarianceSettings

EXPERIMENT = Experiment(
    name="invariance",
    title="Invariance",
    version=4,
    result="vizreport.experiments.invariance.result:InvarianceResult",
    compute="vizreport.experiments.invariance.compute:compute",
    section="vizreport.experiments.invariance.figures:section",
    findings="vizreport.experiments.invariance.findings:findings",
    template="sections/invariance.html",
    requires=("mining",),
    settings=("seed",),
    own=InvarianceSettings,
    cost="a forward pass over each transformed copy of about 55 images",
)
