"""Class units bear their class, and count it; other maps count the most frequent."""

from types import SimpleNamespace

import numpy as np

from vizreport.experiments.top_patches.classes import (
    Counted,
    counted,
    is_counted,
    own_class,
    said,
)


def mining_of(classes, maps, labels, layer="scores"):
    return SimpleNamespace(
        class_names=classes, output_layer="scores",
        layers={layer: SimpleNamespace(values=np.zeros((maps, 9)))},
        top_classes=np.arange(len(labels))[:, None] % max(1, len(classes)),
        labels=np.array(labels), paths=["x"] * len(labels),
        data_classes=np.full(len(labels), -1), data_class_names=[],
    )  # fmt: skip


def test_a_class_unit_counts_its_own_class():
    found = counted(["bicycle"] * 9, "fish", True)
    assert (found.common, found.times) == ("fish", 0)
    assert said(found, 9) == "0 of 9 images; 9 are bicycle"
    mostly = counted(["fish"] * 7 + ["cat"] * 2, "fish", True)
    assert said(mostly, 9) == "7 of 9 images"
    one = counted(["cat", "fish", "cat", "cat"], "fish", True)
    assert said(one, 4) == "1 of 4 images; 3 are cat"


def test_names_that_are_not_the_networks_are_not_counted_as_its_classes():
    assert counted(["folder a"] * 9, "fish", False) == Counted("fish")


def test_other_maps_count_the_most_frequent_and_ties_go_to_the_stronger():
    assert counted(["b", "a", "a", "b", ""], "", True) == Counted("", "b", 2)
    assert counted(["", ""], "", True) == Counted()


def test_only_units_of_the_output_have_a_class():
    mining = mining_of(["cat", "dog", "cow"], 3, [0])
    assert own_class(mining, "scores", 2) == "cow"
    assert own_class(mining_of(["cat", "dog", "cow"], 3, [0], "conv"), "conv", 2) == ""
    assert own_class(mining_of(["cat", "dog"], 1, [0]), "scores", 0) == "dog"
    assert own_class(mining_of([], 3, [0]), "scores", 0) == ""


def test_about_one_image_a_class_is_not_counted():
    names = ["a", "b", "c", "d"]
    assert not is_counted(mining_of(names, 4, [0, 1, 2, 3]))
    assert not is_counted(mining_of(names, 4, [0, 1, 2, 3, 3]))
    assert is_counted(mining_of(names, 4, [0, 1, 2, 3, 3, 0]))
    assert not is_counted(mining_of(names, 4, [2] * 40))  # one class: the nine show no other
    assert is_counted(mining_of(names, 4, [-1, -1]))
    assert not is_counted(mining_of(["a"], 4, [-1, -1]))
