"""Which maps are shown: half for what they show, half at random, so that the choice is fair."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from vizreport.experiments.mining.living import nearly_dead
from vizreport.experiments.mining.result import MiningResult

CANDIDATES = 0.25
"""Share of the maps, the most selective ones, among which those least alike are chosen."""
STRONG = 0.5
"""Share of the median map's strongest activation that a map must reach to be one of them."""


@dataclass(frozen=True)
class MapChoice:
    """Maps of a layer that are shown.

    Attributes
    ----------
    maps : int32 [m]
        In rising order.
    rank : int32 [m]
        The place of each where only some of them are shown, 0 first.
    selective : bool [m]
        Chosen for being selective; the others at random.
    """

    maps: np.ndarray
    rank: np.ndarray
    selective: np.ndarray


def choose_maps(mining: MiningResult, layer: str, count: int | None, seed: int) -> MapChoice:
    """Choose maps: one half selective and unlike each other, the other half at random.

    Any first part of the ranking has halves, too. Dead maps and nearly dead ones are passed over;
    where all maps are wanted, they come last.

    Parameters
    ----------
    mining : MiningResult
        Strongest activations, classes and similarity of all maps.
    layer : str
        Name of a mined layer.
    count : int or None
        None for all.
    seed : int
        Of the random choice.
    """
    dead = nearly_dead(mining, layer)
    living = np.flatnonzero(~dead) if not dead.all() else np.arange(len(dead))
    wanted = len(living) if count is None else min(count, len(living))
    picked = selective_maps(mining, layer, living, (wanted + 1) // 2)
    random = np.random.default_rng([seed, zlib.crc32(layer.encode())])
    others = random.permutation(np.setdiff1d(living, picked))[: wanted - len(picked)]
    order = np.empty(wanted, np.int32)
    order[::2], order[1::2] = picked, others
    if count is None:
        order = np.concatenate([order, np.setdiff1d(np.arange(len(dead)), order)])
    rising = np.argsort(order)
    maps = order[rising].astype(np.int32)
    return MapChoice(maps, rising.astype(np.int32), np.isin(maps, picked))


def selectivity(mining: MiningResult, layer: str) -> np.ndarray:
    """Return how far the strongest activations stand above the average one: float [m], -1 to 1.

    (t - a) / (|t| + |a|), t the mean of the nine strongest activations, a the mean over all
    images and places: 0 where all are alike, 1 where the others are 0.
    """
    mined = mining.layers[layer]
    top = np.nanmean(mined.values.astype(np.float64), axis=1)
    mean = mined.means.astype(np.float64)
    both = np.abs(top) + np.abs(mean)
    found: np.ndarray = np.divide(top - mean, both, out=np.zeros_like(both), where=both > 0)
    return found


def selective_maps(mining: MiningResult, layer: str, maps: np.ndarray, count: int) -> np.ndarray:
    """Choose, among the most selective quarter, maps that are least alike.

    The most selective comes first, then again and again the one whose largest similarity to those
    chosen is smallest. Maps whose strongest activation is under half of the median map's are
    passed over: their filters are often hardly trained, and so unlike any other.

    Parameters
    ----------
    mining : MiningResult
        Strongest activations, classes and similarity of all maps.
    layer : str
        Name of a mined layer.
    maps : int array [m]
        To choose among.
    count : int
        At most.

    Returns
    -------
    int array [count or m]
    """
    strongest = np.nan_to_num(mining.layers[layer].values[maps, 0])
    median = np.median(strongest)  # below 0 in some outputs
    strong = maps[strongest >= median - (1 - STRONG) * abs(median)]  # half of them and more
    falling = np.argsort(-selectivity(mining, layer)[strong], kind="stable")
    kept = strong[falling[: max(count, int(np.ceil(CANDIDATES * len(maps))))]]
    alike = _similarity(mining, layer, kept)
    nearest = np.full(len(kept), -np.inf)
    chosen: list[int] = []
    for _ in range(min(count, len(kept))):
        best = int(nearest.argmin())  # the more selective of two
        chosen.append(best)
        nearest = np.maximum(nearest, alike[best])
        nearest[best] = np.inf
    return kept[chosen]


def _similarity(mining: MiningResult, layer: str, maps: np.ndarray) -> np.ndarray:
    """Return the correlation of maps over the images; else the share of their nine in common."""
    mined = mining.layers[layer]
    if mined.similarity.size:
        return mined.similarity[np.ix_(maps, maps)].astype(np.float64) / 100
    images = mined.images[maps]
    occur, columns = np.unique(images, return_inverse=True)
    shown = np.zeros((len(maps), len(occur)), np.float32)
    np.put_along_axis(shown, columns.reshape(images.shape), 1, axis=1)
    shown[:, occur < 0] = 0  # -1, none
    common: np.ndarray = shown @ shown.T / images.shape[1]
    return common
