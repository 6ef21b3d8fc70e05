"""Networks that cannot be looked at: values that are not finite, or that ignore the image."""

from __future__ import annotations

import numpy as np

from vizreport.errors import NotApplicable
from vizreport.experiments.mining.result import MiningResult
from vizreport.report.text import number, percent, quoted


def first_layer(mining: MiningResult) -> str:
    """Return the first layer, or "output", with values that are not finite; "" without any."""
    counts = zip(mining.checked, mining.not_finite, strict=True)
    return next((layer for layer, images in counts if images), "")


def silent_layer(mining: MiningResult) -> str:
    """Return the first layer all of whose maps are 0 in all images; "" without any."""
    silent = (
        name
        for name in mining.layers
        if not mining.active[name].any() and not mining.means[name].any()
    )
    return next(silent, "")


def extreme_layer(mining: MiningResult) -> str:
    """Return the first layer with activations whose squares are beyond float32; "" without any."""
    beyond = np.sqrt(np.finfo(np.float32).max)
    extreme = (name for name in mining.layers if (mining.values[name] > beyond).any())
    return next(extreme, "")


def telling_layers(mining: MiningResult) -> list[str]:
    """Return the mined layers whose values are finite and can depend on the image."""
    silent = silent_layer(mining)
    if silent and _same_for_all(mining):
        return mining.layers[: mining.layers.index(silent)]
    return mining.layers


def warning(mining: MiningResult) -> str:
    """Say where values stop being finite, or depending on the image; "" where they do not.

    For the first lines of the report, and the terminal.
    """
    silent = silent_layer(mining)
    if not first_layer(mining):
        if not silent:
            return _extreme(mining)
        said = f"No map of layer {quoted(silent)} is above 0 in any image"
        if not _same_for_all(mining):
            return f"{said}."
        return (
            f"{said}, and the network's output is the same for all of them: sections about what "
            "depends on the image are left out."
        )
    place = _place(mining)
    affected = int(mining.not_finite[np.flatnonzero(mining.not_finite)[0]])
    total = len(mining.paths) + mining.left_out
    said = f"{place[0].upper()}{place[1:]}, values are not finite in"
    if not mining.left_out:
        return f"{said} all {number(total)} images: sections that need them are left out."
    return (
        f"{said} {number(affected)} of {number(total)} images ({percent(affected / total)}): "
        f"{number(mining.left_out)} images take no part in this report."
    )


def _extreme(mining: MiningResult) -> str:
    layer = extreme_layer(mining)
    if not layer:
        return ""
    return (
        f"From layer {quoted(layer)} on, activations are up to "
        f"{number(float(np.nanmax(mining.values[layer])))}: projections and other products of "
        "such numbers are not finite, and are left out."
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


def _place(mining: MiningResult) -> str:
    first = int(np.flatnonzero(mining.not_finite)[0])
    if first == len(mining.checked) - 1:
        return "at the output"
    return f"from layer {quoted(mining.checked[first])} on"
