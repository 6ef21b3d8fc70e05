"""Overview."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="overview",
    title="Overview",
    version=6,
    result="vizreport.experiments.overview.result:OverviewResult",
    compute="vizreport.experiments.overview.compute:compute",
    section="vizreport.experiments.overview.figures:section",
    template="sections/overview.html",
    findings="vizreport.experiments.overview.findings:findings",
    requires=("mining",),
    settings=("layers", "rule"),
    cost="almost none: mining has the predictions",
)
