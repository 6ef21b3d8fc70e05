"""Which backward rule each kind of operation has: one table a preset."""

from __future__ import annotations

from vizreport.engine.rules import (
    Rule,
    guide_signal,
    hold_gate,
    pass_signal,
    rectify_signal,
    true_gradient,
)
from vizreport.errors import NotApplicable, RequestError
from vizreport.graph.network import Graph, Node

LINEAR = (
    "input",
    "convolution",
    "dense",
    "average_pooling",
    "sum_pooling",
    "batch_normalization",
    "affine",
    "identity",
    "add",
    "concatenate",
    "zero_padding",
    "padding",
    "cropping",
    "slice",
    "reshape",
    "upsampling",
    "resizing",
)
"""Linear operations: whatever the preset, the backward pass is their transpose."""

# Kinds whose gradient is already what every preset asks for: linear operations, whose gradient
# is their transpose, and selections, whose gradient goes through their switches.
_TRANSPOSED = dict.fromkeys((*LINEAR, "max_pooling", "maximum"), true_gradient)

PRESETS: dict[str, dict[str, Rule] | None] = {
    "deconvnet": {
        **_TRANSPOSED,
        "relu": rectify_signal,
        "contrast_normalization": pass_signal,
        "multiply": hold_gate,
    },
    "guided": {
        **_TRANSPOSED,
        "relu": guide_signal,
        "contrast_normalization": true_gradient,
        "normalization": true_gradient,
        "multiply": hold_gate,
    },
    # The gradient itself (saliency, Simonyan et al. 2014) is defined for every operation.
    "gradient": None,
}


def find_rule(preset: str, node: Node) -> Rule | None:
    """Return the backward rule of a node under a preset, None where there is none.

    Parameters
    ----------
    preset : str
        Of :data:`PRESETS`.
    node : Node
        Only what kind of operation its step is counts.

    Raises
    ------
    RequestError
        If there is no such preset.
    """
    if preset not in PRESETS:
        raise RequestError(f"there is no rule {preset!r}; choose from {', '.join(PRESETS)}")
    table = PRESETS[preset]
    if table is None:
        return true_gradient
    if node.kind == "multiply" and "gate" not in node.step.parameters:
        return None
    return table.get(node.kind)


def rule_problem(graph: Graph, target: int, preset: str) -> str:
    """Explain why a preset is not defined from a node down to the input.

    Gates are left out: their value is held constant.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
    target : int
        Index of the node.
    preset : str
        Name of the table of backward rules.

    Returns
    -------
    str
        Which operation has no rule, the nearest to the target, and in which layer; "" where all
        have one.
    """
    missing = missing_rule(graph, target, preset)
    return f"{preset} has no rule for {missing[0]} (layer {missing[1]!r})" if missing else ""


def missing_rule(graph: Graph, target: int, preset: str) -> tuple[str, str] | None:
    """Return the operation without a rule that is nearest to a node, and its layer.

    As :func:`rule_problem`; None where all have one.
    """
    below = graph.ancestors(target) if preset == "gradient" else graph.signal_ancestors(target)
    for index in reversed(below):
        node = graph.nodes[index]
        if find_rule(preset, node) is None:
            what = "a product of two signals" if node.kind == "multiply" else node.kind
            return what, node.layer
    return None


def require_rules(graph: Graph, target: int, preset: str) -> None:
    """Raise an error if :func:`rule_problem` finds a problem.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
    target : int
        Index of the layer's node.
    preset : str
        Name of the table of backward rules.

    Raises
    ------
    NotApplicable
        Naming the layer, and the rules there are.
    """
    problem = rule_problem(graph, target, preset)
    if problem:
        rules = ", ".join(sorted(set(PRESETS[preset] or {}) - {"input"}))
        raise NotApplicable(
            f"{problem}; it has rules for {rules}; the rule 'gradient' is defined for every "
            "operation"
        )
