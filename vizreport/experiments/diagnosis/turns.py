"""Whether mistakes are images stored in another way: turned, inverted, red and blue exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts
from vizreport.drawing.section import Figure
from vizreport.experiments.diagnosis.result import DiagnosisResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import SHARE, Quantity
from vizreport.findings.record import FAULT, LOOK, NOTE, Finding
from vizreport.findings.statistics import paired_shares, share
from vizreport.wording.text import percent, quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MISTAKES = 48
"""Mistakes that are classified again, turned, at most."""
OF_A_CLASS = 8
"""Of them of a class, from which on the class is looked at by itself."""
MENDED = 0.5
"""Share of the mistakes that have to be right once turned."""
MANY = 0.05
"""Share of all images that this is about, from which on it is a fault."""
TURNS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "turned by 180°": ("upside down", lambda x: x[:, ::-1, ::-1]),
    "turned to the left": ("turned to the right", lambda x: np.rot90(x, 1, (1, 2))),
    "turned to the right": ("turned to the left", lambda x: np.rot90(x, -1, (1, 2))),
    "inverted": ("as negatives", lambda x: 255 - x),
    "red and blue exchanged": ("with red and blue exchanged", lambda x: x[..., ::-1]),
}
"""What is done to an image, and how it was stored if that makes it right."""

_QUARTERS = {"turned to the left", "turned to the right"}


def usable(height: int, width: int, channels: int) -> list[str]:
    """Return the turns that fit a network's input."""
    odd = set(_QUARTERS) if height != width else set()
    if channels != 3:
        odd.add("red and blue exchanged")
    return [name for name in TURNS if name not in odd]


def turned(pictures: np.ndarray, turn: str) -> np.ndarray:
    """Turn pictures: uint8 [n, h, w, C]."""
    return np.ascontiguousarray(TURNS[turn][1](pictures))


def finding(result: DiagnosisResult, mining: MiningResult) -> Finding | None:
    """Test whether one turn mends more mistakes than any other, of all and of each class."""
    if not len(result.mistakes):
        return None
    labels = mining.labels[result.mistakes]
    classes, counts = np.unique(labels, return_counts=True)
    groups = [np.ones(len(labels), bool), *(labels == c for c in classes[counts >= OF_A_CLASS])]
    tests = len(groups) * len(result.turn_names)
    rights = [result.turned_right[group] > 0 for group in groups]
    found = [_test(right, result.turn_names) for right in rights]
    mended = [float(right[:, each[1]].mean()) for right, each in zip(rights, found, strict=True)]
    best = min(range(len(groups)), key=lambda i: (found[i][0], -mended[i]))
    (p, first, second), right = found[best], rights[best]
    tested = share(int(right[:, first].sum()), len(right))
    known = np.flatnonzero(mining.labels >= 0)
    cls = "" if not best else mining.class_names[int(labels[groups[best]][0])]
    of = mining.labels[known] == labels[groups[best]][0] if best else np.ones(len(known), bool)
    wrong = (mining.top_classes[known, 0] != mining.labels[known]) & of
    many = tested.value * wrong.sum() / len(known) >= MANY
    telling = tested.value >= MENDED and p * tests < 1
    turn, other = result.turn_names[first], result.turn_names[second]
    whose = "images of {cls}" if cls else "images"
    return Finding(
        kind="images-turned",
        compared="mistakes corrected when {turn}, and when {other}",
        claim=f"{whose} are stored {{stored}}",
        shown=f"Some {whose} look stored {{stored}}: {{effect:interval}} of {{n}} mistakes are "
        "classified correctly when {turn}, and {second} when {other}."
        if telling
        else "Of the rotations and colour changes tried, {turn} corrects the most mistakes: "
        "{effect:interval} of {n}.",
        **replace(
            tested,
            test="McNemar's test, exact, corrected for changes and classes",
            p=min(1.0, p * tests) if telling else 1.0,
            fewest=OF_A_CLASS,
        ).fields(SHARE),
        unit="mistakes",
        evidence="diagnosis-turned",
        severity=(FAULT if many else LOOK) if telling else NOTE,
        advice=f"Look at the misclassified {whose}; check whether they were read or exported "
        "differently (EXIF orientation, channel order)."
        if telling
        else "",
        values={"second": Quantity(float(right[:, second].mean()), SHARE)},
        names={
            "turn": turn,
            "other": other,
            "stored": TURNS[turn][0],
            **({"cls": quoted(cls, 40)} if cls else {}),
        },
    )


def _test(right: np.ndarray, names: list[str]) -> tuple[float, int, int]:
    """Compare the turn that mends most with the next: p, and which they are.

    The opposite quarter turn is not a competitor: many objects look alike under both.
    """
    first, *rest = np.argsort(-right.sum(axis=0), kind="stable").tolist()
    second = next(i for i in rest if {names[first], names[i]} != _QUARTERS)
    return paired_shares(right[:, first], right[:, second]).p or 1.0, first, second


def figure(result: DiagnosisResult) -> Figure | None:
    """Draw the share of the mistakes that each turn mends."""
    if not len(result.mistakes):
        return None
    shares = (result.turned_right > 0).mean(axis=0)

    def draw(axes: Axes) -> None:
        rows = range(len(shares))
        axes.barh(rows, 100 * shares, color=charts.BLUE, height=0.6)
        axes.axvline(100 * MENDED, color=charts.SOFT, lw=0.8, ls="--")
        axes.set_yticks(rows, result.turn_names)
        axes.set_ylim(len(shares) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xlabel("mistakes corrected by the change, %")

    return Figure(
        name="diagnosis-turned",
        title="Mistakes corrected by rotation or colour changes",
        caption=(
            f"Share of {len(result.mistakes)} misclassified images that each change corrects. One "
            "change far above the others suggests images stored that way."
        ),
        method=(
            "Each image is rotated or its colours are changed before the network sees it. Dashed: "
            f"{percent(MENDED)}, the share above which a change counts."
        ),
        alt="; ".join(
            f"{name}: {percent(float(each))}"
            for name, each in zip(result.turn_names, shares, strict=True)
        )
        + ".",
        draw=charts.styled(draw, 120, 18 + 6 * len(shares)),
        width=120,
    )
