"""What is said of layers whose weights are as initialised. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence

from vizreport.report.text import number, quoted

_NAMED = 3  # layers that are named one by one


def initialised_warning(layers: Sequence[str], tested: int) -> str:
    """Say which layers are as initialised and what that means; "" for none.

    Parameters
    ----------
    layers : sequence of str
    tested : int
        Layers that could have been named.
    """
    if not layers:
        return ""
    if len(layers) == tested:
        every = "All layers" if tested > 1 else "The only layer"
        return (
            f"{every} with weights ({number(tested)} tested) {'are' if tested > 1 else 'is'} as "
            "initialized: the network was not trained, or its weights were not loaded."
        )
    names = ", ".join(quoted(layer, 40) for layer in layers[:_NAMED])
    more = f" and {number(len(layers) - _NAMED)} more" if len(layers) > _NAMED else ""
    several = len(layers) > 1
    return (
        f"{number(len(layers))} of {number(tested)} layers {'are' if several else 'is'} as "
        f"initialized: {names}{more}. {'Their' if several else 'Its'} weights follow the "
        f"initializer’s distribution, and biases (or batch statistics) are untouched. "
        f"{'They were' if several else 'It was'} not trained, or the weights were not loaded, as "
        "happens silently with load_weights(by_name=True) or skip_mismatch=True."
    )
