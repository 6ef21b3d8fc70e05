"""Which picture is of which class, split and construction: told by its number alone."""

from __future__ import annotations

CLASSES = (
    "face",
    "cat",
    "car",
    "bicycle",
    "house",
    "clock",
    "mug",
    "tree",
    "flower",
    "aeroplane",
    "fish",
    "chair",
)
TRAINED = 5
"""Constructions of each class that training sees; the last is kept for the test split."""
BLOCK = {4: ("val", ""), 7: ("test", "ranges"), 10: ("test", "construction")}
"""Of twelve rounds of the classes, those that are not train: split and what is held out."""


def plan(number: int) -> tuple[str, str, int]:
    """Give a picture's split, what of it training never sees, and its construction."""
    block, place = divmod(number // len(CLASSES), 12)
    split, held_out = BLOCK.get(place, ("train", ""))
    if held_out == "construction":
        return split, held_out, TRAINED
    if split == "train":
        block = block * (12 - len(BLOCK)) + place - sum(other < place for other in BLOCK)
    return split, held_out, block % TRAINED
