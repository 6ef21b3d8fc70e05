"""Values that are not finite: which images take no part, and what is left."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from tests.experiments import tiny
from tests.experiments.test_mining import activations, brute_force
from vizreport.errors import NotApplicable
from vizreport.experiments.mining.soundness import (
    first_layer,
    require_sound,
    silent_layer,
    telling_layers,
    unsound,
)
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import notice


def warned(mining):
    return " ".join(notice(each) for each in decide(unsound(mining)))


compute = tiny.computing("mining")


@pytest.fixture
def spoiled(tmp_path):
    """Return what makes a subject of the tiny network with some weights changed."""

    def make(layer: str, change):
        model = keras.models.load_model(tiny.write_checkpoint(tmp_path / "tiny.keras"))
        own = model.get_layer(layer)
        own.set_weights(change(*own.get_weights()))
        model.save(tmp_path / "tiny.keras")
        return tiny.subject(tmp_path / "tiny.keras", tiny.write_data(tmp_path / "data.npz"))

    return make


def test_all_is_finite(mined):
    assert mined.checked == ["conv1", "conv2", "classes", "output"]
    np.testing.assert_array_equal(mined.not_finite, 0)
    assert (mined.left_out, first_layer(mined), warned(mined)) == (0, "", "")
    require_sound(mined)


def test_a_bias_that_is_no_number(spoiled, mined):
    """A ReLU may make 0 of it: it is seen before the ReLU. What lies below is mined as ever."""
    found = compute(spoiled("conv2", lambda kernel, bias: (kernel, np.full_like(bias, np.nan))), {})
    assert [*found.layers] == ["conv1"]
    for field in ("values", "images", "rows", "cols", "means", "active", "similarity"):
        np.testing.assert_array_equal(
            getattr(found.layers["conv1"], field), getattr(mined.layers["conv1"], field)
        )
    assert found.paths == mined.paths
    assert found.top_classes.shape == (14, 0)
    assert np.isnan(found.true_probabilities).all()
    assert found.not_finite[found.checked.index("conv2")] == 14
    assert found.left_out == 0
    assert first_layer(found) == "conv2"
    said = "From layer ⁨conv2⁩ on, values are not finite in all 14 images"
    assert warned(found).startswith(said)
    with pytest.raises(NotApplicable, match="conv2.* not finite in any image"):
        require_sound(found)


def test_one_weight_spoils_the_first_layer(spoiled):
    def change(kernel, bias):
        kernel[0, 0, 0, 0] = np.inf
        return kernel, bias

    found = compute(spoiled("conv1", change), {})
    assert found.layers == {}
    assert first_layer(found) == "conv1"


def test_scores_that_overflow_in_some_images(spoiled):
    sound = spoiled("conv1", lambda *weights: weights)
    size = np.sort(np.abs(scores(sound)).max(axis=1))
    between = float(np.sqrt(size[9] * size[10]))  # four images beyond it
    factor = np.finfo(np.float32).max / between
    subject = spoiled("classes", lambda *weights: [each * np.float32(factor) for each in weights])
    finite = np.isfinite(scores(subject)).all(axis=1)
    assert 0 < (~finite).sum() < 14
    found = compute(subject, {})
    assert found.left_out == (~finite).sum()
    np.testing.assert_array_equal(found.records, np.flatnonzero(finite))
    assert np.isfinite(found.top_probabilities).all()
    assert first_layer(found) == "classes"
    share = 100 * found.left_out / 14
    assert f"not finite in {found.left_out} of 14 images ({share:.0f}\u202f%)" in warned(found)
    require_sound(found)
    wanted = brute_force(activations(subject, "conv2")[finite], 9)
    np.testing.assert_allclose(found.layers["conv2"].values, -wanted[..., 0], rtol=1e-5, atol=1e-6)


def scores(subject) -> np.ndarray:
    """Return the class scores before the softmax over all images, by Keras itself."""
    model = subject.model
    below = keras.Model(model.inputs, model.get_layer("classes").input)
    kernel, bias = model.get_layer("classes").get_weights()
    pictures = np.stack([subject.dataset.read(i) for i in range(len(subject.dataset.records))])
    x = np.asarray(below(subject.preprocessing.tensor(pictures)))
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(x @ kernel + bias)


def test_only_the_output_is_not_finite(mined):
    broken = replace(mined, not_finite=np.array([0, 0, 0, 14], np.int32))
    assert warned(broken).startswith("At the output, values are not finite in all 14 images")


def test_a_layer_that_is_never_above_zero(spoiled, mined):
    found = compute(spoiled("conv1", lambda kernel, bias: (kernel, bias - 1e3)), {})
    assert silent_layer(found) == "conv1"
    assert telling_layers(found) == []
    with pytest.raises(NotApplicable, match="the same for all images"):
        require_sound(found)
    # Beside another way, the network may still see the image.
    sees = replace(found, top_probabilities=mined.top_probabilities)
    assert warned(sees) == "No map in layer \u2068conv1\u2069 is above 0 in any image."
    assert telling_layers(sees) == [*found.layers]
    require_sound(sees)
