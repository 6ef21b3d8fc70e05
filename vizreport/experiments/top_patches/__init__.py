"""Top-9 patches."""

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.top_patches.settings import TopPatchesSettings

EXPERIMENT = Experiment(
    name="top_patches",
    title="Top-9 patches",
    version=8,
    result="vizreport.experiments.top_patches.result:TopPatchesResult",
    compute="vizreport.experiments.top_patches.compute:compute",
    section="vizreport.experiments.top_patches.figures:section",
    findings="vizreport.experiments.top_patches.findings:findings",
    template="sections/top_patches.html",
    requires=("mining", "parts"),
    settings=("layers", "rule", "seed"),
    own=TopPatchesSettings,
    cost="nine projections for each feature map shown",
)
