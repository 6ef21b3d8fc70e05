"""One score for two classes: what it finds and what it lets pass, by threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure
from vizreport.experiments.mining.result import MiningResult
from vizreport.wording.text import number, percent, quoted, wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THRESHOLD = 0.5  # Keras' own


@dataclass(frozen=True)
class ScoresByClass:
    """Probabilities of the second class, 0 to 1, rising: of its images, and of the first's.

    Attributes
    ----------
    second, first : float array
        Of the images of the second class, and of those of the first.
    names : tuple of str
        Of the first and the second class.
    """

    second: np.ndarray
    first: np.ndarray
    names: tuple[str, str]

    def sensitivity(self, threshold: float = THRESHOLD) -> float:
        """Share of the second class's images whose probability is above a threshold."""
        return float((self.second > threshold).mean())

    def specificity(self, threshold: float = THRESHOLD) -> float:
        """Share of the first class's images whose probability is not above it."""
        return float((self.first <= threshold).mean())

    def area(self) -> float:
        """Area under the receiver operating characteristic.

        The probability that an image of the second class has the higher score of two, one of
        each class; ties count half.
        """
        below = np.searchsorted(self.first, self.second, "left")
        upto = np.searchsorted(self.first, self.second, "right")
        return float((below + upto).mean() / (2 * len(self.first)))


def scores_of(mining: MiningResult) -> ScoresByClass | None:
    """Return the scores of the labelled images; None without two classes or images of both."""
    if mining.output["kind"] != "binary":
        return None
    is_second = mining.top_classes[:, 0] == 1
    p = mining.top_probabilities[np.arange(len(is_second)), (~is_second).astype(int)]
    second, first = (np.sort(p[mining.labels == label].astype(float)) for label in (1, 0))
    if not len(first) or not len(second):
        return None
    return ScoresByClass(second, first, (mining.class_names[0], mining.class_names[1]))


def rows(scores: ScoresByClass) -> list[tuple[str, str, str, str]]:
    """Return what is measured at the threshold: name, meaning, share and its interval."""
    first, second = (quoted(name, 40) for name in scores.names)
    found = []
    for name, of, share, count in (
        ("Sensitivity", second, scores.sensitivity(), len(scores.second)),
        ("Specificity", first, scores.specificity(), len(scores.first)),
    ):
        low, high = wilson(share * count, count)
        found.append(
            (
                name,
                f"{of} called {of}, of {number(count)} images",
                percent(share, 1),
                f"{percent(low, 1)} to {percent(high, 1)}",
            )
        )
    return found


def figure(scores: ScoresByClass) -> Figure:
    """Draw sensitivity and specificity over the threshold."""
    first, second = (quoted(name, 40) for name in scores.names)
    return Figure(
        name="thresholds",
        title="Sensitivity and specificity by threshold",
        caption=(
            f"Share of the images of {second} and of {first} that are classified correctly at "
            f"each threshold; grey: the threshold used here, {THRESHOLD:g}. The area under the "
            f"ROC curve is {scores.area():.3f} (0.5 by chance)."
        ),
        method=(
            f"An image is called {second} if its probability is above the threshold. "
            f"Sensitivity: share of the {number(len(scores.second))} images of {second} called "
            f"{second}; specificity: share of the {number(len(scores.first))} images of {first} "
            f"called {first}. The area under the ROC curve is the probability that, of two "
            f"images, one from each class, that of {second} has the higher score."
        ),
        alt=(
            f"Two curves over the threshold from 0 to 1. At {THRESHOLD:g} sensitivity is "
            f"{percent(scores.sensitivity(), 1)} and specificity "
            f"{percent(scores.specificity(), 1)}."
        ),
        draw=charts.styled(lambda axes: _curves(axes, scores), 130, 62),
        width=130,
    )


def _curves(axes: Axes, scores: ScoresByClass) -> None:
    for values, falls, name, colour, dashes in (
        (
            scores.second,
            True,
            f"sensitivity ({drawable(scores.names[1], 24)})",
            charts.SERIES[1],
            "-",
        ),
        (
            scores.first,
            False,
            f"specificity ({drawable(scores.names[0], 24)})",
            charts.SERIES[2],
            "--",
        ),
    ):
        # Exact: a step at every image's probability.
        x = np.concatenate([[0.0], values, [1.0]])
        reached = np.concatenate([np.searchsorted(values, x[:-1], "right") / len(values), [1.0]])
        y = 1 - reached if falls else reached
        axes.step(x, 100 * y, where="post", color=colour, linestyle=dashes, lw=1.3, label=name)
    axes.axvline(THRESHOLD, color=charts.SOFT, lw=0.8, ls=":")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 103)
    axes.set_xlabel(f"threshold on the probability of {drawable(scores.names[1], 32)}")
    axes.set_ylabel("share of the class's images, %")
    axes.grid(color=charts.FAINT, lw=0.5)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
