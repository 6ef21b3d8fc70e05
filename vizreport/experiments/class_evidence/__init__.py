"""Class evidence."""

from vizreport.experiments.class_evidence.settings import ClassEvidenceSettings
from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="class_evidence",
    title="Class evidence",
    version=4,
    result="vizreport.experiments.class_evidence.result:ClassEvidenceResult",
    compute="vizreport.experiments.class_evidence.compute:compute",
    section="vizreport.experiments.class_evidence.figures:section",
    findings="vizreport.experiments.class_evidence.findings:findings",
    template="sections/class_evidence.html",
    requires=("mining", "occlusion"),
    settings=("photographs", "seed"),
    own=ClassEvidenceSettings,
    cost="about 80 passes for each of 12 to 30 images, depending on the network's cost",
)
