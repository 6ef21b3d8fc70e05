"""Made-up results: feature maps one by one."""

from __future__ import annotations

import numpy as np

from tests.report import fake_pictures
from vizreport.experiments.feature_maps import neighbours
from vizreport.experiments.feature_maps.images import wanted_images
from vizreport.experiments.feature_maps.result import (
    RANKS,
    FeatureMapsResult,
    OtherRules,
    PagedLayer,
)
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.top_patches.result import TopPatchesResult


def make_feature_maps(
    mining: MiningResult, top: TopPatchesResult, seen: np.ndarray
) -> FeatureMapsResult:
    # One image is not kept, as where there are very many.
    images = wanted_images([*top.layers.values()], len(seen))[1:]
    pictures = [fake_pictures.webp(seen[i], False) for i in images]
    layers: dict[str, PagedLayer] = {}
    for name, layer in top.layers.items():
        maps, side = layer.maps[:8], layer.tiles.window
        tile = fake_pictures.projection(fake_pictures.crop(seen[0], 110, 110, side))
        rules = 1 if layer.tiles.status else 2
        rows = np.concatenate([np.concatenate([tile] * RANKS, axis=1)] * rules, axis=0)
        encoded = [fake_pictures.webp(rows, True)] * len(maps)
        near, how = neighbours.neighbours(mining.layers[name].similarity, layer.maps)
        others = OtherRules(
            rules=["gradient"] if layer.tiles.status else ["guided", "gradient"],
            maps=maps,
            projections=np.frombuffer(b"".join(encoded), np.uint8),
            projection_offsets=np.cumsum([0, *map(len, encoded)]),
            scales=np.full((len(maps), rules), 0.7, np.float32),
        )
        order = neighbours.side_by_side(mining.layers[name].similarity, layer.maps)
        layers[name] = PagedLayer(others, near, how, order)
    return FeatureMapsResult(
        layers=layers,
        size=list(seen.shape[1:3]),
        images=images,
        pictures=np.frombuffer(b"".join(pictures), np.uint8),
        picture_offsets=np.cumsum([0, *map(len, pictures)]),
        rule="deconvnet",
    )
