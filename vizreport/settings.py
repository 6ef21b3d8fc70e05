"""What a user can choose about a report, apart from the checkpoint and the data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Choices that an experiment may depend on.

    An experiment names the fields it depends on; only those enter its key, so that changing
    another one recomputes nothing of it.

    Attributes
    ----------
    layers : tuple of str, or None
        Reportable layers to show; None for the default choice.
    maps : int or None
        Size of the seeded sample of feature maps a layer; None for all.
    max_images : int or None
        Upper bound of the number of images, a seeded sample when there are more.
    split : str or None
        Split of the data source.
    exif : {"apply", "ignore"}
        Whether photographs are turned as their EXIF orientation says.
    alpha : {"white", "ignore"}
        Whether transparent pixels are shown on white, or in the colours under them.
    rule : {"deconvnet", "guided", "gradient"}
        Preset of backward rules.
    scale : {"map", "tile"}
        Whether the nine projections of a feature map share one scale or each has its own.
    filter_scale : {"shared", "filter"}
        Whether the layer-1 filters share one scale or each has its own.
    window : {"energy", "full"}
        Whether a tile shows the smallest centred square that holds 98 % of the projections'
        energy, or the whole receptive field.
    photographs : tuple of str
        Files whose strongest feature maps are projected one by one.
    occlude : tuple of str
        Files to occlude; empty for a seeded choice of correctly classified images.
    occlusion_images : int
        Size of that choice.
    occlusion_layer : str or None
        Layer whose strongest feature map is watched; None for the last convolution before the
        classifier.
    occlusion_sizes : tuple of float
        Sides of the square, each a share (0 to 1) of the image's shorter side.
    occlusion_stride : int or None
        Distance of neighbouring places, px; None for about 28 x 28 places.
    occlusion_fill : {"grey", "mean", "blur", "noise"}
        What the square shows.
    parts : str or None
        CSV file with the points of objects' parts; None for those that the data know.
    correspondence_class : str or None
        Class whose parts are hidden; None for the one with the most usable images.
    correspondence_images : int
        Upper bound of its images.
    correspondence_layers : tuple of str, or None
        Layers whose changes are compared; None for the last convolution stage and the last hidden
        layer.
    refine : bool
        Whether to compute a coarse grid of places, and finer ones only where the maps change.
    invariance : tuple of str
        Files to transform, at most 5; empty for a seeded choice of correctly classified images.
    invariance_images : int or None
        Size of the sample whose mean is drawn beside them; None for 50, fewer (10 at least) where
        a pass through the network is dear.
    invariance_layers : tuple of str, or None
        Layers whose features are compared, at most 5; None for the first and the last hidden one.
    invariance_interpolation : {"nearest", "bilinear", "bicubic"}
        Between the pixels of a transformed image.
    invariance_fill : {"edge", "reflect", "grey", "mean"}
        What is seen beyond an image's edge.
    sanity_units : int
        Units of each layer that are projected from randomised networks.
    memory : int
        Bytes that batches of occluded images may take.
    ablation : str or None
        Folder of what ``vizreport ablate`` left; where None, ``ablation`` beside the checkpoint.
    transfer : str or None
        Folder of what ``vizreport transfer`` left; where None, ``transfer`` beside the
        checkpoint.
    deconvolutional : str or None
        Folder of what ``vizreport deconvnet-learn`` learned; where None, ``deconvolutional`` beside
        the checkpoint.
    seed : int
        Seed of every choice made at random.
    top : int
        Number of strongest activations kept for each feature map.
    batch_size : int
        Images in a forward pass.
    """

    layers: tuple[str, ...] | None = None
    maps: int | None = 16
    max_images: int | None = None
    split: str | None = None
    exif: str = "apply"
    alpha: str = "white"
    rule: str = "deconvnet"
    scale: str = "map"
    filter_scale: str = "shared"
    window: str = "energy"
    photographs: tuple[str, ...] = ()
    occlude: tuple[str, ...] = ()
    occlusion_images: int = 3
    occlusion_layer: str | None = None
    occlusion_sizes: tuple[float, ...] = (0.2,)
    occlusion_stride: int | None = None
    occlusion_fill: str = "grey"
    parts: str | None = None
    correspondence_class: str | None = None
    correspondence_images: int = 20
    correspondence_layers: tuple[str, ...] | None = None
    refine: bool = False
    invariance: tuple[str, ...] = ()
    invariance_images: int | None = None
    invariance_layers: tuple[str, ...] | None = None
    invariance_interpolation: str = "bilinear"
    invariance_fill: str = "edge"
    sanity_units: int = 8
    memory: int = 2**30
    ablation: str | None = None
    transfer: str | None = None
    deconvolutional: str | None = None
    seed: int = 0
    top: int = 9
    batch_size: int = 32
