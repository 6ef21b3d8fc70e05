"""From map to map: which feed a map, and which it feeds."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

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
    names = [*found.layers]
    for name, layer in found.layers.items():
        for place, number in enumerate(layer.maps.tolist()):
            own = name, number
            explained[own] = float(layer.explained[place])
            sources[own] = [
                ((names[lower], int(source)), float(share))
                for (lower, source), share in zip(
                    layer.sources[place], layer.shares[place], strict=True
                )
                if lower >= 0
            ]
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
            tuple(found.layers[own[0]].below if own[0] in found.layers else ()),
            explained.get(own, float("nan")),
        )
    return walked
