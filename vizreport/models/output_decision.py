"""What a network's output means: decided here, and used by everything else."""

from __future__ import annotations

from collections.abc import Callable

from vizreport.errors import RequestError
from vizreport.models.output import OutputMeaning
from vizreport.models.stored_loss import StoredLoss

_ONE_OF_SEVERAL = {
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "categorical_focal_crossentropy",
    "kl_divergence",
    "categorical_hinge",
}
_YES_OR_NO = {
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "hinge",
    "squared_hinge",
    "dice",
    "tversky",
}
_HINGES = {"categorical_hinge", "hinge", "squared_hinge"}
_MEASURES = {
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
    "poisson",
    "cosine_similarity",
}
_NEEDS = {
    "classes": "a vector of two or more outputs",
    "binary": "a single output",
    "labels": "a vector of outputs",
    "pixels": "an output with rows and columns",
}


def decide_output(
    shape: tuple[int, ...],
    ending: str | None,
    loss: StoredLoss | None = None,
    option: str | None = None,
    named: bool = False,
    agrees: Callable[[], str] | None = None,
    channels: int = 3,
) -> OutputMeaning:
    """Decide what an output means, by the first of these that decides it.

    The option; the loss stored in the checkpoint; the last activation; the shape together with
    what is known of the outputs' names.

    Parameters
    ----------
    shape : tuple of int
        Of the output for one image: (units,) or (rows, columns, maps).
    ending : str or None
        The network's last activation: "softmax", "sigmoid", or None for another one or none.
    loss : StoredLoss or None
        As stored in the checkpoint; None where there is none.
    option : str or None
        One of :data:`vizreport.models.output.KINDS`.
    named : bool
        Whether the outputs have names, or are said to be the data's classes in order.
    agrees : callable, optional
        Called where nothing else tells: why the outputs, read as class scores, agree with the
        data's own classes beyond chance, as a sentence; "" where they do not.
    channels : int
        Of the network's input.

    Raises
    ------
    RequestError
        If the option does not go with the output's shape.
    """
    outputs, spatial = shape[-1], len(shape) == 3
    if option is not None:
        kind, evidence, reason = option, "option", "set by --output-kind"
        _check(option, shape)
    else:
        kind, evidence, reason = _evident(outputs, spatial, ending, loss, named, agrees, channels)
    return OutputMeaning(kind, _activation(kind, ending, loss), outputs, evidence, reason)


def _check(option: str, shape: tuple[int, ...]) -> None:
    spatial, outputs = len(shape) == 3, shape[-1]
    fits = {
        "classes": not spatial and outputs > 1,
        "binary": not spatial and outputs == 1,
        "labels": not spatial,
        "pixels": spatial,
        "values": True,
    }
    if not fits[option]:
        size = " x ".join(map(str, shape))
        raise RequestError(
            f"--output-kind {option} needs {_NEEDS[option]}, but the network's output is {size}"
        )


def _evident(
    outputs: int,
    spatial: bool,
    ending: str | None,
    loss: StoredLoss | None,
    named: bool,
    agrees: Callable[[], str] | None,
    channels: int,
) -> tuple[str, str, str]:
    """Return kind, evidence and reason."""
    several = outputs > 1
    told = f"the loss stored in the checkpoint is {loss.name}" if loss else ""
    if loss and loss.from_logits:
        told += " of logits"
    if ending == "softmax" and several:
        # Shares of 1, whatever the loss.
        kind = "pixels" if spatial else "classes"
        if loss and loss.name in _ONE_OF_SEVERAL:
            return kind, "loss", told
        return kind, "activation", "the network ends in a softmax"
    if loss and loss.name in _ONE_OF_SEVERAL and several:
        return "pixels" if spatial else "classes", "loss", told
    if loss and loss.name in _YES_OR_NO:
        if spatial and several and outputs == channels:
            return "values", "shape", f"{told}, and the output has the channels of an image"
        return "pixels" if spatial else "labels" if several else "binary", "loss", told
    if loss and loss.name in _MEASURES:
        return "values", "loss", told
    unknown = f" (its loss, {loss.name}, is not one of Keras')" if loss else ""
    if ending == "sigmoid":
        if spatial and several and outputs == channels:
            said = "the network ends in a sigmoid and has the channels of an image"
            return "values", "shape", said + unknown
        kind = "pixels" if spatial else "labels" if several else "binary"
        return kind, "activation", "the network ends in a sigmoid" + unknown
    if spatial:
        said = "the output has rows and columns, and no softmax or sigmoid" + unknown
        return "values", "shape", said
    kind = "classes" if several else "binary"
    if named:
        return kind, "shape", "the outputs are named after classes" + unknown
    agreement = agrees() if agrees else ""
    if agreement:
        return kind, "shape", agreement + unknown
    untold = (
        "no loss is stored in the checkpoint"
        if loss is None
        else f"{told}, whose meaning is unknown"
    )
    return (
        "values",
        "shape",
        f"{untold}, and the network does not end in a softmax or sigmoid; if the "
        f"output{'s are class scores' if several else ' is a score for two classes'}, pass "
        f"--output-kind {kind}",
    )


def _activation(kind: str, ending: str | None, loss: StoredLoss | None) -> str:
    """Return what turns outputs of a kind into probabilities."""
    own = {"classes": "softmax", "binary": "sigmoid", "labels": "sigmoid"}.get(kind)
    if own is None or ending in ("softmax", "sigmoid"):
        return ""
    known = loss is not None and loss.name in (_ONE_OF_SEVERAL | _YES_OR_NO) - _HINGES
    if loss is None or loss.from_logits or not known:
        return own
    return "normalise" if own == "softmax" else "clip"
