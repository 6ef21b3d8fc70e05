"""Sanity: whether the pictures depend on what the network learned."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.sanity.result import SanityResult

EXPERIMENT = Experiment(
    name="sanity",
    title="Sanity",
    version=2,
    result=SanityResult,
    compute="vizreport.experiments.sanity.compute:compute",
    section="vizreport.experiments.sanity.figures:section",
    template="sections/sanity.html",
    requires=("mining",),
    settings=("layers", "occlusion_layer", "sanity_units", "seed"),
)
