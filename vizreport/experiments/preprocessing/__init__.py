"""Preprocessing."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.preprocessing.result import PreprocessingResult

EXPERIMENT = Experiment(
    name="preprocessing",
    title="Preprocessing",
    version=1,
    result=PreprocessingResult,
    compute="vizreport.experiments.preprocessing.compute:compute",
    section="vizreport.experiments.preprocessing.figures:section",
    template="sections/preprocessing.html",
    requires=("mining",),
    settings=("seed",),
    warnings="vizreport.experiments.preprocessing.findings:warnings",
)
