"""How feature maps became what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class FollowedMaps:
    """m maps of a layer at E epochs.

    Tiles are ``window`` pixels square, the same at all epochs, centred on the unit. A map's E tiles
    lie side by side in one strip, window x (E window) x 3, in the order of the epochs; strips are
    stored encoded, one after the other in one byte vector, strip i from byte ``offsets[i]`` up to
    ``offsets[i + 1]``. Patches are lossy WebP (lossless in tiles up to 16 px); projections are
    lossless WebP of round(128 + 127 * clip(p / scale, -1, 1)). A tile of a map that is not above 0
    is 128.

    Attributes
    ----------
    maps : int32 [m]
        Chosen feature maps.
    window : int
        Side of a tile, px of the network's input.
    values : float32 [E, m]
        Strongest activation over the images at each epoch.
    images, rows, cols : int32 [E, m]
        Image (numbered as in the mining result) and place of each.
    scales : float32 [E, m]
        Value shown as full white in each tile: the 99.5th percentile of its absolute value.
    similarity : float32 [E, m]
        The last epoch's strongest unit, in the same image, projected at each epoch: cosine (-1
        to 1) of that with the last epoch's projection. NaN where nothing is projected, and
        throughout for maps that project nothing at the last epoch.
    own_similarity : float32 [E, m]
        The same of each epoch's own strongest unit, which is what the tiles show.
    unrelated : float or None
        Mean cosine of different maps' projections at the last epoch; None with fewer than two.
    settled : int
        The first epoch from which on the median of ``similarity`` stays at 0.8 or above; 0 where
        only the last epoch does, which is compared with itself, or none.
    projections, patches : uint8 [bytes]
        The strips.
    projection_offsets, patch_offsets : int64 [m + 1]
        Where each strip begins in them, and where the last one ends.
    """

    maps: Annotated[np.ndarray, "int32 [m]"]
    window: int
    values: Annotated[np.ndarray, "float32 [E, m]"]
    images: Annotated[np.ndarray, "int32 [E, m]"]
    rows: Annotated[np.ndarray, "int32 [E, m]"]
    cols: Annotated[np.ndarray, "int32 [E, m]"]
    scales: Annotated[np.ndarray, "float32 [E, m]"]
    similarity: Annotated[np.ndarray, "float32 [E, m]"]
    own_similarity: Annotated[np.ndarray, "float32 [E, m]"]
    unrelated: float | None
    settled: int
    projections: Annotated[np.ndarray, "uint8 [*]"]
    patches: Annotated[np.ndarray, "uint8 [*]"]
    projection_offsets: Annotated[np.ndarray, "int64 [m + 1]"]
    patch_offsets: Annotated[np.ndarray, "int64 [m + 1]"]


@dataclass(frozen=True)
class EvolvedLayer:
    """A layer of the top-9.

    Attributes
    ----------
    status : str
        "" where the layer was projected, else why it was not (an operation without a rule).
    followed : FollowedMaps or None
        Its maps over the epochs; None where it was not projected.
    """

    status: str
    followed: FollowedMaps | None


@dataclass(frozen=True)
class EvolutionResult:
    """Projections of the strongest activations at E epochs (Zeiler & Fergus, Fig. 4).

    Attributes
    ----------
    epochs : list of int
        The E epochs, rising.
    found : int
        Number of epochs in the folder, of which these are a choice.
    layers : dict of EvolvedLayer
        By name, chosen layers from the input to the output.
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
    layers: dict[str, EvolvedLayer]
    history_epochs: Annotated[np.ndarray, "int32 [H]"]
    training_loss: Annotated[np.ndarray, "float32 [H]"]
    validation_loss: Annotated[np.ndarray, "float32 [H]"]
    training_error: Annotated[np.ndarray, "float32 [H]"]
    validation_error: Annotated[np.ndarray, "float32 [H]"]
    rule: str

    @property
    def followed(self) -> dict[str, FollowedMaps]:
        """The layers that were projected, by name."""
        return {
            name: layer.followed
            for name, layer in self.layers.items()
            if layer.followed is not None
        }
