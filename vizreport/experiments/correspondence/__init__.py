"""Correspondence."""

from vizreport.experiments.correspondence.settings import CorrespondenceSettings
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="correspondence",
    title="Correspondence",
    version=2,
    result="vizreport.experiments.correspondence.result:CorrespondenceResult",
    compute="vizreport.experiments.correspondence.compute:compute",
    section="vizreport.experiments.correspondence.figures:section",
    findings="vizreport.experiments.correspondence.findings:findings",
    template="sections/correspondence.html",
    requires=("mining",),
    settings=("seed",),
    own=CorrespondenceSettings,
    cost="forward passes over occluded copies of at most 20 images",
)
