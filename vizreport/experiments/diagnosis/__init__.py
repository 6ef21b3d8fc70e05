"""Diagnosis."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="diagnosis",
    title="Diagnosis",
    version=6,
    result="vizreport.experiments.diagnosis.result:DiagnosisResult",
    compute="vizreport.experiments.diagnosis.compute:compute",
    section="vizreport.experiments.diagnosis.figures:section",
    template="sections/diagnosis.html",
    findings="vizreport.experiments.diagnosis.findings:findings",
    requires=("mining",),
    settings=("seed",),
    summary=True,
    cost="a few thousand forward passes over covered, shifted and blurred images",
)
