"""Parts that feature maps answer to."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.parts.result import PartsResult

EXPERIMENT = Experiment(
    name="parts",
    title="Parts",
    version=1,
    result=PartsResult,
    compute="vizreport.experiments.parts.compute:compute",
    section="",
    template="",
    requires=("mining",),
    settings=("layers", "seed"),
)
