"""Layers whose projections are blank give their place to a neighbour."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.float64 import randomise
from tests.experiments import tiny
from vizreport.subject.layer_choice import layers_with_pictures


def network(blank: bool):
    """Return class scores whose weights are all below 0 above a rectifier: nothing comes down."""
    image = keras.Input((*tiny.SIZE, 3))
    x = layers.Conv2D(6, 5, 2, activation="relu", name="first")(image)
    x = layers.Conv2D(5, 3, activation="relu", name="second")(layers.MaxPooling2D(2)(x))
    x = layers.Conv2D(4, 1, activation="relu", name="third")(x)
    x = layers.Dense(3, name="scores")(layers.GlobalAveragePooling2D()(x))
    model = randomise(keras.Model(image, layers.Softmax()(x)), 3)
    kernel, bias = model.get_layer("scores").get_weights()
    sign = -1 if blank else 1
    model.get_layer("scores").set_weights([sign * np.abs(kernel), 9 + np.abs(bias)])
    return model


@pytest.mark.parametrize("blank", [True, False])
def test_a_blank_layer_gives_its_place_away(tiny_subject, blank):
    subject = tiny.changed(tiny_subject)
    subject.model = network(blank)
    before = ["first", "third", "scores"]
    shown, replaced = layers_with_pictures(
        subject.deconvnet("deconvnet"),
        subject._sampled_inputs,
        [subject.traced.layer(n) for n in before],
    )
    if not blank:
        assert [layer.name for layer in shown] == before
        assert not replaced
        return
    assert [layer.name for layer in shown] == ["first", "second", "third"]
    assert replaced == [{"layer": "scores", "blank": 1.0, "instead": "second"}]
    assert [layer.name for layer in subject.chosen_layers(("scores",))] == ["scores"]
