"""Deconvolutional network."""

from vizreport.experiments.deconvolutional.settings import DeconvolutionalSettings
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="deconvolutional",
    title="Deconvolutional network",
    version=1,
    result="vizreport.experiments.deconvolutional.result:DeconvolutionalResult",
    compute="vizreport.experiments.deconvolutional.compute:compute",
    section="vizreport.experiments.deconvolutional.figures:section",
    findings="vizreport.experiments.deconvolutional.findings:findings",
    template="sections/deconvolutional.html",
    own=DeconvolutionalSettings,
    cost="none: reads the results of vizreport deconvnet-learn",
)
