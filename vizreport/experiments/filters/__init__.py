"""Layer-1 filters."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.filters.result import FiltersResult

EXPERIMENT = Experiment(
    name="filters",
    title="Layer-1 filters",
    version=2,
    result=FiltersResult,
    compute="vizreport.experiments.filters.compute:compute",
    section="vizreport.experiments.filters.figures:section",
    findings="vizreport.experiments.filters.findings:findings",
    template="sections/filters.html",
    requires=("mining",),
    settings=("filter_scale",),
)
