"""What optimised inputs claim: how much more than any image of the data they excite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.optimised_inputs.result import OptimisedInputsResult, OptimisedLayer
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import Finding
from vizreport.findings.statistics import share
from vizreport.wording.text import quoted


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """State how many units exceed their best image, and by how much in the last layer."""
    result: OptimisedInputsResult = results["optimised_inputs"]
    more = np.concatenate([exceeds(layer) for layer in result.layers.values()])
    deepest, last = [*result.layers.items()][-1]
    factor, plain = (float(np.median(each)) for each in (factors(last), factors(last, True)))
    tested = share(int(more.sum()), len(more))
    return [
        Finding(
            kind="optimised-inputs-exceed",
            compared="activation by the optimised input, and by the best image in the data",
            claim="optimised inputs excite units more than any image in the data",
            shown=(
                "Optimised inputs with the same contrast excite {count} of {n} units more than "
                "any image in the data"
                + (
                    ": in {layer} {factor} times as much (median), and {plain} times without "
                    "regularisation."
                    if np.isfinite([factor, plain]).all()
                    else "."
                )
            ),
            effect=tested.quantity(SHARE),
            n=len(more),
            unit="units",
            evidence="optimised-inputs",
            values={
                "count": Quantity(int(more.sum()), COUNT),
                "factor": Quantity(factor, digits=1),
                "plain": Quantity(plain, digits=1),
            },
            names={"layer": quoted(deepest, 40)},
        )
    ]


def exceeds(layer: OptimisedLayer) -> np.ndarray:
    """Return which units are excited more than by any image: bool [m]."""
    found: np.ndarray = layer.reached.max(axis=1) > layer.strongest
    return found


def factors(layer: OptimisedLayer, plain: bool = False) -> np.ndarray:
    """Return how many times the strongest image's activation is reached; NaN where that is 0."""
    reached = layer.plain_reached if plain else layer.reached.max(axis=1)
    strongest = layer.strongest.astype(np.float64)
    return np.where(strongest > 0, reached / np.where(strongest > 0, strongest, 1), np.nan)
