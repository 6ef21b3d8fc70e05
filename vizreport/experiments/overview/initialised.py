"""What is said of layers whose weights are as initialised. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence

from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import FAULT, Finding
from vizreport.wording.text import number, quoted

_NAMED = 3  # layers that are named one by one


def initialised_warning(layers: Sequence[str], tested: int) -> str:
    """State which layers are as initialised and what that means; "" for none.

    Parameters
    ----------
    layers : sequence of str
        Names of those that are as initialised.
    tested : int
        Layers that could have been named.
    """
    if not layers:
        return ""
    if len(layers) == tested:
        every = "All layers" if tested > 1 else "The only layer"
        return (
            f"{every} with weights ({number(tested)} tested) "
            f"{'have their' if tested > 1 else 'has its'} initial weights: the network was "
            "not trained, or its weights were not loaded."
        )
    names = ", ".join(quoted(layer, 40) for layer in layers[:_NAMED])
    more = f" and {number(len(layers) - _NAMED)} more" if len(layers) > _NAMED else ""
    several = len(layers) > 1
    return (
        f"{number(len(layers))} of {number(tested)} layers "
        f"{'have their' if several else 'has its'} initial weights: {names}{more}. "
        f"{'Their' if several else 'Its'} weights follow the "
        f"initialiser’s distribution, and biases (or batch statistics) are untouched. "
        f"{'They were' if several else 'It was'} not trained, or the weights were not loaded, as "
        "happens silently with load_weights(by_name=True) or skip_mismatch=True."
    )


def initialised_finding(layers: Sequence[str], tested: int) -> Finding:
    """State the same as a finding.

    Parameters
    ----------
    layers : sequence of str
        Their names, at least one.
    tested : int
        Layers that could have been named.
    """
    names = ", ".join(quoted(layer, 40) for layer in layers[:_NAMED])
    more = " and {more} more" if len(layers) > _NAMED else ""
    verb = "has its" if len(layers) == 1 else "have their"
    whole = len(layers) == tested
    return Finding(
        kind="layers-initialised",
        compared="each layer's weights and its initialiser's distribution; biases and batch "
        "statistics and their initial values",
        claim="layers are untrained",
        shown=f"{{count}} of {{n}} layers with weights {verb} initial values"
        + (
            ": the network was not trained, or its weights were not loaded."
            if whole
            else f": {{layers}}{more}."
        ),
        effect=Quantity(len(layers) / tested, SHARE),
        n=tested,
        unit="layers",
        severity=FAULT,
        advice="Check that training saved this file, and that loading did not skip layers, as "
        "load_weights(by_name=True) and skip_mismatch=True do silently.",
        values={
            "count": Quantity(len(layers), COUNT),
            "more": Quantity(max(0, len(layers) - _NAMED), COUNT),
        },
        names={"layers": names},
    )
