"""What can be chosen about the section Occlusion."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments import checks, values
from vizreport.experiments.setting import setting
from vizreport.experiments.shared import OCCLUSION, RUNNING


@dataclass(frozen=True)
class OcclusionSettings:
    """Choices of this experiment.

    Attributes
    ----------
    occlude : tuple of str
        Files to occlude; empty for a seeded choice of images in which something happens.
    occlusion_images : int
        Size of that choice.
    occlusion_sizes : tuple of float
        Sides of the square, each a share (0 to 1) of the image's shorter side.
    occlusion_stride : int or None
        Distance of neighbouring places, px; None for about 28 x 28 places.
    occlusion_fill : {"grey", "mean", "blur", "noise"}
        What the square shows.
    refine : bool
        Whether to compute a coarse grid of places, and finer ones only where the maps change.
    memory : int
        Bytes that batches of occluded images may take.
    """

    occlude: tuple[str, ...] = setting(
        (),
        "Hide parts of this photograph instead of images selected from the data. Repeatable.",
        parse=values.photograph,
        metavar="FILE|skimage:NAME",
        heading=OCCLUSION,
        repeat=True,
        content="file",
    )
    occlusion_images: int = setting(
        3,
        "Number of images to select from the data, at most one per class.",
        parse=values.count,
        check=checks.count,
        metavar="N",
        heading=OCCLUSION,
    )
    occlusion_sizes: tuple[float, ...] = setting(
        (0.2,),
        "Side of the square, as a share of the image's shorter side. Repeatable: several sizes "
        "share one figure.",
        flag="--occlusion-size",
        parse=values.share,
        check=checks.shares,
        metavar="F",
        heading=OCCLUSION,
        repeat=True,
    )
    occlusion_stride: int | None = setting(
        None,
        "Pixels between neighbouring positions; the default gives about 28 x 28 positions.",
        parse=values.count,
        check=checks.count,
        metavar="N",
        heading=OCCLUSION,
    )
    occlusion_fill: str = setting(
        "grey",
        "What the square shows: grey (RGB 128), the image's mean colour, the image blurred, or "
        "noise, averaged over four draws.",
        choices=("grey", "mean", "blur", "noise"),
        heading=OCCLUSION,
    )
    refine: bool = setting(
        False,
        "Approximate: compute a coarse grid of positions, a finer one only where the maps change, "
        "and interpolate the rest. The report states the error.",
        heading=OCCLUSION,
    )
    memory: int = setting(
        2**30,
        "Memory limit for batches of occluded images, such as 500M or 2G.",
        parse=values.memory,
        check=checks.count,
        metavar="BYTES",
        heading=RUNNING,
        role="running",
        shown_default="1G",
    )
