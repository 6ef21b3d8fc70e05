"""Nine tiles of a map, as in Top-9, from the trained network and from one of random weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from vizreport.drawing import tone
from vizreport.drawing.tiles import (
    GREY,
    cut_tiles,
    display_scale,
    energy_by_side,
    quantised,
    window_side,
)
from vizreport.errors import NotApplicable
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.sanity.randomisation import WeightedLayer, shuffle, weights_kept
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import ReportableLayer
from vizreport.subject.subject import Subject

MAPS = 2
_TILES = 9


class Panels(TypedDict):
    """The fields of the result that begin with "panel"."""

    panel_maps: np.ndarray
    panel_others: np.ndarray
    panel_alike: np.ndarray
    panel_rectifiers: list[str]
    panel_passed: np.ndarray
    panel_shown: np.ndarray
    panel_insides: np.ndarray
    panel_patches: np.ndarray
    panel_projections: np.ndarray
    panel_strengths: np.ndarray
    panel_peaks: np.ndarray


@dataclass(frozen=True)
class Randomising:
    """Weights made random.

    Attributes
    ----------
    pieces : list of list of WeightedLayer
        In the order in which they are made random.
    batch : int
        Units at once.
    seed : int
        Of the random choice.
    up, down : callable
        The forward pass, and the backward pass that tells what rectifiers let pass.
    """

    pieces: list[list[WeightedLayer]]
    batch: int
    seed: int
    up: Callable[..., Any]
    down: Callable[..., Any]


def panels(
    subject: Subject,
    mining: MiningResult,
    layer: ReportableLayer,
    drawn: np.ndarray,
    randomising: Randomising,
) -> Panels:
    """Project the nine strongest units of some maps, before and after all weights are random.

    Images and units stay the same. So do they for another map of the layer, whose pictures would
    differ if a picture showed what its map looks for.

    Parameters
    ----------
    subject : Subject
        Has the network and the images.
    mining : MiningResult
        Says which units are a map's strongest.
    layer : ReportableLayer
        The layer of the maps.
    drawn : int array
        Maps of the layer; the first of them have a panel each, whose other map is the next drawn.
    randomising : Randomising
        All weights below the layer, how they are made random, and how units are projected.

    Returns
    -------
    Panels
        Of the first of the maps.
    """
    pieces = randomising.pieces
    graph, maps = subject.graph, drawn[:MAPS]
    others = np.roll(drawn, -1)[: len(maps)]
    values, images, rows, cols = (
        getattr(mining.layers[layer.name], field)[maps, :_TILES]
        for field in ("values", "images", "rows", "cols")
    )
    shown = (values > 0) & (images >= 0)
    taken = tuple(np.argwhere(shown).T)
    wanted, indices = np.unique(images[taken], return_inverse=True)
    pictures = subject.pictures(mining.records[wanted])
    inputs = np.asarray(subject.preprocessing.tensor(pictures), graph.dtype)[indices]
    seeded = [(rows[taken], cols[taken], some[taken[0]]) for some in (maps, others)]
    fields = unit_fields(graph, layer.node, rows[taken], cols[taken])
    none = np.zeros(len(indices), int)
    states, compared, passed, side = [], [], [], max(fields.size)
    from vizreport.engine.projection.split_passes import rectifiers_below

    with weights_kept([one for piece in pieces for one in piece]):
        for random in (False, True):
            if random:
                for number, piece in enumerate(pieces):
                    for order, one in enumerate(piece):
                        shuffle(one, (randomising.seed, number, order))
            found, shares = _projected(randomising, inputs, seeded)
            if not np.isfinite(found).all():
                raise NotApplicable("the values of the projections are not finite")
            states.append(subject.to_rgb(found[0]).astype(np.float32))
            compared.append(_correlations(*found))
            passed.append(np.median(shares, axis=0))
    side, _ = window_side(energy_by_side(states[0], none, none, fields), side)
    shape = (len(maps), _TILES, side, side, 3)
    projections = np.full((2, *shape), GREY, np.uint8)
    strengths, peaks = (np.zeros((2, *shape[:2]), np.float32) for _ in range(2))
    for state, whole in enumerate(states):
        tiles = cut_tiles(whole, none, none, fields, side, 0.0)
        peaks[state][taken] = np.abs(tiles).max(axis=(1, 2, 3))
        scales = np.array([display_scale(np.abs(tile)) for tile in tiles])
        stored = quantised(tiles, scales)
        projections[state][taken] = stored
        strengths[state][taken] = tone.root_mean_squares(tone.signed(stored), scales)
    patches, insides = np.full(shape, GREY, np.uint8), np.zeros((*shape[:2], 4), np.int32)
    seen = subject.preprocessing.shown(pictures)[indices]
    patches[taken] = cut_tiles(seen, none, none, fields, side, GREY)
    alike = np.full((2, *shape[:2]), np.nan, np.float32)
    alike[:, taken[0], taken[1]] = compared
    alike[:, maps == others] = np.nan
    below = rectifiers_below(graph, layer.node)
    start = (fields.low + fields.high + 1 - side) // 2
    low, high = -start, np.array(graph.input_shape[:2]) - start
    insides[taken] = np.clip(np.concatenate([low[:, ::-1], high[:, ::-1]], axis=1), 0, side)
    return Panels(
        panel_maps=maps.astype(np.int32),
        panel_others=others.astype(np.int32),
        panel_alike=alike,
        panel_rectifiers=[graph.nodes[index].layer for index in below],
        panel_passed=np.array(passed, np.float32),
        panel_shown=shown,
        panel_insides=insides,
        panel_patches=patches,
        panel_projections=projections,
        panel_strengths=strengths,
        panel_peaks=peaks,
    )


def no_panels() -> Panels:
    """Return the same fields for no map."""
    tile = (0, _TILES, 0, 0, 3)
    return Panels(
        panel_maps=np.zeros(0, np.int32),
        panel_others=np.zeros(0, np.int32),
        panel_alike=np.zeros((2, *tile[:2]), np.float32),
        panel_rectifiers=[],
        panel_passed=np.zeros((2, 0), np.float32),
        panel_shown=np.zeros(tile[:2], bool),
        panel_insides=np.zeros((*tile[:2], 4), np.int32),
        panel_patches=np.zeros(tile, np.uint8),
        panel_projections=np.zeros((2, *tile), np.uint8),
        panel_strengths=np.zeros((2, *tile[:2]), np.float32),
        panel_peaks=np.zeros((2, *tile[:2]), np.float32),
    )


def _projected(
    passes: Randomising, inputs: np.ndarray, seeded: Sequence[tuple[np.ndarray, ...]]
) -> tuple[np.ndarray, np.ndarray]:
    """Carry units back in batches of one size, from each set of rows, columns and maps [U].

    Returns projections [S, U, H, W, C], and what rectifiers pass of the first set's [U, R].
    """
    parts, shares = [], []
    for first in range(0, len(inputs), passes.batch):
        chosen = np.arange(first, min(first + passes.batch, len(inputs)))
        padded = np.resize(chosen, passes.batch)
        values = passes.up(inputs[padded])
        found = [passes.down(values, *(each[padded] for each in units)) for units in seeded]
        parts.append(np.stack([projections[: len(chosen)] for projections, _ in found]))
        shares.append(found[0][1][: len(chosen)])
    return np.concatenate(parts, axis=1), np.concatenate(shares)


def _correlations(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Correlate pictures [U, H, W, C] pixel by pixel where either has a value; NaN if one is flat.

    The flat surroundings of a field, alike in all pictures, would raise the correlation.
    """
    found = np.full(len(some), np.nan)
    for k, (one, other) in enumerate(zip(some, others, strict=True)):
        seen = (one != 0) | (other != 0)
        if np.ptp(one) and np.ptp(other):
            found[k] = np.corrcoef(one[seen], other[seen])[0, 1]
    return found
