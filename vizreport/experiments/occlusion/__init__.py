"""Occlusion."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.occlusion.result import OcclusionResult

EXPERIMENT = Experiment(
    name="occlusion",
    title="Occlusion",
    version=6,
    result=OcclusionResult,
    compute="vizreport.experiments.occlusion.compute:compute",
    section="vizreport.experiments.occlusion.figures:section",
    findings="vizreport.experiments.occlusion.findings:findings",
    template="sections/occlusion.html",
    requires=("mining",),
    settings=(
        "occlude",
        "occlusion_images",
        "occlusion_layer",
        "occlusion_sizes",
        "occlusion_stride",
        "occlusion_fill",
        "refine",
        "rule",
        "seed",
    ),
)
