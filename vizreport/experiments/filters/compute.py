"""The first convolution's filters, carried back to RGB."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import there_and_back
from vizreport.engine.projection.crops import CropPlan, plan_crops
from vizreport.engine.ruled_graph import RuledGraph
from vizreport.errors import NotApplicable
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers import reportable_layers
from vizreport.subject.subject import Subject

# A filter whose RMS is this many times the layer's median drowns the others (Zeiler & Fergus
# 2013, section 3: some filters dominate unless they are renormalised).
DOMINATING_RATIO = 3.0


def compute(subject: Subject, mining: MiningResult) -> FiltersResult:
    """Return what each filter of the first convolution does to RGB pixels.

    Reads the mining result, for dead filters.

    Raises
    ------
    NotApplicable
        If the network has no convolution on the image, or its weights or values are not finite.
    """
    graph = subject.graph
    layer = next((x for x in reportable_layers(graph) if x.kind == "convolution"), None)
    if layer is None:
        raise NotApplicable("the network has no convolution whose rectified output can be shown")
    producer = graph.nodes[layer.producer]
    if any(graph.nodes[i].kind == "convolution" for i in graph.ancestors(producer.parents[0])):
        raise NotApplicable("the first convolution with an activation is not the first convolution")
    responses, stride = impulse_responses(subject.traced.ruled, layer.producer)
    own = producer.step.parameters.get("layer")
    if own is None:
        weights = responses
    else:
        weights = np.moveaxis(np.asarray(own.kernel.numpy(), np.float64), -1, 0)
    rms = np.sqrt(np.mean(np.square(weights, dtype=np.float64), axis=(1, 2, 3)))
    if not np.isfinite(weights).all():
        raise NotApplicable(f"the weights of layer {layer.name} are not finite")
    if layer.name not in mining.layers:  # which maps are dead cannot be known
        require_sound(mining)
    activity = mining.layers[layer.name].active
    median = float(np.median(rms))
    return FiltersResult(
        layer=layer.name,
        filters=subject.preprocessing.to_rgb(responses).astype(np.float32),
        rms=rms.astype(np.float32),
        dead=activity == 0,
        dominating=(rms > DOMINATING_RATIO * median) & (median > 0),
        dominating_ratio=DOMINATING_RATIO,
        stride=stride,
        activity=activity,
    )


def impulse_responses(ruled: RuledGraph, target: int) -> tuple[np.ndarray, int]:
    """Return the gradient of a unit in the middle, for each map of a linear layer.

    Of a convolution this is the filter; whatever scales the image in front of it is included,
    which the stored weights are not.

    Parameters
    ----------
    ruled : RuledGraph
        Of which the layer is a node, under whatever rule; what is compiled is kept with it.
    target : int
        Index of the layer's node; everything below it is linear.

    Returns
    -------
    responses : float array [M, h, w, C]
    stride : int
        Input pixels between neighbouring units.
    """
    graph = ruled.graph
    rows, cols, maps = graph.nodes[target].shape
    plan = plan_crops(graph, target, np.array([rows // 2]), np.array([cols // 2]))

    def respond(x: Any) -> Any:
        y, pull = there_and_back(graph, x, target, "gradient")
        row, col = int(plan.rows[0]), int(plan.cols[0])
        after = (y.shape[1] - row - 1, y.shape[2] - col - 1)
        seeds = ops.eye(maps, dtype=x.dtype)[:, None, None, :]
        return pull(ops.pad(seeds, [(0, 0), (row, after[0]), (col, after[1]), (0, 0)]))[0]

    zeros = np.zeros((maps, *plan.size, graph.input_shape[2]), graph.dtype)
    taken = Spec(zeros.shape, graph.dtype)
    compiled = ruled.compiled(
        ("impulse", target), lambda: backend.compiled(respond, taken, variables=graph.variables)
    )
    responses = ops.convert_to_numpy(compiled(zeros))
    # The crop is larger than the filter where it has to keep strides in phase.
    fields = unit_fields(graph, target, np.array([rows // 2]), np.array([cols // 2]))
    (top, left), (bottom, right) = fields.low[0] - _corner(plan), fields.high[0] - _corner(plan)
    responses = responses[:, max(top, 0) : bottom + 1, max(left, 0) : right + 1]
    reach = graph.nodes[target].step.reach
    assert reach is not None
    return responses, int(reach[0].stride)


def _corner(plan: CropPlan) -> np.ndarray:
    return np.array([plan.tops[0], plan.lefts[0]])
