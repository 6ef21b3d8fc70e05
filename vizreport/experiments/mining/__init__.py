"""Strongest activations."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="mining",
    title="Strongest activations",
    version=7,
    result="vizreport.experiments.mining.result:MiningResult",
    compute="vizreport.experiments.mining.compute:compute",
    section="",
    template="",
    essential=True,
    settings=("layers", "top"),
    cost="one forward pass over all images",
)
