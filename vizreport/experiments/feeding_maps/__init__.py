"""Pictures of the maps that feed those shown."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="feeding_maps",
    title="Maps that feed others",
    version=1,
    result="vizreport.experiments.top_patches.result:TopPatchesResult",
    compute="vizreport.experiments.feeding_maps.compute:compute",
    section="",
    template="",
    requires=("mining", "parts", "top_patches", "contributions"),
    settings=("layers", "rule"),
    cost="nine projections for each feature map that feeds one shown but is not shown itself",
)
