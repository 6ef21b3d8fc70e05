"""What can be chosen about the section Top-9 patches."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments import checks, values
from vizreport.experiments.setting import setting
from vizreport.experiments.shared import PICTURES, SHOWN


@dataclass(frozen=True)
class TopPatchesSettings:
    """Choices of this experiment.

    Attributes
    ----------
    maps : int or None
        Feature maps of a layer, half of them selective, half drawn at random; None for all.
    scale : {"map", "tile"}
        Whether the nine projections of a feature map share one scale or each has its own.
    window : {"energy", "full"}
        Whether a tile shows the smallest centred square that holds 98 % of the projections'
        energy, or the whole receptive field.
    """

    maps: int | None = setting(
        16,
        "Feature maps to show per layer: half are selective and different from each other, half a "
        "seeded sample; all shows every map.",
        parse=values.count_or_all,
        check=checks.count_or_all,
        metavar="N|all",
        heading=SHOWN,
    )
    scale: str = setting(
        "map",
        "Scale of linear projections, in layer 1 and in the linear view: one for a feature "
        "map's nine tiles, or one per tile.",
        choices=("map", "tile"),
        heading=PICTURES,
        role="display",
    )
    window: str = setting(
        "energy",
        "Tiles show the smallest centred square with 98 % of the layer's projection energy, or "
        "the full receptive field.",
        choices=("energy", "full"),
        heading=PICTURES,
    )
