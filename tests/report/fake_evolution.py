"""A made-up result: evolution over epochs."""

from __future__ import annotations

import numpy as np

from tests.report import fake_pictures
from vizreport.experiments.evolution.result import EvolutionResult, EvolvedLayer, FollowedMaps
from vizreport.experiments.evolution.similarity import settled
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.top_patches.pictures import offsets
from vizreport.experiments.top_patches.result import TopPatchesResult

EPOCHS = [1, 2, 5, 10, 20, 30, 40, 64]


def make_evolution(
    random: np.random.Generator, mining: MiningResult, top: TopPatchesResult, seen: np.ndarray
) -> EvolutionResult:
    """Follow eight maps of each projected layer; upper layers settle later, one never."""
    layers = {name: EvolvedLayer(layer.tiles.status, None) for name, layer in top.layers.items()}
    names = [name for name, layer in layers.items() if not layer.status]
    count, steps = 8, len(EPOCHS)
    for place, name in enumerate(names):
        window = top.layers[name].tiles.window
        images = random.integers(0, len(seen), (steps, count)).astype(np.int32)
        for e in range(1, steps):  # jumps grow rare
            stay = random.random(count) < e / steps
            images[e, stay] = images[e - 1, stay]
        values = np.sort(random.gamma(4, 5, (steps, count)), axis=0).astype(np.float32)
        values[:, 1] = 0  # dead
        strips: dict[bool, list[bytes]] = {True: [], False: []}
        for m in range(count):
            tiles = [fake_pictures.crop(seen[i], 110, 110, window) for i in images[:, m]]
            if m == 1:
                tiles = [np.full_like(tile, 128) for tile in tiles]
            shown = [fake_pictures.projection(tile) for tile in tiles]
            strips[True].append(fake_pictures.webp(np.concatenate(shown, axis=1), True))
            strips[False].append(fake_pictures.webp(np.concatenate(tiles, axis=1), False))
        rise = np.clip(np.linspace(0.3, 1.2 - 0.2 * place, steps), 0, 0.97)
        similarity = rise[:, None] + random.normal(0, 0.02, (steps, count))
        similarity[-1], similarity[:, 1] = 1, np.nan
        followed = FollowedMaps(
            maps=top.layers[name].maps[:count],
            window=window,
            values=values,
            images=images,
            rows=np.full_like(images, 5),
            cols=np.full_like(images, 5),
            scales=values,
            similarity=similarity.astype(np.float32),
            own_similarity=(similarity**2).astype(np.float32),
            unrelated=0.05,
            settled=settled(EPOCHS, similarity),
            projections=np.frombuffer(b"".join(strips[True]), np.uint8),
            patches=np.frombuffer(b"".join(strips[False]), np.uint8),
            projection_offsets=offsets(strips[True]),
            patch_offsets=offsets(strips[False]),
        )
        layers[name] = EvolvedLayer("", followed)
    loss = 7 * np.exp(-np.arange(1, 65) / 20).astype(np.float32)
    return EvolutionResult(
        epochs=EPOCHS,
        found=64,
        layers=layers,
        history_epochs=np.arange(1, 65, dtype=np.int32),
        training_loss=loss,
        validation_loss=loss + 0.4,
        training_error=loss / 8,
        validation_error=loss / 7,
        rule="deconvnet",
    )
