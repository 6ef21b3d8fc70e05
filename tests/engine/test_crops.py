"""Projection on crops and through windows against projection on whole images."""

from __future__ import annotations

from functools import cache

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers, ops

from tests.engine.float64 import floats, randomise
from tests.engine.networks import SIZES, network
from vizreport.engine import Deconvnet
from vizreport.engine.projection.crops import plan_crops
from vizreport.engine.projection.window_plan import plan_windows

LAYERS = [
    ("zfnet", "conv1"),
    ("zfnet", "conv2"),
    ("vgg", "block3_conv1"),
    ("resnet", "block2_add"),
    ("squeezenet", "fire3"),
    ("squeezenet", "fire4"),
    ("unet", "up2_conv"),
    ("unet", "up1_conv"),
    ("dilated", "valid"),
    ("mobile", "strided"),
    ("mobile", "separable"),
    ("inception", "mixed"),
    ("shared", "difference"),
    ("shared", "backbone@1/inner_conv"),
]
DEEP = [pair for pair in LAYERS if pair[1] in {"conv2", "block3_conv1", "block2_add", "fire4"}]
DEEP += [("unet", "up1_conv"), ("dilated", "valid")]


@cache
def deconvnet(name: str, dtype: str = "float64", rule: str = "deconvnet") -> Deconvnet:
    return Deconvnet(network(name, dtype), rule)


def places(count: int) -> np.ndarray:
    """Both ends, their neighbours, and the middle."""
    return np.unique(np.clip([0, 1, count // 2, count - 2, count - 1], 0, count - 1))


def units_of(layer, images: int = 2):
    """Units at corners, edges and in the middle: numbers, rows, cols, maps."""
    rows, cols = (part.ravel() for part in np.meshgrid(places(layer.rows), places(layer.cols)))
    maps = np.arange(len(rows)) * 7 % layer.maps
    return np.arange(len(rows)) % images, rows, cols, maps


def projected(found: Deconvnet, images, layer, units, way: str):
    full = np.zeros((len(units[0]), *found.graph.input_shape), found.graph.dtype)
    activations = np.zeros(len(units[0]), found.graph.dtype)
    for part in found.project_units(images, layer, *units, way=way):
        part.put_into(full)
        activations[part.chosen] = part.activations
        assert way != "crops" or part.pictures.shape[1:3] != found.graph.input_shape[:2]
    return full, activations


def compare(found: Deconvnet, layer, tolerance: float, ways=("crops", "windows")) -> None:
    shape = found.graph.input_shape
    images = np.random.default_rng(5).normal(size=(2, *shape)).astype(found.graph.dtype)
    units = units_of(layer)
    whole, seeds = projected(found, images, layer, units, "whole")
    strongest = np.abs(whole).max()
    assert strongest > 0
    assert (np.abs(whole).max(axis=(1, 2, 3)) > 0).mean() > 0.1
    for way in ways:
        parts, activations = projected(found, images, layer, units, way)
        np.testing.assert_allclose(parts, whole, rtol=0, atol=tolerance * strongest, err_msg=way)
        np.testing.assert_allclose(activations, seeds, rtol=0, atol=tolerance * seeds.max())


@pytest.mark.parametrize(("name", "layer"), LAYERS)
def test_crops_and_windows_equal_whole_images(name, layer):
    found = deconvnet(name)
    chosen = found.layer(layer)
    plan = plan_crops(found.graph, chosen.node, *units_of(chosen)[1:3])
    assert plan.reason is None
    assert plan.size[0] <= SIZES_OF[name][0]
    assert plan.size[1] < SIZES_OF[name][1]
    ways = ("crops", "windows") if plan_windows(found.graph, chosen.node) else ("crops",)
    compare(found, chosen, 1e-12, ways)


SIZES_OF = {build.__name__: size for build, size in SIZES.items()}


@pytest.mark.parametrize("name", ["zfnet", "vgg", "resnet", "squeezenet", "dilated"])
def test_windows_are_there_where_they_should_be(name):
    found = deconvnet(name)
    for layer in found.layers():
        assert plan_windows(found.graph, layer.node) is not None, layer.name


@pytest.mark.parametrize(("name", "layer"), DEEP)
def test_crops_equal_whole_images_in_float32(name, layer):
    found = deconvnet(name, "float32")
    chosen = found.layer(layer)
    compare(found, chosen, 1e-5, ("crops",))


@pytest.mark.parametrize("rule", ["guided", "gradient"])
def test_crops_equal_whole_images_under_the_other_rules(rule):
    found = deconvnet("resnet", rule=rule)
    compare(found, found.layer("block1_add"), 1e-12, ("crops",))


@pytest.mark.parametrize("name", list(SIZES_OF))
def test_the_forward_pass_is_the_models(name):
    """Activations that seed the projections are those of the model itself."""
    found, model = deconvnet(name), network(name)
    images = np.random.default_rng(6).normal(size=(2, *found.graph.input_shape))
    output = np.asarray(model(images))
    from vizreport.engine.interpreter import there_and_back

    node = found.graph.outputs[0]
    for rule in ("deconvnet", "guided"):
        forward, _ = there_and_back(found.graph, keras.ops.convert_to_tensor(images), node, rule)
        limit = 1e-9 * np.abs(output).max()
        np.testing.assert_allclose(np.asarray(forward), output, rtol=0, atol=limit)


def own_gradient(model: keras.Model, images: np.ndarray, place: tuple[int, int, int]):
    """The value of a unit of the model's output and its gradient, by the backend's own means."""
    if keras.backend.backend() == "jax":
        import jax

        value, gradient = jax.value_and_grad(lambda x: model(x)[(0, *place)])(images)
        return np.asarray(value), np.asarray(gradient)
    import tensorflow as tf

    x = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = model(x)[(0, *place)]
    return np.asarray(value), np.asarray(tape.gradient(value, x))


def test_the_gradient_is_the_models():
    """Under "gradient" a projection is the activation times the backend's gradient of it."""
    for name in ("zfnet", "shared"):
        found, model = deconvnet(name, rule="gradient"), network(name)
        layer = found.layers()[-1]
        images = np.random.default_rng(7).normal(size=(1, *found.graph.input_shape))
        place = (layer.rows // 2, layer.cols - 1, 1)
        value, gradient = own_gradient(model, images, place)
        found_here = found.project(images, layer.name, place)
        np.testing.assert_allclose(found_here, gradient * value, atol=1e-10)


# Random networks -------------------------------------------------------------------------------

OPERATIONS = st.sampled_from(
    [
        ("conv", 3, 1, "same"),
        ("conv", 3, 2, "same"),
        ("conv", 2, 2, "same"),
        ("conv", 5, 2, "valid"),
        ("conv", 1, 2, "valid"),
        ("max", 3, 2, "same"),
        ("max", 2, 2, "valid"),
        ("average", 3, 2, "valid"),
        ("average", 3, 1, "same"),
        ("dilated", 2, 2, "same"),
        ("pad", (2, 1), 0, ""),
        ("crop", (1, 2), 0, ""),
        ("up", 2, 0, ""),
        ("transposed", 3, 2, "same"),
        ("transposed", 2, 3, "valid"),
        ("transposed", 1, 2, "same"),
    ]
)


def _apply(x, operation):
    kind, size, step, padding = operation
    if kind == "conv":
        return layers.Conv2D(3, size, step, padding)(x)
    if kind == "dilated":
        return layers.Conv2D(3, size, dilation_rate=step, padding=padding)(x)
    if kind == "max":
        return layers.MaxPooling2D(size, step, padding)(x)
    if kind == "average":
        return layers.AveragePooling2D(size, step, padding)(x)
    if kind == "pad":
        return layers.ZeroPadding2D((size, size[::-1]))(x)
    if kind == "crop":
        return layers.Cropping2D((size, size[::-1]))(x)
    if kind == "up":
        return layers.UpSampling2D(size)(x)
    return layers.Conv2DTranspose(3, size, step, padding)(x)


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(
    chain=st.lists(OPERATIONS, min_size=2, max_size=4),
    size=st.tuples(st.integers(37, 52), st.integers(37, 52)),
    merge=st.sampled_from(["none", "add", "concatenate", "strided"]),
)
def test_random_networks(chain, size, merge):
    with floats("float64"):
        image = keras.Input((*size, 2))
        x = image
        for operation in chain:
            x = ops.relu(_apply(x, operation))
            if min(x.shape[1:3]) < 3:
                return
        if merge == "add":
            x = layers.Add()([layers.Conv2D(3, 3, padding="same")(x), x])
        elif merge == "concatenate":
            x = layers.Concatenate()([layers.MaxPooling2D(3, 1, "same")(x), x])
        elif merge == "strided":
            a, b = layers.Conv2D(3, 1, 2, "same")(x), layers.MaxPooling2D(3, 2, "same")(x)
            x = layers.Maximum()([a, layers.Conv2D(3, 1)(b)])
        x = layers.Conv2D(3, 1, activation="relu", name="last")(x)
        model = randomise(keras.Model(image, x), seed=2)
    found = Deconvnet(model)
    layer = found.layer("last")
    plan = plan_crops(found.graph, layer.node, *units_of(layer)[1:3])
    ways = ["crops"] if plan.reason is None else []
    ways += ["windows"] if plan_windows(found.graph, layer.node) else []
    images = np.random.default_rng(5).normal(size=(2, *found.graph.input_shape))
    units = units_of(layer)
    whole, _ = projected(found, images, layer, units, "whole")
    for way in ways:
        parts, _ = projected(found, images, layer, units, way)
        limit = 1e-12 * np.abs(whole).max()
        np.testing.assert_allclose(parts, whole, rtol=0, atol=limit, err_msg=f"{way} {chain}")
