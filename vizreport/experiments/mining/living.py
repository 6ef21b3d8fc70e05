"""Which maps hardly ever answer: dead ones, and those that are nearly so."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.mining.result import MiningResult

RARE = 0.01
"""Share of the images below which a map that is above 0 in them is nearly dead."""
WEAK = 0.1
"""Share of the median map's strongest activation below which a map's own is nearly dead."""


def nearly_dead(mining: MiningResult, layer: str) -> np.ndarray:
    """Tell which maps are dead or nearly dead.

    They are above 0 in under 1 % of the images, or their strongest activation is under a tenth of
    that of the layer's median living map. Maps of the network's output, whose values may be below
    0, never are.

    Parameters
    ----------
    mining : MiningResult
        Strongest activations and shares of active images.
    layer : str
        Name of a mined layer.

    Returns
    -------
    bool [M]
    """
    strongest = np.nan_to_num(mining.layers[layer].values[:, 0])
    living = strongest > 0
    if layer == mining.output_layer or not living.any():
        return ~living & (layer != mining.output_layer)
    weak = strongest < WEAK * np.median(strongest[living])
    dead: np.ndarray = ~living | weak | (mining.layers[layer].active < RARE)
    return dead
