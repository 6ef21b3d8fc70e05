"""HOG: what an image's histograms of oriented gradients keep of it."""

from vizreport.experiments.experiment import Experiment

EXPERIMENT = Experiment(
    name="hog",
    title="HOG",
    version=3,
    result="vizreport.experiments.hog.result:HogResult",
    compute="vizreport.experiments.hog.compute:compute",
    section="vizreport.experiments.hog.figures:section",
    findings="vizreport.experiments.hog.findings:findings",
    template="sections/hog.html",
    requires=("mining",),
    settings=("layers", "occlusion_layer", "rule", "seed"),
    cost="learning a dictionary from image patches, on the CPU",
)
