"""What correspondence claims: layers and parts whose loss changes the features alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from vizreport.experiments.correspondence.result import CorrespondenceResult
from vizreport.experiments.correspondence.statistics import pseudovalues
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.decisions import decide
from vizreport.findings.quantity import COUNT, Quantity
from vizreport.findings.record import SHOWN, Finding, Published
from vizreport.findings.sample_size import needed_pairs
from vizreport.findings.statistics import interval
from vizreport.wording.text import quoted

EVIDENCE = "correspondence-distances"
FEWEST = 3
"""Pictures with which the permutation test can reach the level."""
_TEST = "permutation test within images, one-sided"
_PUBLISHED = (
    "Zeiler & Fergus found hiding the same part more consistent than hiding random positions at "
    "layer 5, and no clear difference at layer 7"
)


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Test each layer's parts together, then each by itself."""
    result: CorrespondenceResult = results["correspondence"]
    count, beside = len(result.parts), _comparable(result, results["mining"])
    layers = [_layer(result, name, name == beside) for name in result.layers]
    parts = [[_part(result, name, p) for p in range(count)] for name in result.layers]
    if count == 1:  # the layer's finding is the part's
        return layers
    decided = iter(decide([*layers, *(each for row in parts for each in row)])[len(layers) :])
    shown = [sum(next(decided).decision == SHOWN for _ in row) for row in parts]
    told = [_with_count(layer, number) for layer, number in zip(layers, shown, strict=True)]
    return [*told, *(each for row in parts for each in row)]


def _with_count(layer: Finding, telling: int) -> Finding:
    """Add how many of the parts are shown individually."""
    return replace(
        layer,
        shown=f"{layer.shown[:-2]}); tested individually, {{telling}} of {{parts}} parts do.",
        values={**layer.values, "telling": Quantity(telling, COUNT)},
    )


def excess(result: CorrespondenceResult, layer: str, parts: list[int]) -> np.ndarray:
    """Return how much more consistent hiding the parts is than hiding random positions.

    Returns
    -------
    float64 [I]
        One value per image; their mean is the difference of the mean agreements over pairs.
    """
    found, own = result.layers[layer].agreements.astype(np.float64), len(result.parts)
    places = [pseudovalues(found[:, k, :, k]) for k in range(found.shape[1])]
    random = np.mean(places[own:], axis=0)
    return np.asarray(np.mean([places[part] for part in parts], axis=0) - random)


def _layer(result: CorrespondenceResult, layer: str, beside: bool) -> Finding:
    every = [*range(len(result.parts))]
    of_class = " of the class {of}" if result.class_name else ""
    parts = "its {parts} parts" if len(every) > 1 else "{part}"
    explained = float(result.layers[layer].shared_agreement.mean()) >= _mean(result, layer, every)
    return _made(
        result,
        layer,
        every,
        float(result.layers[layer].p_all),
        kind="correspondence-layer",
        compared=f"at {{layer}}, hiding {parts} and hiding random positions on the object",
        claim=f"hiding the same part{' in images' if of_class else ''}{of_class} changes {{layer}} "
        "more consistently than hiding random positions",
        shown=(
            f"Hiding the same part in {{n}} images{of_class} changes {{layer}} more consistently "
            "than hiding random positions: agreement beyond chance is {own} against {random} "
            "(and {place} for fixed positions"
            + (", so the parts' positions may explain it)." if explained else ").")
        ),
        published=Published(_PUBLISHED, "Table 1", same=True) if beside else None,
    )


def _part(result: CorrespondenceResult, layer: str, part: int) -> Finding:
    return _made(
        result,
        layer,
        [part],
        float(result.layers[layer].p_values[part]),
        kind="correspondence-part",
        compared="at {layer}, hiding {part} and hiding random positions on the object",
        claim="hiding {part} changes {layer} more consistently than hiding random positions",
        shown=(
            "Hiding {part} changes {layer} more consistently than hiding random positions: "
            "agreement beyond "
            "chance is {own} against {random}."
        ),
        leading=False,
    )


def _made(
    result: CorrespondenceResult, layer: str, parts: list[int], p: float, **fields: Any
) -> Finding:
    values = excess(result, layer, parts)
    low, high = interval(values, np.mean)
    known = bool(np.isfinite([low, high]).all())
    random = _mean(
        result, layer, range(len(result.parts), result.layers[layer].agreements.shape[1])
    )
    reference = 0.05
    return Finding(
        effect=Quantity(float(values.mean()), "", *((low, high) if known else (None, None))),
        n=len(result.paths),
        unit="images",
        test=_TEST,
        p=p,
        fewest=FEWEST,
        needed=needed_pairs(values, reference),
        reference=Quantity(reference),
        reference_of="a difference of {reference}",
        evidence=EVIDENCE,
        values={
            "own": Quantity(_mean(result, layer, parts)),
            "random": Quantity(random),
            "place": Quantity(float(result.layers[layer].shared_agreement.mean())),
            "parts": Quantity(len(result.parts), COUNT),
        },
        names={
            "layer": quoted(layer, 40),
            "part": quoted(result.parts[parts[0]], 40),
            "of": quoted(result.class_name, 40),
        },
        **fields,
    )


def _mean(result: CorrespondenceResult, layer: str, places: Any) -> float:
    found = result.layers[layer].agreements
    pairs = np.triu_indices(len(found), 1)
    return float(np.mean([found[:, k, :, k][pairs] for k in places]))


def _comparable(result: CorrespondenceResult, mining: MiningResult) -> str:
    """Return the layer that is what layer 5 is in the paper; "" where the layers are others.

    The paper has two layers, the last convolution's and the last hidden one, without places.
    """
    if len(result.layers) != 2 or not set(result.layers) <= set(mining.layers):
        return ""
    first, last = (int(mining.layers[name].rows.max()) > 0 for name in result.layers)
    return next(iter(result.layers)) if first and not last else ""
