"""Made-up results: top-9 patches and photographs."""

from __future__ import annotations

import numpy as np

from tests.report import fake_pictures
from tests.report.fake_results import HOSTILE, SIZE, make_layers
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.parts.result import NamedLayer, NamedMaps, PartsResult
from vizreport.experiments.photographs.result import PhotographsResult, ProjectedLayer
from vizreport.experiments.top_patches.result import Tiles, TopLayer, TopPatchesResult


def make_top_patches(
    random: np.random.Generator,
    mining: MiningResult,
    seen: np.ndarray,
    hostile: bool,
    given: dict[str, np.ndarray] | None = None,
) -> TopPatchesResult:
    """Sixteen maps a layer with a dead one, or those ``given``."""
    layers = {}
    for name, maps, window, field, stride, _ in make_layers(hostile):
        without_rule = hostile and name == "conv10"
        if given is None:
            chosen = np.sort(random.permutation(maps)[:16]).astype(np.int32)
            chosen[0] = 5
            chosen.sort()
        elif name in given:
            chosen = given[name]
        else:
            continue
        count = len(chosen)
        mined = mining.layers[name]
        values, images = mined.values[chosen], mined.images[chosen]
        rows, cols = mined.rows[chosen], mined.cols[chosen]
        dead = ~(values[:, 0] > 0)
        patches, projections = [], []
        for i in range(count):
            cut = [
                fake_pictures.crop(seen[n], int(r * stride), int(c * stride), window)
                for n, r, c in zip(images[i], rows[i], cols[i], strict=True)
            ]
            if dead[i]:
                cut = [np.full_like(tile, 128) for tile in cut]
            patches.append(fake_pictures.webp(fake_pictures.mosaic(cut), False))
            tiles = [fake_pictures.projection(tile) for tile in cut]
            stored = fake_pictures.webp(fake_pictures.mosaic(tiles), True)
            projections.append(b"" if without_rule else stored)
        scales = random.uniform(0.1, 2, (count, 1)).repeat(9, 1).astype(np.float32)
        counts = [np.bincount(mining.labels[row]).max() / 9 for row in images]
        centre = np.stack([cols, rows, cols, rows], axis=-1) * stride
        half = np.array([-field // 2, -field // 2, field // 2, field // 2])
        rank = np.argsort(np.argsort(random.permutation(count) + count * dead)).astype(np.int32)
        peaks = random.uniform(1, 3, (count, 9)).astype(np.float32)
        tiles = Tiles(
            status="activation 'silu' of block2/act has no backward rule" if without_rule else "",
            window=window,
            energy_share=0.983,
            receptive_field=[field, field],
            fields=np.clip(centre + half, 0, SIZE).astype(np.int32),
            patches=np.frombuffer(b"".join(patches), np.uint8),
            projections=np.frombuffer(b"".join(projections), np.uint8),
            patch_offsets=np.cumsum([0, *map(len, patches)]),
            projection_offsets=np.cumsum([0, *map(len, projections)]),
            scales=scales,
            map_scales=scales[:, 0],
            tile_scales=scales,
            peaks=peaks,
            strengths=np.where(values > 0, random.uniform(0.1, 1, (count, 9)), 0).astype("f4"),
            inside=shares(0.55, (count, 9), dead),
            inside_area=shares(0.42, (count, 9), dead),
            inside_elsewhere=shares(0.33, (count, 9), dead),
        )
        layers[name] = TopLayer(
            maps=chosen,
            rank=rank,
            selective=np.arange(count) % 2 == 0,
            inactive=chosen[dead],
            values=values,
            images=images,
            rows=rows,
            cols=cols,
            tiles=tiles,
            shown=values > 0,
            dead=dead,
            purity=np.where(dead, np.nan, np.array(counts)).astype(np.float32),
        )
    return TopPatchesResult(
        layers=layers,
        rule="deconvnet",
        labelled=True,
        replaced=[{"layer": HOSTILE[1], "blank": 0.62, "instead": [*mining.layers][-1]}]
        if hostile
        else [],
    )


def shares(centre: float, shape: tuple[int, int], dead: np.ndarray) -> np.ndarray:
    values = np.random.default_rng(round(100 * centre)).normal(centre, 0.1, shape).clip(0, 1)
    values[dead] = np.nan
    return values.astype(np.float32)


def make_parts(random: np.random.Generator, hostile: bool) -> PartsResult:
    """Half of the maps of deeper layers have a name; with hostile names the last layer none."""
    names = [HOSTILE[0], "left eye", HOSTILE[4], "wheel (car)"] if hostile else ["eye", "wheel"]
    layers: dict[str, NamedLayer] = {}
    for depth, (name, maps, _, _, stride, _) in enumerate(make_layers(hostile)[:-1]):
        part = random.integers(0, len(names), maps).astype(np.int32)
        part[5] = -1
        chosen = random.uniform(0, (0.15, 0.6, 0.9)[depth], maps).astype(np.float32)
        precision = (chosen * random.uniform(0.6, 1, maps)).astype(np.float32)
        chance = random.uniform(0, 0.15, maps).astype(np.float32)
        for column in (chosen, precision, chance):
            column[5] = np.nan
        layers[name] = NamedLayer(stride / 2**0.5, NamedMaps(part, chosen, precision, chance))
    return PartsResult(
        mean_mask=np.full((SIZE, SIZE), 0.3, np.float32),
        masks=60,
        names=names,
        halves=[30, 30],
        shown=np.full((len(names), 2), 6, np.int32),
        tolerance=0.1,
        layers=layers,
    )


def make_photographs(
    random: np.random.Generator, names: list[str], seen: np.ndarray, hostile: bool
) -> PhotographsResult:
    count, strongest = (2 if hostile else 1), 4
    layers: dict[str, ProjectedLayer] = {}
    for name, count_of_maps, window, _, _, _ in make_layers(hostile):
        places = random.integers(20, SIZE - 20, (count, strongest, 2))
        half = np.array([window // 2 + 1] * 2)
        boxes = np.concatenate([places - half, places + half], axis=-1)
        fields = np.clip(boxes, 0, SIZE).astype(np.int32)
        maps = random.integers(0, count_of_maps, (count, strongest)).astype(np.int32)
        values = np.sort(random.gamma(4, 9, (count, strongest)), axis=1)[:, ::-1]
        values = values.astype(np.float32)
        scales = random.uniform(0.1, 2, (count, strongest)).astype(np.float32)
        shown = np.full((count, strongest, SIZE, SIZE, 3), 128, np.uint8)
        for p in range(count):
            whole = fake_pictures.projection(seen[p])
            for j, (left, top, right, bottom) in enumerate(fields[p]):
                shown[p, j, top:bottom, left:right] = whole[top:bottom, left:right]
        layers[name] = ProjectedLayer("", maps, values, fields, shown, scales)
    return PhotographsResult(
        paths=[HOSTILE[2], HOSTILE[0]] if hostile else ["cat.jpg"],
        pictures=seen[:count],
        top_classes=np.tile(np.arange(5, dtype=np.int32), (count, 1)),
        top_probabilities=np.tile(np.array([0.61, 0.2, 0.1, 0.05, 0.01], np.float32), (count, 1)),
        class_names=names,
        layers=layers,
        rule="deconvnet",
    )
