"""The choices that several experiments share; an experiment names those it depends on."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments import checks, values
from vizreport.experiments.setting import setting, settings_of

NETWORK = "network and data"
SHOWN = "what is shown"
PICTURES = "projections"
OCCLUSION = "occlusion"
RUNNING = "running"


@dataclass(frozen=True)
class Shared:
    """Choices that several experiments, or the reading of the images, depend on.

    Attributes
    ----------
    split : str or None
        Split of the data source.
    max_images : int or None
        Upper bound of the number of images, a seeded sample when there are more.
    exif : {"apply", "ignore"}
        Whether photographs are turned as their EXIF orientation says.
    alpha : {"white", "ignore"}
        Whether transparent pixels are shown on white, or in the colours under them.
    layers : tuple of str, or None
        Reportable layers to show; None for the default choice.
    rule : {"deconvnet", "guided", "gradient"}
        Preset of backward rules.
    photographs : tuple of str
        Files that are shown one by one, beside the data.
    occlusion_layer : str or None
        Layer whose strongest feature map is watched; None for the last convolution before the
        classifier.
    top : int
        Number of strongest activations kept for each feature map.
    seed : int
        Seed of every choice made at random.
    batch_size : int
        Images in a forward pass.
    """

    split: str | None = setting(
        None, "Split of the data source, such as test.", metavar="NAME", heading=NETWORK
    )
    max_images: int | None = setting(
        None,
        "Use a seeded sample of at most this many images.",
        parse=values.count,
        check=checks.count,
        metavar="N",
        heading=NETWORK,
    )
    exif: str = setting(
        "apply",
        "Rotate photographs according to their EXIF orientation (apply), or show them as stored "
        "(ignore), as Keras' loaders do.",
        choices=("apply", "ignore"),
        heading=NETWORK,
    )
    alpha: str = setting(
        "white",
        "Show transparent pixels on white, or in the colours stored beneath them (ignore), as "
        "Keras' loaders do.",
        choices=("white", "ignore"),
        heading=NETWORK,
    )
    layers: tuple[str, ...] | None = setting(
        None,
        "Reportable layers to show, with the names from vizreport inspect; the default is the "
        "last one before each change of resolution, at most 8.",
        parse=values.names,
        metavar="A,B,C",
        heading=SHOWN,
        content="layer",
    )
    rule: str = setting(
        "deconvnet",
        "Backward rules: deconvnet (the paper's), guided (guided backpropagation) or gradient "
        "(saliency).",
        choices=("deconvnet", "guided", "gradient"),
        heading=PICTURES,
    )
    photographs: tuple[str, ...] = setting(
        (),
        "Also show what this photograph excites, and where it holds evidence for its class: a "
        "file, or skimage:chelsea (a cat), skimage:coffee or skimage:astronaut, which come with "
        "scikit-image. Repeatable.",
        flag="--image",
        parse=values.photograph,
        metavar="FILE|skimage:NAME",
        heading=SHOWN,
        repeat=True,
        content="file",
    )
    occlusion_layer: str | None = setting(
        None,
        "Layer whose strongest feature map is monitored; the default is the last convolution "
        "before the classifier.",
        metavar="NAME",
        heading=OCCLUSION,
        content="layer",
    )
    top: int = setting(9, check=checks.count)
    seed: int = setting(
        0,
        "Random seed.",
        parse=values.seed,
        metavar="N",
        heading=RUNNING,
    )
    batch_size: int = setting(
        32,
        "Images per forward pass.",
        parse=values.count,
        check=checks.count,
        metavar="N",
        heading=RUNNING,
        role="running",
    )


SHARED = settings_of(Shared)
