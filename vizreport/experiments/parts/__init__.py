"""Parts that feature maps answer to."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="parts",
    title="Parts",
    version=1,
    result="vizreport.experiments.parts.result:PartsResult",
    compute="vizreport.experiments.parts.compute:compute",
    section="",
    template="",
    requires=("mining",),
    settings=("layers", "seed"),
    cost="a forward pass over at most 2,000 images, where the data know the parts",
)
