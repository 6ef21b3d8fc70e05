"""The deconvnet of a model: units projected down to the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from vizreport.deconv.execution import Projection, crops, projection_function, strongest_function
from vizreport.deconv.graph import Graph
from vizreport.deconv.layers import ReportableLayer, choose_layers, reportable_layers
from vizreport.deconv.planner import CropPlan, plan_crops
from vizreport.deconv.presets import require_rules
from vizreport.deconv.trace import trace
from vizreport.errors import RequestError

if TYPE_CHECKING:
    import keras

    from vizreport.data.preprocessing import Preprocessing

# Crops are batched so that a batch holds about as many pixels as this many whole inputs.
_BATCH = 32
_MOST_CROPS = 1024


class Deconvnet:
    """A deconvnet attached to a model (Zeiler & Fergus 2013, section 2.1).

    Parameters
    ----------
    model : keras.Model
        Functional or Sequential. Its weights are shared, and it is left as it is.
    rule : {"deconvnet", "guided", "gradient"}
        Preset of backward rules.
    preprocessing : Preprocessing, optional
        Where given, projections are carried back through its linear part to RGB pixels.
    input_size : tuple of int, optional
        Height and width, where the model leaves them open.

    Raises
    ------
    RequestError
        If the model's graph cannot be walked, or there is no such rule.

    Examples
    --------
    >>> deconvnet = vizreport.Deconvnet(model)  # doctest: +SKIP
    >>> pictures = deconvnet.project(images, "conv5", 31)  # doctest: +SKIP
    """

    def __init__(
        self,
        model: keras.Model,
        rule: str = "deconvnet",
        preprocessing: Preprocessing | None = None,
        input_size: tuple[int, int] | None = None,
    ) -> None:
        if preprocessing is not None and input_size is None:
            input_size = preprocessing.input_size
        self.graph: Graph = trace(model, input_size)
        self.rule = rule
        self.preprocessing = preprocessing
        self._functions: dict[tuple[int, tuple[int, int]], Projection] = {}
        self._searches: dict[int, Callable] = {}

    def layers(self) -> list[ReportableLayer]:
        """Return the layers that can be projected."""
        return reportable_layers(self.graph)

    def layer(self, name: str) -> ReportableLayer:
        """Return one layer by name.

        Raises
        ------
        RequestError
            If there is no such layer; the message lists those there are.
        """
        return choose_layers(self.graph, (name,))[0]

    def project(
        self, images: np.ndarray, layer: str, unit: int | tuple[int, int, int]
    ) -> np.ndarray:
        """Project one unit down to the input, in each of some images.

        Parameters
        ----------
        images : float array [N, H, W, C]
            As the model takes them (preprocessed).
        layer : str
            Name of a reportable layer.
        unit : int or (row, col, map)
            A map's index for its strongest place in each image (the first of equals), or one
            unit.

        Returns
        -------
        float array [N, H, W, 3]
            Signed projections, zero outside the unit's receptive field; in RGB where the
            deconvnet knows the preprocessing, else in the model's own channel order.

        Raises
        ------
        RequestError
            If the images, the layer or the unit do not fit the model.
        NotApplicable
            If an operation below the layer has no backward rule; it names the layer and the
            rules there are.
        """
        images = np.asarray(images)
        height, width, channels = self.graph.input_shape
        if images.ndim != 4 or images.shape[1:] != (height, width, channels):
            raise RequestError(
                f"images are of shape {images.shape}: the model takes "
                f"(N, {height}, {width}, {channels})"
            )
        found = self.layer(layer)
        numbers = np.arange(len(images))
        if isinstance(unit, tuple):
            row, col, feature_map = unit
            rows, cols = np.full(len(images), row), np.full(len(images), col)
        else:
            feature_map = int(unit)
            rows, cols = np.zeros(len(images), int), np.zeros(len(images), int)
        inside = (
            0 <= feature_map < found.maps
            and np.all((rows >= 0) & (rows < found.rows))
            and np.all((cols >= 0) & (cols < found.cols))
        )
        if not inside:
            raise RequestError(
                f"there is no unit {unit} in layer {layer!r}, which has {found.rows} rows, "
                f"{found.cols} columns and {found.maps} maps"
            )
        require_rules(self.graph, found.node, self.rule)
        if not isinstance(unit, tuple):
            places = self._strongest(images, found, feature_map)
            rows, cols = np.divmod(places, found.cols)
        maps = np.full(len(images), feature_map)
        full = np.zeros(images.shape, self.graph.dtype)
        for chosen, plan, projections, _ in self.project_units(
            images, found, numbers, rows, cols, maps
        ):
            h, w = plan.size
            for number, top, left, projection in zip(
                numbers[chosen], plan.tops[chosen], plan.lefts[chosen], projections, strict=True
            ):
                full[number, top : top + h, left : left + w] = projection
        return self.to_rgb(full)

    def project_units(
        self,
        images: np.ndarray,
        layer: ReportableLayer,
        numbers: np.ndarray,
        rows: np.ndarray,
        cols: np.ndarray,
        maps: np.ndarray,
        whole: bool = False,
    ) -> Iterator[tuple[slice, CropPlan, np.ndarray, np.ndarray]]:
        """Project many units of one layer, each on the smallest exact crop.

        Parameters
        ----------
        images : float array [N, H, W, C]
            Preprocessed.
        layer : ReportableLayer
        numbers, rows, cols, maps : int array [U]
            Each unit's image and place.
        whole : bool
            Compute on whole images, to check and to measure the crops against.

        Yields
        ------
        chosen : slice
            Which units these are.
        plan : CropPlan
            Of all U units: where each crop lies in its image.
        projections : float array [u, h, w, C]
            Signed, on the crops, in the model's own channels.
        activations : float array [u]
            The units' activations, which seeded them.
        """
        require_rules(self.graph, layer.node, self.rule)
        plan = plan_crops(self.graph, layer.node, rows, cols)
        if whole:
            plan = CropPlan(
                self.graph.input_shape[:2], 0 * plan.tops, 0 * plan.lefts, rows, cols, "asked for"
            )
        height, width, _ = self.graph.input_shape
        share = plan.size[0] * plan.size[1] / (height * width)
        batch = min(_MOST_CROPS, max(1, int(_BATCH / share)))
        key = (layer.node, plan.size)
        if key not in self._functions:
            self._functions[key] = projection_function(
                self.graph, layer.node, self.rule, plan.size
            )
        images = np.asarray(images, self.graph.dtype)
        for start in range(0, len(numbers), batch):
            chosen = slice(start, start + batch)
            cut = crops(
                images, numbers[chosen], plan.tops[chosen], plan.lefts[chosen], plan.size
            )
            projections, activations = self._functions[key](
                cut,
                plan.rows[chosen].astype(np.int32),
                plan.cols[chosen].astype(np.int32),
                maps[chosen].astype(np.int32),
            )
            yield chosen, plan, projections.numpy(), activations.numpy()

    def to_rgb(self, projections: np.ndarray) -> np.ndarray:
        """Carry projections back through the preprocessing's linear part, to three channels."""
        if self.preprocessing is not None:
            return self.preprocessing.to_rgb(projections)
        if projections.shape[-1] == 1:
            return np.repeat(projections, 3, axis=-1)
        return projections

    def _strongest(
        self, images: np.ndarray, layer: ReportableLayer, feature_map: int
    ) -> np.ndarray:
        if layer.node not in self._searches:
            self._searches[layer.node] = strongest_function(self.graph, layer.node)
        images = np.asarray(images, self.graph.dtype)
        return np.concatenate(
            [
                self._searches[layer.node](images[start : start + _BATCH], feature_map).numpy()
                for start in range(0, len(images), _BATCH)
            ]
            or [np.zeros(0, np.int32)]
        )
