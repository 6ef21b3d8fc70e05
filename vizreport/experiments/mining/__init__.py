"""Strongest activations."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.mining.result import MiningResult

EXPERIMENT = Experiment(
    name="mining",
    title="Strongest activations",
    version=5,
    result=MiningResult,
    compute="vizreport.experiments.mining.compute:compute",
    section="",
    template="",
    requires=(),
    settings=("layers", "occlusion_layer", "top"),
)
