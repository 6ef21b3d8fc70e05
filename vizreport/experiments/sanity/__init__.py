"""Sanity: whether the pictures depend on what the network learned."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.sanity.settings import SanitySettings

EXPERIMENT = Experiment(
    name="sanity",
    title="Sanity",
    version=5,
    result="vizreport.experiments.sanity.result:SanityResult",
    compute="vizreport.experiments.sanity.compute:compute",
    section="vizreport.experiments.sanity.figures:section",
    findings="vizreport.experiments.sanity.findings:findings",
    template="sections/sanity.html",
    requires=("mining",),
    settings=("layers", "occlusion_layer", "seed"),
    own=SanitySettings,
    cost="projections of a few units from about as many randomised networks as there are layers",
)
