"""A network under a preset of backward rules, and what was compiled for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vizreport.graph.network import Graph


class RuledGraph:
    """A graph, the preset of rules by which signals go back through it, and its functions.

    Parameters
    ----------
    graph : Graph
        Of a network.
    rule : str
        Preset of backward rules.
    """

    def __init__(self, graph: Graph, rule: str) -> None:
        self.graph = graph
        self.rule = rule
        self._functions: dict[tuple[object, ...], Any] = {}

    def compiled(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return a compiled function, made once and kept with the network."""
        if key not in self._functions:
            self._functions[key] = make()
        return self._functions[key]
