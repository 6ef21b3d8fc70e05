import keras
import numpy as np
import pytest
from keras import layers

from vizreport.graph.trace import trace
from vizreport.models.initialised import as_initialised

INITIALIZERS = {
    "glorot_uniform": None,
    "he_normal": None,
    "lecun_normal": None,
    "random_normal": None,
    "random_uniform": None,
    "truncated_normal": None,
    "orthogonal": None,
    "wide": keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal"),
}


def network(initializer, biases=True, normalized=False):
    """Convolutions of every kind, and a dense layer."""
    given = {"use_bias": biases}
    x = image = keras.Input((12, 12, 3))
    x = layers.Conv2D(16, 3, kernel_initializer=initializer, name="conv", **given)(x)
    x = layers.BatchNormalization(name="norm")(x) if normalized else x
    x = layers.DepthwiseConv2D(3, depthwise_initializer=initializer, name="depthwise", **given)(x)
    x = layers.SeparableConv2D(
        16,
        3,
        depthwise_initializer=initializer,
        pointwise_initializer=initializer,
        name="separable",
        **given,
    )(x)
    x = layers.Conv2DTranspose(24, 3, kernel_initializer=initializer, name="up", **given)(x)
    x = layers.Flatten()(x)
    return keras.Model(
        image, layers.Dense(5, kernel_initializer=initializer, name="dense", **given)(x)
    )


def found(model):
    return as_initialised(trace(model, None).uses)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_fresh_layers_of_every_initializer_are_named_and_slightly_changed_ones_are_not(name):
    keras.utils.set_random_seed(0)
    model = network(INITIALIZERS[name] or name)
    every = ("conv", "depthwise", "separable", "up", "dense")
    fresh = found(model)
    assert fresh.layers == every
    assert fresh.tested == 5
    bias = model.get_layer("up").bias
    bias.assign(np.eye(1, 24)[0] * 1e-6)  # a gradient reached it
    kernel = model.get_layer("conv").kernel
    kernel.assign(np.asarray(kernel) * 1.3)  # another law, with untouched biases
    assert found(model).layers == ("depthwise", "separable", "dense")


def test_without_biases_the_normalization_behind_tells_or_a_bounded_law_of_many_weights():
    keras.utils.set_random_seed(0)
    model = network("glorot_uniform", biases=False, normalized=True)
    # Of the others none has 4,000 weights.
    assert model.get_layer("dense").kernel.shape == (1536, 5)
    assert found(model).layers == ("conv", "dense")
    model.get_layer("norm").moving_mean.assign(np.full(16, 0.01))
    assert found(model).layers == ("dense",)


@pytest.mark.parametrize("initializer", ["glorot_uniform", "he_normal", "orthogonal"])
def test_one_epoch_of_training_is_enough_for_a_layer_not_to_be_named(initializer):
    keras.utils.set_random_seed(0)
    model = network(initializer)
    before = found(model).layers
    model.get_layer("depthwise").trainable = False  # kept as it was: rightly named afterwards
    model.compile(keras.optimizers.Adam(1e-4), "mse")
    random = np.random.default_rng(0)
    x, y = random.normal(size=(64, 12, 12, 3)), random.normal(size=(64, 5))
    model.fit(x, y, batch_size=32, epochs=1, verbose=0)
    assert len(before) == 5
    assert found(model).layers == ("depthwise",)


def test_a_layer_used_twice_is_named_once_and_quantised_weights_are_not_tested():
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 3))
    shared = layers.Conv2D(3, 3, padding="same", name="shared")
    hidden = layers.Dense(16, name="hidden")(layers.Flatten()(shared(shared(image))))
    model = keras.Model(image, hidden)
    assert found(model).layers == ("shared", "hidden")
    model.get_layer("hidden").quantize("int8")
    fresh = found(model)
    assert fresh.layers == ("shared",)
    assert fresh.tested == 1
