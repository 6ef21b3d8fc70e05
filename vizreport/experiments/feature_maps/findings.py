"""How many feature maps answer mostly to one class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.feature_maps.result import FeatureMapsResult
from vizreport.experiments.mining.classes import counted_as, counted_classes
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.top_patches.classes import is_counted, own_class
from vizreport.experiments.top_patches.findings import purities
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import Finding

MOSTLY = 0.5
"""Share of a map's strongest images above which one class is most of them."""


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Count the maps more than half of whose strongest images show one class or label.

    Of all maps of the layers that have pages, class scores left out: the maps that have a page are
    chosen, some of them for being selective.
    """
    result: FeatureMapsResult = results["feature_maps"]
    top: TopPatchesResult = results["top_patches"]
    mining: MiningResult = results["mining"]
    layers = [name for name in result.layers if not own_class(mining, name, 0)]
    if not layers or not is_counted(mining):
        return []
    classes, top_images = counted_classes(mining).indices, mining.layers[layers[0]].images.shape[1]
    shares = np.concatenate([purities(mining, name, classes) for name in layers])
    known, chance = shares[np.isfinite(shares)], by_chance(classes, top_images)
    if not len(known) or chance >= MOSTLY:  # random images would show one class as often
        return []
    noun, owned = counted_as(mining, top.labelled), int((known > MOSTLY).sum())
    count = "{owned}" if owned else "None"
    verb = "responds" if owned < 2 else "respond"
    return [
        Finding(
            kind="feature-maps-owned",
            compared=f"share of the most frequent {noun} among the {{top}} images that excite a "
            "map most, and {half}",
            claim=f"feature maps respond mostly to one {noun}",
            shown=f"{count} of the {{n}} feature maps of {{layers}} layers {verb} mostly to one "
            f"{noun}, present in more than {{half}} of the {{top}} images that excite the map most"
            + (" ({effect}; {chance} for random images)." if owned else "."),
            n=len(known),
            unit="feature maps",
            effect=Quantity(owned / len(known), SHARE),
            values={
                "owned": Quantity(owned, COUNT),
                "layers": Quantity(len(layers), COUNT),
                "top": Quantity(top_images, COUNT),
                "chance": Quantity(chance, SHARE),
                "half": Quantity(MOSTLY, SHARE),
            },
        )
    ]


def by_chance(classes: np.ndarray, drawn: int) -> float:
    """Return how probably one class is most of some images drawn at random.

    Parameters
    ----------
    classes : int array [N]
        Of each image, -1 where it is not known; those are not drawn.
    drawn : int
        How many images, without replacement.

    Returns
    -------
    float
        0 to 1; no two classes can be most of them at once.
    """
    from scipy import stats  # slow to import

    known = np.bincount(classes[classes >= 0])
    enough = stats.hypergeom.sf(int(drawn * MOSTLY), known.sum(), known, min(drawn, known.sum()))
    return min(1.0, round(float(enough.sum()), 12))
