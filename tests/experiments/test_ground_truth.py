"""What is said of parts and masks, by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from vizreport.experiments.parts.result import NamedLayer, NamedMaps, PartsResult
from vizreport.experiments.top_patches import ground_truth
from vizreport.experiments.top_patches.findings import parts_finding


def parts_of(rows):
    """Of one layer, from rows of part, chosen, precision, chance."""
    part, chosen, precision, chance = (
        np.array(column, np.float32) for column in zip(*rows, strict=True)
    )
    return PartsResult(
        mean_mask=np.zeros((2, 2), np.float32),
        masks=9,
        names=["eye", "wheel"],
        halves=[5, 4],
        shown=np.full((2, 2), 4, np.int32),
        tolerance=0.1,
        layers={
            "conv2": NamedLayer(4.0, NamedMaps(part.astype(np.int32), chosen, precision, chance))
        },
    )


NAN = float("nan")
PARTS = parts_of(
    [
        (0, 0.5, 0.3, 0.1),
        (1, 0.9, 0.4, 0.19),
        (1, 0.9, 0.1, 0.01),  # not on the other half
        (0, 0.1, 0.9, 0.01),  # not on the half it was chosen on
        (0, 0.9, 0.5, 0.3),  # not twice chance
        (-1, NAN, NAN, NAN),
    ]
)


def test_names_are_borne_where_both_halves_and_chance_allow():
    assert ground_truth.named_maps(PARTS, "conv2").tolist() == [True, True] + [False] * 4
    assert not ground_truth.named_maps(PARTS, "conv1").any()
    assert ground_truth.part_of(PARTS, "conv2", 2) is None
    assert ground_truth.part_of(PARTS, "conv1", 0) is None
    named = ground_truth.part_of(PARTS, "conv2", 1)
    assert named["name"] == "wheel"
    assert round(named["precision"], 6) == 0.4


def test_best_come_first_by_the_half_they_were_chosen_on():
    assert [part["map"] for part in ground_truth.best_named(PARTS, "conv2")] == [1, 0]


def layer(name, maps):
    cells = [{"map": m, "anchor": f"map-{m}"} for m in maps]
    return {"name": name, "cells": cells, "page": f"pages/top-{name}.html"}


def test_table():
    found = ground_truth.table(PARTS, [layer("conv1", [0]), layer("conv2", [0, 3])])
    (row,) = found["rows"]
    assert (row["named"], row["maps"]) == (2, 6)
    # Only projected maps can be linked to.
    assert [part["href"] for part in row["best"]] == ["", "pages/top-conv2.html#map-0"]
    assert ground_truth.table(PARTS, [layer("conv1", [0])]) is None


def energies(inside, elsewhere=None):
    fields = {"inside": inside, "inside_area": inside, "inside_elsewhere": inside}
    if elsewhere is not None:
        fields["inside_elsewhere"] = elsewhere
    return SimpleNamespace(layers={"a": SimpleNamespace(tiles=SimpleNamespace(**fields))})


UNKNOWN = np.full((3, 9), np.nan, np.float32)
KNOWN = UNKNOWN.copy()
KNOWN[0, :4], KNOWN[1] = 0.5, 0.25


def test_maps_with_a_name_are_counted():
    found = parts_finding(PARTS)
    assert found.shown.format_map(found.filling()) == (
        "2 of 6 maps in \u2068conv2\u2069 each detect a part on held-out images, such as map 1: "
        "\u2068wheel\u2069 (average precision 0.40, chance 0.19)."
    )
    # One named map among many may be luck.
    assert parts_finding(parts_of([(0, 0.5, 0.5, 0.01)])) is None


def test_energy_figure_only_where_masks_are_known():
    assert ground_truth.energy_figure(energies(UNKNOWN)) is None
    alt = ground_truth.energy_figure(energies(KNOWN)).alt
    assert "38\u202f% on the object in \u2068a\u2069" in alt
    # Maps count alike, however many of their nine have energy.
    assert ground_truth._means(energies(KNOWN).layers["a"].tiles, "inside") == (0.375, 0.125)
