"""Photographs."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="photographs",
    title="Photographs",
    version=2,
    result="vizreport.experiments.photographs.result:PhotographsResult",
    compute="vizreport.experiments.photographs.compute:compute",
    section="vizreport.experiments.photographs.figures:section",
    findings="vizreport.experiments.photographs.findings:findings",
    template="sections/photographs.html",
    requires=("mining", "overview"),
    settings=("layers", "rule", "photographs"),
    only_with="photographs",
    cost="nine projections for each photograph and layer",
)
