"""Correspondence."""

from vizreport.experiments.correspondence.result import CorrespondenceResult
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="correspondence",
    title="Correspondence",
    version=2,
    result=CorrespondenceResult,
    compute="vizreport.experiments.correspondence.compute:compute",
    section="vizreport.experiments.correspondence.figures:section",
    findings="vizreport.experiments.correspondence.findings:findings",
    template="sections/correspondence.html",
    requires=("mining",),
    settings=(
        "parts",
        "correspondence_class",
        "correspondence_images",
        "correspondence_layers",
        "seed",
    ),
)
