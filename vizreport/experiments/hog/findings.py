"""What HOG claims: whether paired dictionaries invert it better than linear regression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.hog.result import HogResult
from vizreport.findings.quantity import Quantity
from vizreport.findings.record import Finding
from vizreport.findings.sample_size import needed_pairs
from vizreport.findings.statistics import paired

REFERENCE = 0.05
"""Difference of correlations whose sample size is given."""


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Compare the two inversions image by image."""
    result: HogResult = results["hog"]
    dictionaries, ridge, mean = result.correlations.astype(np.float64)
    tested = paired(dictionaries, ridge)
    word = "better" if tested.value > 0 else "worse"
    return [
        Finding(
            kind="hog-inversion",
            compared="correlation with the original of HOG inversions by paired dictionaries, and "
            "by ridge regression",
            claim=f"paired dictionaries invert HOG {word} than ridge regression",
            shown=f"paired dictionaries invert HOG {word} than ridge regression: their inversions "
            "correlate at {dictionaries} with held-out originals, against {ridge} (mean image: "
            "{mean}; medians of {n} images).",
            **tested.fields(),
            unit="images",
            needed=needed_pairs(dictionaries - ridge, REFERENCE),
            reference=Quantity(REFERENCE),
            reference_of="a difference of {reference}",
            evidence="hog-correlations",
            values={
                "dictionaries": Quantity(float(np.median(dictionaries))),
                "ridge": Quantity(float(np.median(ridge))),
                "mean": Quantity(float(np.median(mean))),
            },
        )
    ]
