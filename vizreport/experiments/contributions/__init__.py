"""Which maps of the layers below make up each map's activations."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="contributions",
    title="Contributions",
    version=2,
    result="vizreport.experiments.contributions.result:ContributionsResult",
    compute="vizreport.experiments.contributions.compute:compute",
    section="",
    template="",
    requires=("mining", "top_patches"),
    settings=("layers",),
    cost="a forward and backward pass for three units of each feature map shown",
)
