"""What a network's output means: decided here, and used by everything else.

No TensorFlow here: sections are drawn from what was decided when the results were computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vizreport.errors import RequestError
from vizreport.models.stored_loss import StoredLoss

KINDS = ("classes", "binary", "labels", "pixels", "values")

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


@dataclass(frozen=True)
class OutputMeaning:
    """What a network's output means.

    Attributes
    ----------
    kind : {"classes", "binary", "labels", "pixels", "values"}
        One of several classes; one score for two classes; several independent labels; a class
        for each pixel; plain values.
    activation : {"", "softmax", "sigmoid", "normalise", "clip"}
        What turns the network's output into probabilities: nothing where it ends in a softmax
        or sigmoid; the one of these that it leaves to its loss; or what a loss does with outputs
        that it takes for probabilities, division by their sum or a cut at 0 and 1.
    outputs : int
        Number of outputs, or of maps of an output with rows and columns.
    evidence : {"option", "loss", "activation", "shape"}
        What decided.
    reason : str
        The same as a sentence.
    """

    kind: str
    activation: str
    outputs: int
    evidence: str
    reason: str

    @property
    def noun(self) -> str:
        """What the output's units hold, before a softmax or sigmoid."""
        return {
            "classes": "class scores",
            "binary": "score",
            "labels": "label scores",
            "pixels": "class maps",
            "values": "values",
        }[self.kind]

    @property
    def classes(self) -> int:
        """Number of classes of an image: 2 for one score, 0 where an image has none."""
        return {"classes": self.outputs, "labels": self.outputs, "binary": 2}.get(self.kind, 0)

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Turn outputs into a probability for each class.

        Parameters
        ----------
        outputs : float array [N, outputs]
            As the network gives them.

        Returns
        -------
        float32 array [N, classes]
            One score becomes two columns, 1 - p and p; no columns where images have no class.
        """
        if not self.classes:
            return np.zeros((len(outputs), 0), np.float32)
        y = _ACTIVATIONS[self.activation](np.asarray(outputs, np.float64))
        if self.kind == "binary":
            y = np.concatenate([1 - y, y], axis=1)
        return y.astype(np.float32)


def _softmax(y: np.ndarray) -> np.ndarray:
    raised = np.exp(y - y.max(axis=1, keepdims=True))
    softened: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return softened


def _sigmoid(y: np.ndarray) -> np.ndarray:
    # Both halves without overflow.
    small = np.exp(-np.abs(y))
    return np.where(y >= 0, 1 / (1 + small), small / (1 + small))


def _normalise(y: np.ndarray) -> np.ndarray:
    clipped = np.maximum(y, 1e-7)  # as Keras' losses do; above 1 the largest stays the largest
    normalised: np.ndarray = clipped / clipped.sum(axis=1, keepdims=True)
    return normalised


_ACTIVATIONS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "": lambda y: y,
    "softmax": _softmax,
    "sigmoid": _sigmoid,
    "normalise": _normalise,
    "clip": lambda y: np.clip(y, 0.0, 1.0),
}


def describe(meaning: OutputMeaning) -> str:
    """Say what an output means and how that is known, as part of a sentence."""
    return f"{name_output(meaning)} ({meaning.reason})"


def name_output(meaning: OutputMeaning) -> str:
    """Say what an output means, in a few words."""
    n = meaning.outputs
    scores = {"": "probabilities", "softmax": "logits", "sigmoid": "logits"}.get(
        meaning.activation, "scores read as probabilities"
    )
    score = {"": "probability", "sigmoid": "logit"}.get(
        meaning.activation, "score read as a probability"
    )
    return {
        "classes": f"{scores} of {n:,} classes",
        "binary": f"one {score} for two classes",
        "labels": f"{scores} of {n:,} independent label{'s' * (n > 1)}",
        "pixels": f"one of {max(n, 2):,} classes for each pixel",
        "values": f"{n:,} value{'s' * (n > 1)}",
    }[meaning.kind]


def about_probability(meaning: OutputMeaning, names: Sequence[str]) -> str:
    """Say what is called probability, where that is not just the network's softmax.

    Parameters
    ----------
    meaning : OutputMeaning
    names : sequence of str
        Of the classes, as they are to be written.
    """
    if meaning.kind == "values":
        return "The network gives values, not classes: there is no probability."
    if meaning.kind == "pixels":
        return "The network gives a class for each pixel: there is no probability of a whole image."
    taken = {
        "softmax": "The network gives out logits; the probability is their softmax.",
        "normalise": "The network gives out scores that its loss divides by their sum; so the "
        "probability is a score's share of the sum.",
        "clip": "The network gives out scores that its loss reads as probabilities; those below 0 "
        "or above 1 are cut off.",
    }.get(meaning.activation, "")
    if meaning.kind == "binary":
        score = "the sigmoid of its one score" if meaning.activation == "sigmoid" else "its score"
        own = f"The probability of {names[1]} is {score}, that of {names[0]} is 1 minus it."
        return f"{taken} {own}".strip()
    if meaning.kind == "labels":
        if meaning.activation == "sigmoid":
            taken = "The probability is the sigmoid of the label's logit."
        return (
            "The network rates each label by itself: the probabilities of several can be high "
            f"together. {taken}"
        ).strip()
    return taken


def decide_output(
    shape: tuple[int, ...],
    ending: str,
    loss: StoredLoss | None = None,
    option: str | None = None,
    named: bool = False,
    agrees: Callable[[], str] | None = None,
    channels: int = 3,
) -> OutputMeaning:
    """Decide what an output means, by the first of these that tells.

    The option; the loss stored in the checkpoint; the last activation; the shape together with
    what is known of the outputs' names.

    Parameters
    ----------
    shape : tuple of int
        Of the output for one image: (units,) or (rows, columns, maps).
    ending : str
        The network's last activation: "softmax", "sigmoid", or "" for another one or none.
    loss : StoredLoss or None
    option : str or None
        One of ``KINDS``.
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
        kind, evidence, reason = option, "option", "--output-kind says so"
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
            f"--output-kind {option} needs {_NEEDS[option]}, and the network's output is {size}"
        )


def _evident(
    outputs: int,
    spatial: bool,
    ending: str,
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
    unknown = f" (its loss, {loss.name}, is not one of Keras)" if loss else ""
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
        return kind, "shape", "the outputs have the names of classes" + unknown
    agreement = agrees() if agrees else ""
    if agreement:
        return kind, "shape", agreement + unknown
    untold = (
        "no loss is stored in the checkpoint" if loss is None else f"{told}, which is not known"
    )
    return (
        "values",
        "shape",
        f"{untold}, and the network ends without a softmax or sigmoid; if the "
        f"output{'s are scores of classes' if several else ' is a score of two classes'}, pass "
        f"--output-kind {kind}",
    )


def _activation(kind: str, ending: str, loss: StoredLoss | None) -> str:
    """Return what turns outputs of a kind into probabilities."""
    own = {"classes": "softmax", "binary": "sigmoid", "labels": "sigmoid"}.get(kind)
    if own is None or ending in ("softmax", "sigmoid"):
        return ""
    known = loss is not None and loss.name in (_ONE_OF_SEVERAL | _YES_OR_NO) - _HINGES
    if loss is None or loss.from_logits or not known:
        return own
    return "normalise" if own == "softmax" else "clip"
