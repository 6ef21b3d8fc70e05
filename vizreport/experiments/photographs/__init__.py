"""Photographs."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.photographs.result import PhotographsResult

EXPERIMENT = Experiment(
    name="photographs",
    title="Photographs",
    version=2,
    result=PhotographsResult,
    compute="vizreport.experiments.photographs.compute:compute",
    section="vizreport.experiments.photographs.figures:section",
    template="sections/photographs.html",
    requires=("mining",),
    settings=("layers", "photographs", "rule"),
)
