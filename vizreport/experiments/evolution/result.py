"""How feature maps became what they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class EvolutionResult:
    """Projections of the strongest activations at several epochs (Zeiler & Fergus, Fig. 4).

    For each layer m feature maps at E epochs. Tiles are ``window`` pixels square, the same at
    all epochs, centred on the unit. A map's E tiles lie side by side in one strip, window x
    (E window) x 3, in the order of the epochs; strips are stored encoded, one after the other in
    one byte vector, strip i from byte ``offsets[L][i]`` up to ``offsets[L][i + 1]``. Patches are
    lossy WebP (lossless in tiles up to 16 px); projections are lossless WebP of
    round(128 + 127 * clip(p / scale, -1, 1)). A tile of a map that is not above 0 is 128.

    Attributes
    ----------
    epochs : list of int
        The E epochs, rising.
    found : int
        Number of epochs in the folder, of which these are a choice.
    layers : list of str
        Chosen layers from the input to the output.
    status : dict of str
        "" where the layer was projected, else why it was not (an operation without a rule).
    maps : dict of int32 [m]
        Chosen feature maps.
    window : dict of int
        Side of a tile, px of the network's input.
    values : dict of float32 [E, m]
        Strongest activation over the images at each epoch.
    images, rows, cols : dict of int32 [E, m]
        Image (numbered as in the mining result) and place of each.
    scales : dict of float32 [E, m]
        Value shown as full white in each tile: the 99.5th percentile of its absolute value.
    similarity : dict of float32 [E, m]
        The last epoch's strongest unit, in the same image, projected at each epoch: cosine (-1
        to 1) of that with the last epoch's projection. 0 where nothing is projected, NaN
        throughout for maps that project nothing at the last epoch.
    own_similarity : dict of float32 [E, m]
        The same of each epoch's own strongest unit, which is what the tiles show.
    unrelated : dict of float or None
        Mean cosine of different maps' projections at the last epoch; None with fewer than two.
    settled : dict of int
        The first epoch from which on the mean of ``similarity`` stays at 0.8 or above; 0 where
        only the last epoch does, which is compared with itself, or none.
    projections, patches : dict of uint8 [bytes]
    projection_offsets, patch_offsets : dict of int64 [m + 1]
    history_epochs : int32 [H]
        Epochs of the training's history; empty where the folder has none.
    training_loss, validation_loss : float32 [H]
        Mean cross-entropy, nats.
    training_error, validation_error : float32 [H]
        Shares, 0 to 1.
    rule : str
        Preset of backward rules.
    """

    epochs: list[int]
    found: int
    layers: list[str]
    status: dict[str, str]
    maps: dict[str, np.ndarray]
    window: dict[str, int]
    values: dict[str, np.ndarray]
    images: dict[str, np.ndarray]
    rows: dict[str, np.ndarray]
    cols: dict[str, np.ndarray]
    scales: dict[str, np.ndarray]
    similarity: dict[str, np.ndarray]
    own_similarity: dict[str, np.ndarray]
    unrelated: dict[str, float | None]
    settled: dict[str, int]
    projections: dict[str, np.ndarray]
    patches: dict[str, np.ndarray]
    projection_offsets: dict[str, np.ndarray]
    patch_offsets: dict[str, np.ndarray]
    history_epochs: np.ndarray
    training_loss: np.ndarray
    validation_loss: np.ndarray
    training_error: np.ndarray
    validation_error: np.ndarray
    rule: str
