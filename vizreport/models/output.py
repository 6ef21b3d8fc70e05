"""What a network's output means, in words and as probabilities.

:mod:`vizreport.models.output_decision` decides. No TensorFlow here: sections are drawn from what
was decided when the results were computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

KINDS = ("classes", "binary", "labels", "pixels", "values")


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
    """Describe what an output means and how that is known, as part of a sentence."""
    return f"{name_output(meaning)} ({meaning.reason})"


def name_output(meaning: OutputMeaning) -> str:
    """Describe what an output means, in a few words."""
    n = meaning.outputs
    scores = {"": "probabilities", "softmax": "logits", "sigmoid": "logits"}.get(
        meaning.activation, "scores interpreted as probabilities"
    )
    score = {"": "probability", "sigmoid": "logit"}.get(
        meaning.activation, "score interpreted as a probability"
    )
    return {
        "classes": f"{scores} of {n:,} classes",
        "binary": f"one {score} for two classes",
        "labels": f"{scores} of {n:,} independent label{'s' * (n > 1)}",
        "pixels": f"one of {max(n, 2):,} classes per pixel",
        "values": f"{n:,} value{'s' * (n > 1)}",
    }[meaning.kind]


def about_probability(meaning: OutputMeaning, names: Sequence[str]) -> str:
    """Describe what is called probability, where that is not just the network's softmax.

    Parameters
    ----------
    meaning : OutputMeaning
        What the output was decided to mean.
    names : sequence of str
        Of the classes, as they are to be written.
    """
    if meaning.kind == "values":
        return "The network outputs values, not classes, so there is no probability."
    if meaning.kind == "pixels":
        return (
            "The network outputs a class per pixel, so there is no probability for a whole image."
        )
    taken = {
        "softmax": "The network outputs logits; the probability is their softmax.",
        "normalise": "The network outputs scores that its loss divides by their sum, so the "
        "probability is a score's share of the sum.",
        "clip": "The network outputs scores that its loss interprets as probabilities; they "
        "are clipped to 0 to 1.",
    }.get(meaning.activation, "")
    if meaning.kind == "binary":
        score = "the sigmoid of its one score" if meaning.activation == "sigmoid" else "its score"
        own = f"The probability of {names[1]} is {score}, that of {names[0]} is 1 minus it."
        return f"{taken} {own}".strip()
    if meaning.kind == "labels":
        if meaning.activation == "sigmoid":
            taken = "The probability is the sigmoid of the label's logit."
        return (
            "The network scores each label independently: several probabilities can be high at "
            f"once. {taken}"
        ).strip()
    return taken
