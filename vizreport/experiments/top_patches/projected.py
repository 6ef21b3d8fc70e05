"""One layer's strongest units projected, computed wherever that is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from vizreport.data.truth import in_view
from vizreport.drawing import tone
from vizreport.drawing.tiles import (
    GREY,
    cut_tiles,
    display_scale,
    energy_by_side,
    mosaic,
    quantised,
    window_side,
)
from vizreport.errors import NotApplicable
from vizreport.experiments.top_patches.energy import Shares, energy_shares
from vizreport.experiments.top_patches.pictures import (
    offsets,
    patch_encoder,
    projection_encoder,
)
from vizreport.experiments.top_patches.result import Tiles
from vizreport.graph.fields import Fields, unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.parallel.piece import Compute
from vizreport.subject.subject import Subject
from vizreport.system.processors import processors

if TYPE_CHECKING:
    from vizreport.engine.deconvnet import Deconvnet

# Maps projected at once: bounds memory. The window is chosen on as many, spread over the sample.
_CHUNK = 16
_UNPROJECTED = 4  # maps whose gradients choose the window where the layer is not projected
_MASKS = 1000  # kept at hand: bounds memory


@dataclass(frozen=True)
class StrongestUnits:
    """The strongest units of a layer's M maps, as mining found them, and the n images they are in.

    Attributes
    ----------
    values, rows, cols : arrays [M, K]
        Activation and place.
    images : int32 [M, K]
        Among the images; -1 where there is none.
    records : int32 [n]
        Of the images.
    """

    values: np.ndarray
    images: np.ndarray
    rows: np.ndarray
    cols: np.ndarray
    records: np.ndarray


@dataclass(frozen=True)
class ToProject:
    """A layer, the maps of it that are shown, and their window where it is given.

    Attributes
    ----------
    layer : ReportableLayer
        Which.
    maps : int32 [m]
        Of its maps.
    units : StrongestUnits
        Of all its maps.
    window : (int, float) or None
        Side of the tiles and the share of energy that lies in them.
    """

    layer: ReportableLayer
    maps: np.ndarray
    units: StrongestUnits
    window: tuple[int, float] | None


@dataclass(frozen=True)
class _ProjectedMaps:
    """Projections of some maps' units, on crops, in RGB."""

    units: np.ndarray  # [u, 2] position in the chunk's maps, rising, and among the nine
    projections: np.ndarray
    tops: np.ndarray
    lefts: np.ndarray
    fields: Fields

    def of_map(self, place: int) -> _ProjectedMaps:
        """Return those of one map."""
        here = slice(*np.searchsorted(self.units[:, 0], (place, place + 1)))
        return _ProjectedMaps(
            self.units[here],
            self.projections[here],
            self.tops[here],
            self.lefts[here],
            replace(self.fields, low=self.fields.low[here], high=self.fields.high[here]),
        )

    def cut(self, count: int, side: int) -> np.ndarray:
        """Cut the tiles of a single map, 0 where there is none: float32 [count, s, s, 3]."""
        signed = np.zeros((count, side, side, 3), np.float32)
        signed[self.units[:, 1]] = cut_tiles(
            self.projections, self.tops, self.lefts, self.fields, side, 0.0
        )
        return signed


def project_layer(subject: Subject, rule: str, window: str, mean_mask: np.ndarray) -> Compute:
    """Return what projects a layer: from ToProject to Tiles.

    Parameters
    ----------
    subject : Subject
        Has the network, the images and what is known of them.
    rule : str
        Preset of backward rules.
    window : str
        How the tiles' side is chosen.
    mean_mask : float32 [h, w]
        Of all images' objects, where they are known.
    """
    from vizreport.engine.presets import rule_problem

    shares = _shares_function(subject, mean_mask)

    def compute(asked: ToProject, done: Callable[[int], Any]) -> Tiles:
        work = _Tiling(subject, asked.units, window, shares, asked.window, done)
        status = rule_problem(subject.graph, asked.layer.node, rule)
        if not status:
            try:
                return _tiles(work, asked.layer, asked.maps, subject.deconvnet(rule))
            except NotApplicable as problem:
                status = str(problem)
        return replace(_tiles(work, asked.layer, asked.maps, None), status=status)

    return compute


def is_shown(layer: ReportableLayer, values: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Tell which of the strongest units are shown: those above 0, of an output all: bool [m, K]."""
    return (images >= 0) & ((values > 0) | (layer.kind == "output"))


_SharesFunction = Callable[["_ProjectedMaps", np.ndarray], Shares]


def _shares_function(subject: Subject, mean_mask: np.ndarray) -> _SharesFunction | None:
    """Return what measures projections of some images against their objects, where known."""
    truth = subject.dataset.truth
    if truth is None:
        return None

    @lru_cache(_MASKS)
    def mask(record: int) -> np.ndarray:
        return in_view(truth(record), subject.preprocessing).mask

    def shares(found: _ProjectedMaps, records: np.ndarray) -> Shares:
        masks = np.stack([mask(int(record)) for record in records])
        fields = found.fields.clipped(masks.shape[1:])
        return energy_shares(found.projections, found.tops, found.lefts, fields, masks, mean_mask)

    return shares


@dataclass(frozen=True)
class _Tiling:
    """What the tiles of all layers are made from; ``window`` is how their side is chosen."""

    subject: Subject
    units: StrongestUnits
    window: str
    shares: _SharesFunction | None
    given: tuple[int, float] | None
    done: Callable[[int], Any]


def _tiles(
    work: _Tiling, layer: ReportableLayer, maps: np.ndarray, deconvnet: Deconvnet | None
) -> Tiles:
    """Project, cut and encode one layer's tiles; without a deconvnet patches alone."""
    subject, strongest, shares = work.subject, work.units, work.shares
    graph, count = subject.graph, strongest.values.shape[1]
    shape = graph.input_shape
    rows, cols = strongest.rows[maps], strongest.cols[maps]
    fields = unit_fields(graph, layer.node, rows.ravel(), cols.ravel())
    full = max(fields.size)
    side, share = work.given or (full, 1.0)
    patches: list[bytes] = []
    projections: list[bytes] = []
    map_scales = np.zeros(len(maps), np.float32)
    scales = np.zeros((len(maps), count), np.float32)
    tile_scales, peaks, strengths = (np.zeros_like(scales) for _ in range(3))
    energies = Shares(*(np.full(scales.shape, np.nan, np.float32) for _ in range(3)))
    few = deconvnet is not None and 0 < len(maps) <= _CHUNK
    first = _project(subject, deconvnet, strongest, layer, maps) if few else None
    if work.window == "energy" and len(maps):
        sample = first[0] if first else _sample(subject, deconvnet, strongest, layer, maps)
        if sample is not None:
            energy = energy_by_side(sample.projections, sample.tops, sample.lefts, sample.fields)
            side, share = window_side(energy, full)
        del sample
    with ThreadPoolExecutor(processors()) as pool:
        for start in range(0, len(maps), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            found, pictures = first or _project(subject, deconvnet, strongest, layer, maps[chunk])
            tiles = np.full((len(maps[chunk]), count, side, side, 3), GREY, np.uint8)
            # One map after the other: the tiles of all are as large as their projections.
            for number, stored in enumerate(tiles, start):
                one = found.of_map(number - start)
                signed = one.cut(count, side)
                strength = np.abs(signed).reshape(count, -1)
                map_scales[number] = display_scale(strength)
                tile_scales[number] = [display_scale(tile) for tile in strength]
                peaks[number] = strength.max(axis=1)
                scales[number] = np.maximum(
                    tile_scales[number], np.minimum(map_scales[number], peaks[number])
                )
                stored[:] = quantised(signed, scales[number])
                strengths[number] = tone.root_mean_squares(tone.signed(stored), scales[number])
                if shares is not None and len(one.units):
                    units = one.units + [start, 0]
                    images = strongest.images[maps[units[:, 0]], units[:, 1]]
                    energies.put(units, shares(one, strongest.records[images]))
            cut = _patches(subject, strongest, layer, maps[chunk], pictures, side)
            patches += pool.map(patch_encoder(side, len(maps)), map(mosaic, cut))
            if deconvnet:
                encode = projection_encoder(side, len(maps))
                projections += pool.map(encode, map(mosaic, tiles))
            else:
                projections += [b""] * len(tiles)
            work.done(len(maps[chunk]))
            del found, pictures, tiles, cut, one  # before the next are made
    return Tiles(
        status="",
        window=side,
        # Projections' last bits depend on the number of threads.
        energy_share=round(share, 6),
        receptive_field=[0, 0] if fields.everywhere else list(fields.size),
        fields=fields.clipped(shape).reshape(len(maps), count, 4),
        patches=np.frombuffer(b"".join(patches), np.uint8),
        projections=np.frombuffer(b"".join(projections), np.uint8),
        patch_offsets=offsets(patches),
        projection_offsets=offsets(projections),
        scales=scales,
        map_scales=map_scales,
        tile_scales=tile_scales,
        peaks=peaks,
        strengths=strengths,
        inside=energies.inside,
        inside_area=energies.area,
        inside_elsewhere=energies.elsewhere,
    )


def _sample(
    subject: Subject,
    deconvnet: Deconvnet | None,
    strongest: StrongestUnits,
    layer: ReportableLayer,
    maps: np.ndarray,
) -> _ProjectedMaps | None:
    """Project what the window is chosen by, of maps spread over those shown.

    Without a deconvnet gradients, where they are finite.
    """
    most = _CHUNK if deconvnet else _UNPROJECTED
    spread = np.linspace(0, len(maps) - 1, min(most, len(maps))).round().astype(int)
    spread = maps[np.unique(spread)]
    if deconvnet is not None:
        return _project(subject, deconvnet, strongest, layer, spread)[0]
    try:
        gradient = subject.deconvnet("gradient")
        return _project(subject, gradient, strongest, layer, spread)[0]
    except NotApplicable:
        return None


def _project(
    subject: Subject,
    deconvnet: Deconvnet | None,
    strongest: StrongestUnits,
    layer: ReportableLayer,
    maps: np.ndarray,
) -> tuple[_ProjectedMaps, dict[int, np.ndarray]]:
    """Project the active units of some maps; also return the pictures by image.

    Without a deconvnet no unit is projected.
    """
    values, images = strongest.values[maps], strongest.images[maps]
    wanted = np.unique(images[images >= 0])
    pictures = subject.pictures(strongest.records[wanted])
    units = np.argwhere(values > 0) if deconvnet else np.zeros((0, 2), np.int64)
    taken = tuple(units.T)
    numbers = np.searchsorted(wanted, images[taken])
    rows, cols = strongest.rows[maps][taken], strongest.cols[maps][taken]
    inputs = subject.preprocessing.tensor(pictures)
    tops, lefts = np.zeros((2, len(units)), np.int64)
    projections = np.zeros((0, 1, 1, 3), np.float32)
    if deconvnet is not None:
        parts = deconvnet.project_units(inputs, layer, numbers, rows, cols, maps[units[:, 0]])
        for part in parts:
            some = subject.to_rgb(part.pictures)
            if not len(projections):
                projections = np.empty((len(units), *some.shape[1:]), some.dtype)
            projections[part.chosen] = some
            tops[part.chosen], lefts[part.chosen] = part.tops, part.lefts
    fields = unit_fields(subject.graph, layer.node, rows, cols)
    found = _ProjectedMaps(units, projections, tops, lefts, fields)
    seen = subject.preprocessing.shown(pictures)
    return found, dict(zip(wanted.tolist(), seen, strict=True))


def _patches(
    subject: Subject,
    strongest: StrongestUnits,
    layer: ReportableLayer,
    maps: np.ndarray,
    pictures: dict[int, np.ndarray],
    side: int,
) -> np.ndarray:
    """Cut the pictures' tiles: uint8 [m, K, s, s, 3]; dead maps stay grey."""
    values, images = strongest.values[maps], strongest.images[maps]
    patches = np.full((*images.shape, side, side, 3), GREY, np.uint8)
    living = is_shown(layer, values, images)[:, :1]
    shown = tuple(np.argwhere((images >= 0) & living).T)
    rows, cols = strongest.rows[maps][shown], strongest.cols[maps][shown]
    if len(rows):
        fields = unit_fields(subject.graph, layer.node, rows, cols)
        none = np.zeros(len(rows), int)
        stack = np.stack([pictures[image] for image in images[shown]])
        patches[shown] = cut_tiles(stack, none, none, fields, side, GREY)
    return patches
