"""Networks that cannot be looked at: values that are not finite, or that ignore the image."""

from __future__ import annotations

import numpy as np

from vizreport.errors import NotApplicable
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import COUNT, SHARE, P, Quantity
from vizreport.findings.record import FAULT, Finding
from vizreport.wording.text import quoted


def first_layer(mining: MiningResult) -> str:
    """Return the first layer, or "output", with values that are not finite; "" without any."""
    counts = zip(mining.checked, mining.not_finite, strict=True)
    return next((layer for layer, images in counts if images), "")


def silent_layer(mining: MiningResult) -> str:
    """Return the first layer all of whose maps are 0 in all images; "" without any."""
    silent = (
        name
        for name, layer in mining.layers.items()
        if not layer.active.any() and not layer.means.any()
    )
    return next(silent, "")


def extreme_layer(mining: MiningResult) -> str:
    """Return the first layer with activations whose squares are beyond float32; "" without any."""
    beyond = np.sqrt(np.finfo(np.float32).max)
    extreme = (name for name, layer in mining.layers.items() if (layer.values > beyond).any())
    return next(extreme, "")


def telling_layers(mining: MiningResult) -> list[str]:
    """Return the mined layers whose values are finite and can depend on the image."""
    silent = silent_layer(mining)
    layers = [*mining.layers]
    if silent and _same_for_all(mining):
        return layers[: layers.index(silent)]
    return layers


def unsound(mining: MiningResult) -> list[Finding]:
    """Say where values stop being finite, or depending on the image; none where they do not."""
    if first_layer(mining):
        return [_not_finite(mining)]
    if silent_layer(mining):
        return [_silent(mining)]
    return [_extreme(mining)] if extreme_layer(mining) else []


def _silent(mining: MiningResult) -> Finding:
    same = _same_for_all(mining)
    return Finding(
        kind="values-silent",
        compared="activations of {layer} in all images",
        claim="no map in {layer} is ever above zero",
        shown="No map in layer {layer} is above {zero} in any image"
        + (", and the network's output is the same for all of them." if same else "."),
        n=len(mining.paths),
        unit="images",
        severity=FAULT,
        advice="Sections that depend on the image are omitted." if same else "",
        values={"zero": Quantity(0, COUNT)},
        names={"layer": quoted(silent_layer(mining))},
    )


def _extreme(mining: MiningResult) -> Finding:
    layer = extreme_layer(mining)
    largest = float(np.nanmax(mining.layers[layer].values))
    return Finding(
        kind="values-extreme",
        compared="activations of {layer} and the range of float numbers",
        claim="activations are too large",
        shown="From layer {layer} on, activations are up to {largest}.",
        n=len(mining.paths),
        unit="images",
        severity=FAULT,
        advice="Projections and other products of such numbers are not finite and are omitted.",
        values={"largest": Quantity(largest, P)},
        names={"layer": quoted(layer)},
    )


def _not_finite(mining: MiningResult) -> Finding:
    place = "at the output" if _at_output(mining) else "from layer {layer} on"
    affected = int(mining.not_finite[np.flatnonzero(mining.not_finite)[0]])
    total = len(mining.paths) + mining.left_out
    some = "{affected} of {n} images ({effect})" if mining.left_out else "all {n} images"
    return Finding(
        kind="values-not-finite",
        compared="the network's values in all images",
        claim="values are not finite",
        shown=f"{place[0].upper()}{place[1:]}, values are not finite in {some}.",
        effect=Quantity(affected / total, SHARE),
        n=total,
        unit="images",
        severity=FAULT,
        advice="{left_out} images are excluded from this report."
        if mining.left_out
        else "Sections that need them are omitted.",
        values={
            "affected": Quantity(affected, COUNT),
            "left_out": Quantity(mining.left_out, COUNT),
        },
        names={"layer": quoted(first_layer(mining))},
    )


def require_sound(mining: MiningResult) -> None:
    """Refuse what needs the whole network where that is finite in no image, or ignores them all.

    Raises
    ------
    NotApplicable
    """
    if first_layer(mining) and not mining.left_out:
        raise NotApplicable(f"{_place(mining)}, values are not finite in any image")
    if silent_layer(mining) and _same_for_all(mining):
        raise NotApplicable("the network's output is the same for all images")


def _same_for_all(mining: MiningResult) -> bool:
    given = np.c_[mining.top_classes, mining.top_probabilities, mining.outputs]
    return bool(len(given) > 1 and given.size and (given == given[:1]).all())


def _at_output(mining: MiningResult) -> bool:
    return int(np.flatnonzero(mining.not_finite)[0]) == len(mining.checked) - 1


def _place(mining: MiningResult) -> str:
    return "at the output" if _at_output(mining) else f"from layer {quoted(first_layer(mining))} on"
