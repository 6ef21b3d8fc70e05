"""What can be chosen about the section Invariance."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments import checks, values
from vizreport.experiments.setting import setting


@dataclass(frozen=True)
class InvarianceSettings:
    """Choices of this experiment.

    Attributes
    ----------
    invariance : tuple of str
        Files to transform, at most 5; empty for a seeded choice of images in which
        something happens.
    invariance_images : int or None
        Size of the sample whose mean is drawn beside them; None for 50, fewer (10 at least) for
        slow networks.
    invariance_layers : tuple of str, or None
        Layers whose features are compared, at most 5; None for the first and the last hidden one.
    invariance_interpolation : {"nearest", "bilinear", "bicubic"}
        Between the pixels of a transformed image.
    invariance_fill : {"edge", "reflect", "grey", "mean"}
        What is seen beyond an image's edge.
    """

    invariance: tuple[str, ...] = setting(
        (),
        "Shift, enlarge and rotate this photograph instead of images selected from the data. "
        "Repeatable, at most five times.",
        parse=values.photograph,
        check=checks.at_most(5, "photographs"),
        metavar="FILE|skimage:NAME",
        repeat=True,
        content="file",
    )
    invariance_images: int | None = setting(
        None,
        "Images in the sample whose mean is plotted beside the five; the default is 50, fewer (at "
        "least 10) for slow networks.",
        parse=values.count,
        check=checks.count,
        metavar="N",
    )
    invariance_layers: tuple[str, ...] | None = setting(
        None,
        "Layers whose features are compared, at most five; the default is the first and the last "
        "hidden layer.",
        parse=values.names,
        check=checks.at_most(5, "layers"),
        metavar="A,B",
        content="layer",
    )
    invariance_interpolation: str = setting(
        "bilinear",
        "Interpolation between the pixels of a transformed image.",
        choices=("nearest", "bilinear", "bicubic"),
    )
    invariance_fill: str = setting(
        "edge",
        "What appears beyond an image's edge: its last pixel repeated (edge), its mirror image "
        "(reflect), grey (RGB 128), or its mean colour (mean).",
        choices=("edge", "reflect", "grey", "mean"),
    )
