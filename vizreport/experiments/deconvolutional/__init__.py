"""Deconvolutional network."""

from vizreport.experiments.deconvolutional.result import DeconvolutionalResult
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="deconvolutional",
    title="Deconvolutional network",
    version=1,
    result=DeconvolutionalResult,
    compute="vizreport.experiments.deconvolutional.compute:compute",
    section="vizreport.experiments.deconvolutional.figures:section",
    template="sections/deconvolutional.html",
    settings=("deconvolutional",),
)
