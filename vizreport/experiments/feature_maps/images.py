"""Which images are kept whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vizreport.experiments.top_patches.result import TopLayer

# Of the strongest units first: bounds the size of results and report.
MOST_IMAGES = 1500


def wanted_images(layers: Sequence[TopLayer], most: int) -> np.ndarray:
    """Return the images of the shown maps' active units, the strongest's first, at most some.

    Returns
    -------
    int32 [n]
        Rising.
    """
    found: dict[int, None] = {}
    for rank in range(max((layer.images.shape[1] for layer in layers), default=0)):
        for layer in layers:
            active = layer.shown[:, rank]
            found.update(dict.fromkeys(layer.images[active, rank].tolist()))
    return np.array(sorted(list(found)[:most]), np.int32)
