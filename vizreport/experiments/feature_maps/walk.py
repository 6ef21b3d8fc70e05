"""From map to map: which feed a map, and which it feeds."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from vizreport.experiments.contributions.result import ContributionsResult

STEPS = 4  # maps that lead on, at most

Map = tuple[str, int]
"""Layer and number."""


@dataclass(frozen=True)
class Walk:
    """Where a map's page leads.

    Attributes
    ----------
    sources, targets : tuple of (Map, float)
        Maps with pages that feed it most, and that it feeds most, with the share of the activation
        of the one fed; largest first.
    unseen : tuple of (Map, float)
        Maps without pages that feed it more than the least of ``sources`` does.
    below : tuple of str
        The layers that ``sources`` are of.
    explained : float
        Share of its activation that all maps of these layers give together; NaN where not known.
    """

    sources: tuple[tuple[Map, float], ...] = ()
    targets: tuple[tuple[Map, float], ...] = ()
    unseen: tuple[tuple[Map, float], ...] = ()
    below: tuple[str, ...] = ()
    explained: float = float("nan")


def walks(found: ContributionsResult, pages: Container[Map]) -> dict[Map, Walk]:
    """Return, for each map that was split or feeds one that was, where it leads.

    Parameters
    ----------
    found : ContributionsResult
        The split of each map's strongest units.
    pages : container of Map
        Maps that have a page.
    """
    sources: dict[Map, list[tuple[Map, float]]] = {}
    targets: dict[Map, list[tuple[Map, float]]] = {}
    explained: dict[Map, float] = {}
    for name in found.layers:
        for place, number in enumerate(found.maps[name].tolist()):
            own = name, number
            explained[own] = float(found.explained[name][place])
            kept = np.flatnonzero(found.sources[name][place, :, 0] >= 0)
            sources[own] = [
                (
                    (found.layers[found.sources[name][place, i, 0]],
                     int(found.sources[name][place, i, 1])),
                    float(found.shares[name][place, i]),
                )
                for i in kept
            ]  # fmt: skip
            for source, share in sources[own]:
                if own in pages:
                    targets.setdefault(source, []).append((own, share))
    walked = {}
    for own in {**sources, **targets}:
        given = sources.get(own, [])
        shown = [step for step in given if step[0] in pages][:STEPS]
        least = shown[-1][1] if len(shown) == STEPS else 0.0
        walked[own] = Walk(
            tuple(shown),
            tuple(sorted(targets.get(own, []), key=lambda step: -step[1])[:STEPS]),
            tuple(step for step in given if step[0] not in pages and step[1] > least),
            tuple(found.below.get(own[0], ())),
            explained.get(own, float("nan")),
        )
    return walked
