"""Layer-1 filters."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.filters.settings import FiltersSettings

EXPERIMENT = Experiment(
    name="filters",
    title="Layer-1 filters",
    version=3,
    result="vizreport.experiments.filters.result:FiltersResult",
    compute="vizreport.experiments.filters.compute:compute",
    section="vizreport.experiments.filters.figures:section",
    findings="vizreport.experiments.filters.findings:findings",
    template="sections/filters.html",
    requires=("mining",),
    own=FiltersSettings,
    cost="almost none",
)
