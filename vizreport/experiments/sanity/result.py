"""How projections change when weights or switches are made random."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

import numpy as np

METHODS = ("deconvnet", "guided", "gradient")
CONTROLS = ("random filters, true switches", "true filters, random switches", "both random")


@dataclass(frozen=True)
class TestedUnits:
    """U units of a layer, each in an image.

    Attributes
    ----------
    images, maps, rows, cols : int32 [U]
        Images are numbered as in the mining result. Of class scores, ``maps`` is the class.
    values : float32 [U]
        Their activations; of class scores, the class's probability.
    """

    images: Annotated[np.ndarray, "int32 [U]"]
    maps: Annotated[np.ndarray, "int32 [U]"]
    rows: Annotated[np.ndarray, "int32 [U]"]
    cols: Annotated[np.ndarray, "int32 [U]"]
    values: Annotated[np.ndarray, "float32 [U]"]

    def taken(self, places: np.ndarray) -> TestedUnits:
        """Return some of the units."""
        return TestedUnits(*(getattr(self, field.name)[places] for field in fields(self)))


@dataclass(frozen=True)
class States:
    """Projections of a layer's U units from the trained network and from random ones.

    M is the number of methods, S of steps in which weights are made random, one more piece of the
    network each, from the layer down to the input. Compared is the part of the input that a unit
    can see, from row ``fields[1]`` to ``fields[3]`` and column ``fields[0]`` to ``fields[2]``.

    Attributes
    ----------
    fields : int32 [U, 4]
        What each sees: left, top, right, bottom, px, clipped to the input.
    cascade : float32 [M, S, U, 4]
        Likeness to the trained network's picture after each step: Spearman's rank correlation of
        absolute and of signed values, structural similarity of the absolute and of the signed
        picture. 1 the same; NaN where either picture is blank. Of the first and the last step the
        mean over the draws.
    controls : float32 [M, 3, U, 4]
        The same for "random filters, true switches", "true filters, random switches" and "both
        random", of the last of these the mean over the draws.
    drawn : float32 [M, D, 3, U, 4]
        The same of each draw of random weights by itself: the topmost layer random, all layers,
        and "both random".
    blank : int32 [M, 1 + S + 3]
        Number of units whose picture is zero everywhere: of the trained network, after each
        step, in the controls.
    pictures : uint8 [h, w, 3]
        What the first unit sees.
    projections : uint8 [M, 1 + S + 3, h, w, 3]
        The first unit's, in the same states:
        round(128 + 127 * clip(p / scale, -1, 1)), each on its own scale.
    scales : float32 [M, 1 + S + 3]
        Seeded with 1; 0 where the picture is blank.
    """

    fields: Annotated[np.ndarray, "int32 [U, 4]"]
    cascade: Annotated[np.ndarray, "float32 [M, S, U, 4]"]
    controls: Annotated[np.ndarray, "float32 [M, 3, U, 4]"]
    drawn: Annotated[np.ndarray, "float32 [M, D, 3, U, 4]"]
    blank: Annotated[np.ndarray, "int32 [M, 1 + S + 3]"]
    pictures: Annotated[np.ndarray, "uint8 [h, w, 3]"]
    projections: Annotated[np.ndarray, "uint8 [M, 1 + S + 3, h, w, 3]"]
    scales: Annotated[np.ndarray, "float32 [M, 1 + S + 3]"]


@dataclass(frozen=True)
class TestedLayer:
    """A layer whose units are projected.

    Attributes
    ----------
    scores : bool
        Whether it holds the class scores.
    steps : list of list of str
        The pieces of the network in the order in which they were made random; each lists its
        layers with weights, from the input on.
    poolings : int
        Number of max poolings between the layer and the input, which have the switches.
    tried, visible : int
        Units that were drawn at random, and those of them whose projection is not blank (above
        1 % of the strength of the median one).
    units : TestedUnits
        The first of these.
    states : States
        Their projections.
    """

    scores: bool
    steps: list[list[str]]
    poolings: int
    tried: int
    visible: int
    units: TestedUnits
    states: States


@dataclass(frozen=True)
class SanityResult:
    """Projections of random networks, compared with the trained one's (Adebayo et al. 2018).

    Attributes
    ----------
    layers : dict of TestedLayer
        By name: the last convolution before the classifier and the class scores, where there are
        any.
    methods : list of str
        Those of "deconvnet", "guided" (guided backpropagation) and "gradient" whose rules are
        defined for this network.
    problems : dict of str
        Why the others are not, by method.
    panel_maps : int32 [P]
        Maps of the first layer whose nine strongest units are shown as in Top-9; none where that
        layer was not mined.
    panel_others : int32 [P]
        Another map of that layer, projected from the same units' places in the same images; the
        same map where there is no other.
    panel_alike : float32 [2, P, 9]
        Correlation of its picture with the map's own, over the values that are not 0 in both; NaN
        where a picture is blank or there is no other map.
    panel_rectifiers : list of str
        Layers of the rectifiers between that layer's units and the input, from the unit down.
    panel_passed : float32 [2, R]
        Share (0 to 1) of the energy of the signal that arrives there from above that each lets
        pass: median of the panels' units, with trained and with random weights.
    panel_shown : bool [P, 9]
        Whether there is such a unit.
    panel_insides : int32 [P, 9, 4]
        Part of each tile that is image: left, top, right, bottom, px.
    panel_patches : uint8 [P, 9, s, s, 3]
        What those units look at; s is a tile's side, px.
    panel_projections : uint8 [2, P, 9, s, s, 3]
        From the trained network and with all weights random, by the first of the methods; as
        those of :class:`States`.
    panel_strengths, panel_peaks : float32 [2, P, 9]
        Root mean square and largest absolute value of each.
    """

    layers: dict[str, TestedLayer]
    methods: Annotated[list[str], "[M]"]
    problems: dict[str, str]
    panel_maps: Annotated[np.ndarray, "int32 [P]"]
    panel_others: Annotated[np.ndarray, "int32 [P]"]
    panel_alike: Annotated[np.ndarray, "float32 [2, P, 9]"]
    panel_rectifiers: Annotated[list[str], "[R]"]
    panel_passed: Annotated[np.ndarray, "float32 [2, R]"]
    panel_shown: Annotated[np.ndarray, "bool [P, 9]"]
    panel_insides: Annotated[np.ndarray, "int32 [P, 9, 4]"]
    panel_patches: Annotated[np.ndarray, "uint8 [P, 9, s, s, 3]"]
    panel_projections: Annotated[np.ndarray, "uint8 [2, P, 9, s, s, 3]"]
    panel_strengths: Annotated[np.ndarray, "float32 [2, P, 9]"]
    panel_peaks: Annotated[np.ndarray, "float32 [2, P, 9]"]
