"""How feature maps became what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

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
        to 1) of that with the last epoch's projection. NaN where nothing is projected, and
        throughout for maps that project nothing at the last epoch.
    own_similarity : dict of float32 [E, m]
        The same of each epoch's own strongest unit, which is what the tiles show.
    unrelated : dict of float or None
        Mean cosine of different maps' projections at the last epoch; None with fewer than two.
    settled : dict of int
        The first epoch from which on the median of ``similarity`` stays at 0.8 or above; 0 where
        only the last epoch does, which is compared with itself, or none.
    projections, patches : dict of uint8 [bytes]
        The strips of each layer.
    projection_offsets, patch_offsets : dict of int64 [m + 1]
        Where each strip begins in them, and where the last one ends.
    history_epochs : int32 [H]
        Epochs of the training's history; empty where the folder has none.
    training_loss, validation_loss : float32 [H]
        Mean cross-entropy, nats.
    training_error, validation_error : float32 [H]
        Shares, 0 to 1.
    rule : str
        Preset of backward rules.
    """

    epochs: Annotated[list[int], "[E]"]
    found: int
    layers: list[str]
    status: Annotated[dict[str, str], "by layers"]
    maps: Annotated[dict[str, np.ndarray], "int32 [m]"]
    window: dict[str, int]
    values: Annotated[dict[str, np.ndarray], "float32 [E, m]"]
    images: Annotated[dict[str, np.ndarray], "int32 [E, m]"]
    rows: Annotated[dict[str, np.ndarray], "int32 [E, m]"]
    cols: Annotated[dict[str, np.ndarray], "int32 [E, m]"]
    scales: Annotated[dict[str, np.ndarray], "float32 [E, m]"]
    similarity: Annotated[dict[str, np.ndarray], "float32 [E, m]"]
    own_similarity: Annotated[dict[str, np.ndarray], "float32 [E, m]"]
    unrelated: dict[str, float | None]
    settled: dict[str, int]
    projections: Annotated[dict[str, np.ndarray], "uint8 [*]"]
    patches: Annotated[dict[str, np.ndarray], "uint8 [*]"]
    projection_offsets: Annotated[dict[str, np.ndarray], "int64 [m + 1]"]
    patch_offsets: Annotated[dict[str, np.ndarray], "int64 [m + 1]"]
    history_epochs: Annotated[np.ndarray, "int32 [H]"]
    training_loss: Annotated[np.ndarray, "float32 [H]"]
    validation_loss: Annotated[np.ndarray, "float32 [H]"]
    training_error: Annotated[np.ndarray, "float32 [H]"]
    validation_error: Annotated[np.ndarray, "float32 [H]"]
    rule: str
