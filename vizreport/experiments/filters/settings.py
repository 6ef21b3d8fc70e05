"""What can be chosen about the section Layer-1 filters."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments.setting import setting
from vizreport.experiments.shared import PICTURES


@dataclass(frozen=True)
class FiltersSettings:
    """Choices of this experiment.

    Attributes
    ----------
    filter_scale : {"shared", "filter"}
        Whether the layer-1 filters share one scale or each has its own.
    """

    filter_scale: str = setting(
        "shared",
        "One scale shared by all layer-1 filters, or one per filter.",
        choices=("shared", "filter"),
        heading=PICTURES,
        role="display",
    )
