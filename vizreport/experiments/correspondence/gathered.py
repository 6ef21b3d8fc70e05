"""What the table and the chart say of a layer."""

from __future__ import annotations

from typing import TypedDict


class Spread(TypedDict):
    """Distances of the changes that hiding a place makes in pairs of pictures.

    ``mean`` and ``std`` over the pairs; ``changed`` is the share of the features that change at
    all, ``agreement`` how far signs agree beyond chance.
    """

    mean: float
    std: float
    changed: float
    agreement: float


class PartRow(Spread):
    """The same of a part, with its test; ``lower``: fixed positions with no larger mean."""

    name: str
    p: float
    corrected: float
    lower: int


class LayerRows(TypedDict):
    """A layer's parts, random positions and positions fixed in the object's box.

    ``length``: numbers in a feature vector.
    """

    name: str
    length: int
    rows: list[PartRow]
    random: Spread
    shared: Spread
