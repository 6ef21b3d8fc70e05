"""Preprocessing."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="preprocessing",
    title="Preprocessing",
    version=2,
    result="vizreport.experiments.preprocessing.result:PreprocessingResult",
    compute="vizreport.experiments.preprocessing.compute:compute",
    section="vizreport.experiments.preprocessing.figures:section",
    template="sections/preprocessing.html",
    requires=("mining",),
    settings=("seed",),
    findings="vizreport.experiments.preprocessing.findings:findings",
    cost="forward passes over a sample of images with other preprocessing",
)
