"""Which images are kept whole."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.top_patches.result import TopPatchesResult

# Of the strongest units first: bounds the size of results and report.
MOST_IMAGES = 1500


def wanted_images(top: TopPatchesResult, names: list[str], most: int) -> np.ndarray:
    """Return the images of the shown maps' active units, the strongest's first, at most some.

    Returns
    -------
    int32 [n]
        Rising.
    """
    found: dict[int, None] = {}
    for rank in range(max((top.images[name].shape[1] for name in names), default=0)):
        for name in names:
            active = top.shown[name][:, rank]
            found.update(dict.fromkeys(top.images[name][active, rank].tolist()))
    return np.array(sorted(list(found)[:most]), np.int32)
