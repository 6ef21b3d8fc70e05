"""Transfer."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.transfer.settings import TransferSettings

EXPERIMENT = Experiment(
    name="transfer",
    title="Transfer",
    version=1,
    result="vizreport.experiments.transfer.result:TransferResult",
    compute="vizreport.experiments.transfer.compute:compute",
    section="vizreport.experiments.transfer.figures:section",
    findings="vizreport.experiments.transfer.findings:findings",
    template="sections/transfer.html",
    own=TransferSettings,
    cost="none: reads the results of vizreport transfer",
)
