"""What a deconvolutional network keeps of pictures that it did not learn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.deconvolutional.result import DeconvolutionalResult
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import Finding
from vizreport.findings.statistics import Tested, interval


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Estimate how much energy each layer keeps, with an interval over the held-out pictures."""
    result: DeconvolutionalResult = results["deconvolutional"]
    return [_kept(result, layer, number) for number, layer in enumerate(("1", "2"), 1)]


def _kept(result: DeconvolutionalResult, layer: str, number: int) -> Finding:
    kept = 1 - 10 ** (-result.snr[layer].astype(np.float64) / 10)
    low, high = interval(kept, np.mean)
    tested = Tested(float(kept.mean()), low, high, len(kept), "", None, 1)
    pictures = "image" if len(kept) == 1 else "images"
    return Finding(
        kind="deconvolutional-energy",
        compared="energy of held-out images that layer {layer} reconstructs",
        claim="layer {layer} reconstructs held-out images",
        shown="layer {layer}, learned from {pictures} unlabelled images, retains {effect} of "
        f"the energy of {{n}} held-out {pictures} with {{active}} of its units.",
        **tested.fields(SHARE),
        unit="images",
        evidence="deconvolutional-reconstructions",
        values={
            "layer": Quantity(number, COUNT),
            "pictures": Quantity(result.pictures, COUNT),
            "active": Quantity(float(result.active[layer].mean()), SHARE, digits=1),
        },
    )
