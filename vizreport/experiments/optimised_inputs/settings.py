"""What can be chosen about the section Optimised inputs."""

from __future__ import annotations

from dataclasses import dataclass

from vizreport.experiments import checks, values
from vizreport.experiments.setting import setting
from vizreport.experiments.shared import PICTURES

MOST_DIVERSE = 4


def _few(value: int) -> str:
    wrong = checks.count(value)
    return wrong or (
        "" if value <= MOST_DIVERSE else f"is {value}; at most {MOST_DIVERSE} are allowed"
    )


@dataclass(frozen=True)
class OptimisedInputsSettings:
    """Choices of this experiment.

    Attributes
    ----------
    optimised_maps : int
        Maps of each layer whose input is optimised, at most.
    optimised_steps : int
        Steps of the optimisation.
    optimised_diverse : int
        Different inputs for each map.
    """

    optimised_maps: int = setting(
        16,
        "Maximum number of the maps shown per layer that get an optimised input; fewer for slow "
        "networks.",
        parse=values.count,
        check=checks.count,
        metavar="N",
        heading=PICTURES,
    )
    optimised_steps: int = setting(
        40,
        "Optimisation steps per input.",
        parse=values.count,
        check=checks.count,
        metavar="N",
        heading=PICTURES,
    )
    optimised_diverse: int = setting(
        1,
        "Optimise this many different inputs per map, at most 4.",
        parse=values.count,
        check=_few,
        metavar="N",
        heading=PICTURES,
    )
