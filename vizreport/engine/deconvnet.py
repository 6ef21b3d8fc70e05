"""The deconvnet of a model: units projected down to the input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from vizreport.engine.agreement import require_agreement
from vizreport.engine.choice import choose_layers
from vizreport.engine.mining import strongest_function
from vizreport.engine.presets import require_rules
from vizreport.engine.projection.crops import CropPlan, plan_crops
from vizreport.engine.projection.units import (
    BATCH,
    Projected,
    Units,
    multiplications,
    on_crops,
    through_windows,
)
from vizreport.engine.projection.window_plan import plan_windows
from vizreport.engine.ruled_graph import RuledGraph
from vizreport.errors import NotApplicable, RequestError
from vizreport.graph.layers import ReportableLayer, reportable_layers
from vizreport.graph.network import Graph
from vizreport.graph.trace import trace

if TYPE_CHECKING:
    import keras

    from vizreport.data.preprocessing import Preprocessing


def _unit(unit: object) -> int | tuple[int, int, int]:
    """Return a map's index or (row, column, map), of whole numbers."""
    try:
        if isinstance(unit, tuple):
            row, col, feature_map = (index(part) for part in unit)
            return row, col, feature_map
        return index(unit)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise RequestError(
            f"a unit is a map's index or (row, col, map), whole numbers, not {unit!r}"
        ) from None


def _with_channels_last(model: keras.Model) -> keras.Model:
    from vizreport.graph.axis_order import has_graph
    from vizreport.graph.channels_first import as_channels_last, is_channels_first

    one_image = len(getattr(model, "inputs", None) or ()) == 1 and len(model.inputs[0].shape) == 4
    if has_graph(model) and one_image and is_channels_first(model):
        return as_channels_last(f"model {model.name!r}", model)
    return model


class Deconvnet:
    """A deconvnet attached to a model (Zeiler & Fergus 2013, section 2.1).

    Parameters
    ----------
    model : keras.Model
        Functional or Sequential. Its weights are shared, and it is left as it is. One of
        channels_first layers is transposed, with a copy of its weights: images and projections
        are [N, H, W, C] all the same.
    rule : {"deconvnet", "guided", "gradient"}
        Preset of backward rules.
    preprocessing : Preprocessing, optional
        Where given, projections are carried back through its linear part to RGB pixels.
    input_size : tuple of int, optional
        Height and width, where the model leaves them open.
    images : float array [N, H, W, C], optional
        As the model takes them: the graph traced is compared with the model on these and on
        noise; on noise alone by default.

    Raises
    ------
    RequestError
        If the model's graph cannot be walked or does not compute what the model does.

    Examples
    --------
    >>> import keras, numpy, vizreport
    >>> model = keras.Sequential([
    ...     keras.layers.Input((16, 16, 3)),
    ...     keras.layers.Conv2D(4, 3, activation="relu", name="conv1"),
    ...     keras.layers.Conv2D(6, 3, activation="relu", name="conv2"),
    ... ])
    >>> images = numpy.random.default_rng(0).random((2, 16, 16, 3), dtype="float32")
    >>> vizreport.Deconvnet(model).project(images, "conv2", 5).shape
    (2, 16, 16, 3)
    """

    def __init__(
        self,
        model: keras.Model,
        rule: str = "deconvnet",
        preprocessing: Preprocessing | None = None,
        input_size: tuple[int, int] | None = None,
        images: np.ndarray | None = None,
    ) -> None:
        if preprocessing is not None and input_size is None:
            input_size = preprocessing.input_size
        model = _with_channels_last(model)
        graph = trace(model, input_size)
        require_agreement(model, graph, images)
        self.ruled = RuledGraph(graph, rule)
        self.preprocessing = preprocessing

    def with_rule(self, rule: str) -> Deconvnet:
        """Return the same network under another preset of backward rules."""
        other = copy(self)
        other.ruled = RuledGraph(self.graph, rule)
        return other

    @property
    def graph(self) -> Graph:
        """The network as a graph of operations."""
        return self.ruled.graph

    @property
    def rule(self) -> str:
        """Preset of backward rules."""
        return self.ruled.rule

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
        indices = np.arange(len(images))
        chosen = _unit(unit)
        row, col, feature_map = (0, 0, chosen) if isinstance(chosen, int) else chosen
        rows, cols = np.full(len(images), row), np.full(len(images), col)
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
        if isinstance(chosen, int):
            places = self._strongest(images, found, feature_map)
            rows, cols = np.divmod(places, found.cols)
        maps = np.full(len(images), feature_map)
        full = np.zeros(images.shape, self.graph.dtype)
        for part in self.project_units(images, found, indices, rows, cols, maps):
            part.put_into(full)
        return self.to_rgb(full)

    def project_units(
        self,
        images: np.ndarray,
        layer: ReportableLayer,
        indices: np.ndarray,
        rows: np.ndarray,
        cols: np.ndarray,
        maps: np.ndarray,
        way: str | None = None,
    ) -> Iterator[Projected]:
        """Project many units of one layer, each on no more of its image than it needs.

        Parameters
        ----------
        images : float array [N, H, W, C]
            Preprocessed.
        layer : ReportableLayer
            The layer of all these units.
        indices, rows, cols, maps : int array [U]
            Each unit's image and place.
        way : {None, "crops", "windows", "whole"}
            How: on the smallest exact crops, through windows of shared forward passes, or on
            whole images. By default the one of the first two that counts fewer
            multiplications; all give the same.

        Yields
        ------
        Projected
            In batches, in no particular order.

        Raises
        ------
        NotApplicable
            If an operation below the layer has no backward rule, or, once they are computed,
            values are not finite.
        """
        require_rules(self.graph, layer.node, self.rule)
        images = np.asarray(images, self.graph.dtype)
        units = Units.of(indices, rows, cols, maps)
        if not len(units.images):
            return iter(())
        plan = plan_crops(self.graph, layer.node, units.rows, units.cols)
        windows = plan_windows(self.graph, layer.node) if self.rule == "deconvnet" else None
        if way == "whole":
            size = self.graph.input_shape[:2]
            zeros = np.zeros(len(units.images), np.int64)
            plan = CropPlan(size, zeros, zeros, units.rows, units.cols, "asked for")
        elif windows is not None and way != "crops":
            crops, shared = multiplications(self.graph, layer, plan, windows, units.images)
            if way == "windows" or shared < crops:
                return _finite(through_windows(self.ruled, images, layer, windows, units), layer)
        return _finite(on_crops(self.ruled, images, layer, plan, units), layer)

    def compiled(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """Return a compiled function, made once and kept with the network."""
        return self.ruled.compiled(key, make)

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
        search = self.compiled(
            ("search", layer.node), lambda: strongest_function(self.graph, layer.node)
        )
        images = np.asarray(images, self.graph.dtype)
        return np.concatenate(
            [
                ops.convert_to_numpy(search(images[start : start + BATCH], feature_map))
                for start in range(0, len(images), BATCH)
            ]
            or [np.zeros(0, np.int32)]
        )


def _finite(parts: Iterator[Projected], layer: ReportableLayer) -> Iterator[Projected]:
    for part in parts:
        if not np.isfinite(part.pictures).all():
            raise NotApplicable(
                f"projections of layer {layer.name} are not finite: weights or activations are too "
                "large, or undefined"
            )
        yield part
