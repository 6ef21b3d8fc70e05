"""Feature maps, one by one."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="feature_maps",
    title="Feature maps one by one",
    version=6,
    result="vizreport.experiments.feature_maps.result:FeatureMapsResult",
    compute="vizreport.experiments.feature_maps.compute:compute",
    section="vizreport.experiments.feature_maps.figures:section",
    findings="vizreport.experiments.feature_maps.findings:findings",
    template="sections/feature_maps.html",
    requires=("mining", "parts", "top_patches", "contributions", "feeding_maps"),
    settings=("layers", "rule"),
    cost="projections of a sample of maps under the other backward rules",
)
