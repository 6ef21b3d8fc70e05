"""A network as a list of primitive operations, nested models and fused activations undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from vizreport.graph.geometry import Reach

Keywords = dict[str, Any]
"""Keyword arguments, or the configuration, of a Keras layer or operation."""
Parameters = dict[str, Any]
"""What a backward rule needs to know of a step, by name: each kind of step has its own."""


@dataclass(frozen=True)
class Step:
    """One primitive operation.

    Attributes
    ----------
    kind : str
        Key of the table of backward rules.
    forward : callable
        Takes the input tensors, gives the output tensor; holds the model's own weights.
    reach : tuple of Reach (rows, columns), or None
        None where an output depends on the whole input or on absolute position.
    parameters : dict
        What a rule needs to know, such as the slope of a leaky rectifier.
    weights : int
        Number of weights the operation owns.
    text : str
        A few words for a diagram, such as "conv 7x7, 96, stride 2".
    unpadded : callable, or None
        Of a sliding window: ``forward`` without padding, where that is all that padding changes.
    variables : tuple
        The model's own variables that the operation reads.
    """

    kind: str
    forward: Callable[..., Any]
    reach: tuple[Reach, Reach] | None
    parameters: Parameters = field(default_factory=dict)
    weights: int = 0
    text: str = ""
    unpadded: Callable[..., Any] | None = None
    variables: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Node:
    """One use of an operation.

    Attributes
    ----------
    index : int
        Position in the graph; parents have smaller ones.
    layer : str
        Path of the layer, nested as ``backbone/conv1``, with ``@1`` for a second use.
    step : Step
        What it computes, and what is known of it.
    parents : tuple of int
        Nodes whose outputs it takes.
    shape : tuple of int
        Of its output for one image at the input size, without the batch.
    """

    index: int
    layer: str
    step: Step
    parents: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def kind(self) -> str:
        """Key of the table of backward rules."""
        return self.step.kind

    @property
    def spatial(self) -> bool:
        """Whether the output has rows and columns."""
        return len(self.shape) == 3


@dataclass(frozen=True)
class Use:
    """One call of a layer or of a ``keras.ops`` function in the model's own forward pass.

    Attributes
    ----------
    operation : keras.Operation
        The layer or the ``keras.ops`` function that is called.
    layer : str
        Path, as in :class:`Node`.
    inputs, outputs : tuple of int
        Nodes of what it takes and of what it returns.
    """

    operation: Any
    layer: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in an order in which they can be computed; node 0 is the input image.

    Two graphs are equal where they are the same object.

    Attributes
    ----------
    name : str
        The model's name.
    nodes : tuple of Node
        All operations, parents before those that take their outputs.
    outputs : tuple of int
        Nodes that the model gives out.
    dtype : str
        "float32", or "float64" for a model with such weights.
    weights : int
        Number of weights of the model.
    uses : tuple of Use
        In the order of the model's own forward pass.
    notes : tuple of str
        What a reader must know of how the model was read, a sentence each.
    """

    name: str
    nodes: tuple[Node, ...]
    outputs: tuple[int, ...]
    dtype: str
    weights: int
    uses: tuple[Use, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the input."""
        height, width, channels = self.nodes[0].shape
        return height, width, channels

    @cached_property
    def variables(self) -> tuple[Any, ...]:
        """The model's own variables that its steps read, each once."""
        found = {id(v): v for node in self.nodes for v in node.step.variables}
        return tuple(found.values())

    def ancestors(self, target: int) -> list[int]:
        """Return the nodes that ``target`` depends on, itself included, in order."""
        needed = {target}
        for index in range(target, -1, -1):
            if index in needed:
                needed.update(self.nodes[index].parents)
        return sorted(needed)

    def between(self, target: int, known: Iterable[int]) -> list[int]:
        """Return the nodes to compute for ``target`` where some below are known, in order.

        The input is left out; what goes round the known nodes is not.
        """
        given, needed = set(known), {target}
        for index in range(target, 0, -1):
            if index in needed:
                needed.update(set(self.nodes[index].parents) - given)
        return sorted(needed)

    def signal_ancestors(self, target: int) -> list[int]:
        """Return the nodes on the way from ``target`` to the input, gates left out."""
        needed = {target}
        for index in range(target, -1, -1):
            if index in needed:
                node = self.nodes[index]
                gate = node.step.parameters.get("gate")
                needed.update(p for i, p in enumerate(node.parents) if i != gate)
        return sorted(needed)
