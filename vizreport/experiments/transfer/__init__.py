"""Transfer."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.transfer.result import TransferResult

EXPERIMENT = Experiment(
    name="transfer",
    title="Transfer",
    version=1,
    result=TransferResult,
    compute="vizreport.experiments.transfer.compute:compute",
    section="vizreport.experiments.transfer.figures:section",
    template="sections/transfer.html",
    settings=("transfer",),
)
