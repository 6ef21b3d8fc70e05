"""What can be chosen about the section Sanity."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments import checks, values
from vizreport.experiments.setting import setting
from vizreport.experiments.shared import PICTURES


@dataclass(frozen=True)
class SanitySettings:
    """Choices of this experiment.

    Attributes
    ----------
    sanity_units : int
        Units of each layer that are projected from randomised networks.
    """

    sanity_units: int = setting(
        8,
        "Units per layer whose projections are repeated with random weights.",
        parse=values.count,
        check=checks.count,
        metavar="N",
        heading=PICTURES,
    )
