"""What the likenesses say: the verdict on each method, and where its pictures come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.experiments.sanity.result import SanityResult

PASSED = 0.25
"""Largest share of the likeness beyond chance that may be left without any learned weight."""
CHANGED = 0.9
"""Largest share that may be left without the topmost layer's."""

JUDGED = (0, 3)
"""Measures of which a method must pass both: where a picture is strong, and its pattern."""


@dataclass(frozen=True)
class Assessment:
    """One method's likenesses to its own picture of the trained network, means over units.

    Attributes
    ----------
    method : str
    measure : int
        Which of ``similarity.MEASURES``.
    top : float
        With the topmost layer made random.
    half : float
        With the upper half of the steps.
    all : float
        With all layers made random.
    spread : float
        Its standard deviation over units.
    switches : float
        Random filters with the image's switches.
    filters : float
        The learned filters with random switches.
    neither : float
        Both random: what is alike by chance and by the units' place alone.
    units, drawn : int
        Units whose trained picture is not blank, and all of them.
    """

    method: str
    measure: int
    top: float
    half: float
    all: float
    spread: float
    switches: float
    filters: float
    neither: float
    units: int
    drawn: int

    @property
    def left_by_top(self) -> float:
        """Share of the likeness beyond chance that outlives the topmost layer, from 0 to 1."""
        return self._beyond(self.top)

    @property
    def left_by_half(self) -> float:
        """Share that outlives the upper half of the steps."""
        return self._beyond(self.half)

    @property
    def left(self) -> float:
        """Share of the likeness beyond chance that outlives all learned weights, from 0 to 1."""
        return self._beyond(self.all)

    @property
    def passed(self) -> bool:
        """Whether the picture depends on what the network learned."""
        return self.left <= PASSED and self.left_by_top <= CHANGED

    @property
    def verdict(self) -> str:
        """What to say of the method: nothing where most pictures are blank to begin with."""
        if 2 * self.units < self.drawn:
            return "cannot be judged"
        return "passes" if self.passed else "fails"

    @property
    def from_switches(self) -> float:
        """Share of the likeness beyond chance that the image's switches give by themselves."""
        return self._beyond(self.switches)

    @property
    def from_filters(self) -> float:
        """Share of the likeness beyond chance that the learned filters give by themselves."""
        return self._beyond(self.filters)

    def _beyond(self, likeness: float) -> float:
        if not self.neither < 1:
            return float("nan")
        return max(0.0, (likeness - self.neither) / (1 - self.neither))


def assess(result: SanityResult, layer: str, measure: int) -> list[Assessment]:
    """Assess the methods in one layer (Adebayo et al. 2018).

    Parameters
    ----------
    result : SanityResult
    layer : str
    measure : int
        Which of its measures of likeness.

    Returns
    -------
    list of Assessment
        One a method; those whose trained pictures are all blank are left out.
    """
    found = []
    for m, method in enumerate(result.methods):
        cascade = result.cascade[layer][m, :, :, measure]
        controls = result.controls[layer][m, :, :, measure]
        known = np.isfinite(cascade).all(axis=0)
        if not known.any():
            continue
        means = cascade[:, known].mean(axis=1)
        switches, filters, neither = controls[:, known].mean(axis=1)
        found.append(
            Assessment(
                method,
                measure,
                float(means[0]),
                float(means[(len(means) + 1) // 2 - 1]),
                float(means[-1]),
                float(cascade[-1, known].std()),
                float(switches),
                float(filters),
                float(neither),
                int(known.sum()),
                len(known),
            )
        )
    return found


def verdicts(result: SanityResult, layer: str) -> list[Assessment]:
    """Return, for each method, the one of the two judged measures in which it does worse."""
    pairs = zip(*(assess(result, layer, measure) for measure in JUDGED), strict=True)
    return [max(pair, key=lambda one: (not one.passed, one.left)) for pair in pairs]
