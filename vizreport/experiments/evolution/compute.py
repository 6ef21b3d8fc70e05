"""The strongest activations of the same feature maps at several epochs, projected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from vizreport.errors import NotApplicable
from vizreport.experiments.evolution.epoch import EpochUnits, Followed, LayerToFollow, follow
from vizreport.experiments.evolution.result import EvolutionResult, EvolvedLayer, FollowedMaps
from vizreport.experiments.evolution.similarity import mean_between, settled
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.settings import Given
from vizreport.experiments.top_patches.pictures import SMALL, lossless, lossy, offsets
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.models.epochs import EpochCheckpoint
from vizreport.models.history import read_history
from vizreport.parallel.piece import Piece, Work
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject
from vizreport.system.processors import processors

EPOCHS = 8
"""Epochs shown of a folder with more, as in the paper's Fig. 4."""
MAPS = 16
"""Maps followed of a layer: bounds memory where Top-9 shows all of them."""


def compute(
    subject: Subject,
    settings: Given,
    mining: MiningResult,
    top_patches: TopPatchesResult,
    pieces: Pieces,
) -> EvolutionResult:
    """Follow some maps of each layer over the epochs of a folder of checkpoints.

    Reads the results of mining and of the top-9 patches, whose maps and windows are taken.

    Raises
    ------
    NotApplicable
        With fewer than two epochs, or no layer that can be projected.
    """
    found = subject.network.epochs
    if len(found) < 2:
        raise NotApplicable(
            "it compares epochs, but there is only one checkpoint; pass --checkpoint a folder of "
            "checkpoints whose sidecars name their epochs, as written by vizreport train"
        )
    shown = choose_epochs(found)
    problems = {name: top.tiles.status for name, top in top_patches.layers.items()}
    projected = {name for name, problem in problems.items() if not problem}
    layers = [layer for layer in subject.chosen_layers(settings.layers) if layer.name in projected]
    if not layers:
        raise NotApplicable(next(iter(problems.values())))
    maps = {layer.name: _spread(top_patches.layers[layer.name].maps) for layer in layers}
    windows = {layer.name: top_patches.layers[layer.name].tiles.window for layer in layers}
    wanted = [
        LayerToFollow(layer, maps[name], windows[name], _mined(mining, name, maps[name]))
        for layer in layers
        for name in [layer.name]
    ]
    followed = _followed(subject, pieces, shown, (mining.records, wanted, settings.rule))
    history = read_history(shown[0].path.parent)
    epochs = [epoch.epoch for epoch in shown]
    over_epochs = {
        name: _over_epochs(followed, name, epochs, maps[name], windows[name]) for name in maps
    }
    return EvolutionResult(
        epochs=epochs,
        found=len(found),
        layers={
            name: EvolvedLayer(problem, over_epochs.get(name)) for name, problem in problems.items()
        },
        history_epochs=np.array([epoch.epoch for epoch in history], np.int32),
        training_loss=_curve(epoch.training_loss for epoch in history),
        validation_loss=_curve(epoch.validation_loss for epoch in history),
        training_error=_curve(epoch.training_error for epoch in history),
        validation_error=_curve(epoch.validation_error for epoch in history),
        rule=settings.rule,
    )


def choose_epochs(found: Sequence[EpochCheckpoint]) -> list[EpochCheckpoint]:
    """Choose at most ``EPOCHS``: the first, the last, and between them growing steps."""
    if len(found) <= EPOCHS:
        return list(found)
    epochs = np.array([each.epoch for each in found], float)
    left = np.arange(len(found))
    chosen = []
    # From the end, where the steps are wide; each wish takes the nearest epoch still there.
    for wish in np.geomspace(max(epochs[0], 1), epochs[-1], EPOCHS)[::-1]:
        nearest = left[np.argmin(np.abs(epochs[left] - wish))]
        chosen.append(int(nearest))
        left = left[left != nearest]
    return [found[i] for i in sorted(chosen)]


def _curve(values: Iterable[float]) -> np.ndarray:
    return np.array(list(values), np.float32)


def _spread(maps: np.ndarray) -> np.ndarray:
    if len(maps) <= MAPS:
        return maps
    return maps[np.arange(MAPS) * len(maps) // MAPS]


def _mined(mining: MiningResult, layer: str, maps: np.ndarray) -> EpochUnits:
    """Return the strongest units of the network itself, which is the last epoch."""
    mined = mining.layers[layer]
    each = (mined.values, mined.images, mined.rows, mined.cols)
    return EpochUnits(*(of_maps[maps, 0] for of_maps in each))


def _followed(
    subject: Subject,
    pieces: Pieces,
    shown: Sequence[EpochCheckpoint],
    arguments: tuple[Any, ...],
) -> list[Followed]:
    """Follow maps over epochs: the last one first, with which the others are compared."""

    def work(
        name: str, epochs: Sequence[EpochCheckpoint], last: dict[str, np.ndarray] | None
    ) -> Work:
        each = [Piece(f"epoch-{e.epoch}", e, 1, f"epoch {e.epoch}") for e in epochs]
        return Work(name, follow, (*arguments, last), each, Followed, "following", "epochs")

    (last,) = pieces.map(subject, work("last", shown[-1:], None))
    return [*pieces.map(subject, work("others", shown[:-1], last.tiles)), last]


def _over_epochs(
    followed: Sequence[Followed], layer: str, epochs: list[int], maps: np.ndarray, window: int
) -> FollowedMaps:
    """Put a layer's epochs together, its tiles in strips."""
    similarity = np.stack([each.similarity[layer] for each in followed])
    projections = _encoded([each.projections[layer] for each in followed], lossless)
    patches = _encoded(
        [each.patches[layer] for each in followed], lossy if window > SMALL else lossless
    )
    return FollowedMaps(
        maps=maps,
        window=window,
        values=np.stack([each.values[layer] for each in followed]),
        images=np.stack([each.images[layer] for each in followed]),
        rows=np.stack([each.rows[layer] for each in followed]),
        cols=np.stack([each.cols[layer] for each in followed]),
        scales=np.stack([each.scales[layer] for each in followed]),
        similarity=similarity,
        own_similarity=np.stack([each.own_similarity[layer] for each in followed]),
        unrelated=mean_between(followed[-1].tiles[layer]),
        settled=settled(epochs, similarity),
        projections=np.frombuffer(b"".join(projections), np.uint8),
        patches=np.frombuffer(b"".join(patches), np.uint8),
        projection_offsets=offsets(projections),
        patch_offsets=offsets(patches),
    )


def _encoded(tiles: Sequence[np.ndarray], encode: Callable[[np.ndarray], bytes]) -> list[bytes]:
    """Encode the tiles of m maps at E epochs, E arrays [m, s, s, 3], as m strips [s, E s, 3]."""
    stacked = np.stack(tiles)
    count, side = stacked.shape[1:3]
    strips = stacked.transpose(1, 2, 0, 3, 4).reshape(count, side, -1, 3)
    with ThreadPoolExecutor(processors()) as pool:
        return list(pool.map(encode, strips))
