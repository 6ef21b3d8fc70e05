"""What the drawn architecture shows of a long network."""

from __future__ import annotations

import keras

from vizreport.experiments.overview.stages import MOST_STAGES, stages
from vizreport.graph.layers import reportable_layers
from vizreport.graph.trace import trace


def test_a_long_network_is_drawn_to_its_output():
    inputs = x = keras.Input((30, 30, 3))
    for place in range(MOST_STAGES + 1):
        x = keras.layers.Conv2D(4, 3, activation="relu", name=f"conv{place}")(x)
    x = keras.layers.GlobalAveragePooling2D(name="pooled")(x)
    graph = trace(keras.Model(inputs, keras.layers.Softmax()(x)))
    chosen = [layer for layer in reportable_layers(graph) if layer.name in ("conv0", "conv11")]
    drawn = stages(graph, chosen)
    assert [stage["name"] for stage in drawn] == ["input", "conv0", "conv11", "pooled"]
    assert drawn[-1]["operations"] == ["global average pool"]
    assert (drawn[-1]["rows"], drawn[-1]["cols"], drawn[-1]["maps"]) == (1, 1, 4)
