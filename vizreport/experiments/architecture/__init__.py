"""What is wrong with the architecture, in figures."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="architecture",
    title="Architecture",
    version=2,
    result="vizreport.experiments.architecture.result:ArchitectureResult",
    compute="vizreport.experiments.architecture.compute:compute",
    section="vizreport.experiments.architecture.figures:section",
    findings="vizreport.experiments.architecture.findings:findings",
    template="sections/architecture.html",
    requires=("mining", "filters"),
    settings=("rule", "seed"),
    cost="a forward pass over 64 images, and projections of one layer",
)
