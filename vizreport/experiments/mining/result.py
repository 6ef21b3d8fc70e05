"""What one pass over the data leaves behind, shared by the other experiments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypedDict

import numpy as np

from vizreport.results.columns import Column, Strings
from vizreport.results.groups import Stored


class Output(TypedDict):
    """Fields of :class:`vizreport.models.output.OutputMeaning`."""

    kind: str
    activation: str
    outputs: int
    evidence: str
    reason: str


@dataclass(frozen=True)
class MinedLayer:
    """What all images say of a layer's M feature maps; K strongest activations are kept (9).

    Attributes
    ----------
    values : float32 [M, K]
        Strongest activations, at most one an image, in falling order; NaN where there are
        fewer than K images.
    images, rows, cols : int32 [M, K]
        Image and place of each, -1 where there is none. A layer without places (dense) has 0, 0.
    means : float32 [M]
        Mean activation over all images and places.
    active : float32 [M]
        Share of images (0 to 1) in which the map is somewhere above 0.
    similarity : int8 [S, S]
        Correlation, over images, of two maps' strongest activations, in hundredths; 0 for a map
        that is the same in every image. S is M, or 0 for a layer of more than 1,024 maps.
    """

    values: Annotated[np.ndarray, "float32 [M, K]"]
    images: Annotated[np.ndarray, "int32 [M, K]"]
    rows: Annotated[np.ndarray, "int32 [M, K]"]
    cols: Annotated[np.ndarray, "int32 [M, K]"]
    means: Annotated[np.ndarray, "float32 [M]"]
    active: Annotated[np.ndarray, "float32 [M]"]
    similarity: Annotated[np.ndarray, "int8 [S, S]", Stored("likeness")]


@dataclass(frozen=True)
class MiningResult:
    """Strongest activations of every mined layer and the prediction of every image.

    Images are numbered 0 to N-1 in the order of the data, unreadable ones left out. What is known
    of each image, N rows, is read from the file where it is used.

    Attributes
    ----------
    layers : dict of MinedLayer
        By name, from the input to the output.
    paths : Strings [N]
        Relative path of each image.
    sha256 : uint8 [N, 32]
        Hash of each image's content.
    records : int32 [N]
        Index of each image in the data source.
    labels : int32 [N]
        True class of each image, -1 where it is not known.
    labels_reason : str
        How the data's classes were matched with the network's, or why they are not known.
    class_names : list of str
        Name of each class of the network; none where images have no class.
    data_classes : int32 [N]
        Number of each image's class in ``data_class_names``; -1 without.
    data_class_names : list of str
        The data's own names of the classes that occur, such as folders; sorted.
    output : dict
        What the network's output means: fields of :class:`vizreport.models.output.OutputMeaning`.
    output_layer : str
        The layer of the output before its softmax or sigmoid, whose values may all be below 0
        though no map is dead; "" where it is not mined.
    outputs : float32 [N, n]
        The network's outputs where they are plain values; no columns otherwise.
    top_classes : int32 [N, T]
        The T <= 5 most probable classes of each image, falling; T = 0 where images have none.
    top_probabilities : float32 [N, T]
        Their probabilities.
    true_probabilities : float32 [N]
        Probability of the true class, NaN where it is not known.
    boxes : float32 [N, 4]
        The network's field of view in the original image: left, top, right, bottom, pixels.
    sizes : int32 [N, 2]
        Width and height of each original image, pixels.
    skipped : list of [path, reason]
        Images that could not be read.
    checked : list of str
        Reportable layers, from the input to the output, and "output".
    not_finite : int32 [G]
        For each of them, in how many images it has values that are not finite.
    left_out : int
        Images that take no part for that: they are not among the N. 0 where that would be every
        image: ``layers`` are then only those before the first such layer, and there are no
        predictions.
    """

    layers: dict[str, MinedLayer]
    paths: Annotated[Strings, "[N]", Column()]
    sha256: Annotated[np.ndarray, "uint8 [N, 32]", Column()]
    records: Annotated[np.ndarray, "int32 [N]", Column()]
    labels: Annotated[np.ndarray, "int32 [N]", Column()]
    labels_reason: str
    class_names: list[str]
    data_classes: Annotated[np.ndarray, "int32 [N]", Column()]
    data_class_names: list[str]
    output: Output
    output_layer: str
    outputs: Annotated[np.ndarray, "float32 [N, n]", Column()]
    top_classes: Annotated[np.ndarray, "int32 [N, T]", Column()]
    top_probabilities: Annotated[np.ndarray, "float32 [N, T]", Column()]
    true_probabilities: Annotated[np.ndarray, "float32 [N]", Column()]
    boxes: Annotated[np.ndarray, "float32 [N, 4]", Column()]
    sizes: Annotated[np.ndarray, "int32 [N, 2]", Column()]
    skipped: list[tuple[str, str]]
    checked: Annotated[list[str], "[G]"]
    not_finite: Annotated[np.ndarray, "int32 [G]"]
    left_out: int
