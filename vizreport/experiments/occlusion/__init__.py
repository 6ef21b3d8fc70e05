"""Occlusion."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.occlusion.settings import OcclusionSettings

EXPERIMENT = Experiment(
    name="occlusion",
    title="Occlusion",
    version=8,
    result="vizreport.experiments.occlusion.result:OcclusionResult",
    compute="vizreport.experiments.occlusion.compute:compute",
    section="vizreport.experiments.occlusion.figures:section",
    findings="vizreport.experiments.occlusion.findings:findings",
    template="sections/occlusion.html",
    requires=("mining",),
    settings=("occlusion_layer", "rule", "seed"),
    own=OcclusionSettings,
    cost="about 28 x 28 occluded copies of each image and size, computed incrementally",
)
