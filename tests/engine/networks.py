"""Small networks in the manner of known ones; inputs not square, sizes no multiples of strides."""

from __future__ import annotations

from functools import cache

import keras
from keras import layers, ops

from tests.engine.float64 import floats, randomise
from vizreport.backend.contrast_normalization import ContrastNormalization


def _conv(x, maps, kernel=3, name=None, **options):
    options = {"padding": "same", "activation": "relu", **options}
    return layers.Conv2D(maps, kernel, name=name, **options)(x)


def zfnet(x):
    x = layers.ZeroPadding2D(1)(x)
    x = _conv(x, 6, 7, "conv1", strides=2, padding="valid")
    x = layers.ZeroPadding2D(1)(x)
    x = layers.MaxPooling2D(3, 2)(x)
    x = ContrastNormalization(n=3, alpha=0.1)(x)
    x = _conv(x, 7, 5, "conv2", strides=2, padding="valid")
    x = layers.ZeroPadding2D(1)(x)
    x = layers.MaxPooling2D(3, 2)(x)
    x = ContrastNormalization(n=3, alpha=0.1)(x)
    x = layers.ZeroPadding2D(1)(x)
    return _conv(x, 5, 3, "conv3", padding="valid")


def vgg(x):
    for block in (1, 2, 3):
        x = _conv(x, 4, name=f"block{block}_conv1")
        x = _conv(x, 5, name=f"block{block}_conv2")
        x = layers.MaxPooling2D(2)(x)
    return x


def resnet(x):
    x = layers.Rescaling(0.5, -0.25)(x)
    x = _conv(x, 6, 7, "stem", strides=2, activation=None)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.MaxPooling2D(3, 2, "same")(x)
    for block, stride in ((1, 1), (2, 2)):
        y = _conv(x, 6, 1, f"block{block}_a", strides=stride, activation=None, use_bias=False)
        y = ops.relu(layers.BatchNormalization()(y))
        y = _conv(y, 6, 3, f"block{block}_b", activation=None)
        y = layers.BatchNormalization()(y)
        shortcut = x
        if stride > 1:
            shortcut = _conv(x, 6, 1, f"block{block}_shortcut", strides=stride, activation=None)
            shortcut = layers.BatchNormalization()(shortcut)
        x = layers.Activation("relu")(layers.Add(name=f"block{block}_add")([y, shortcut]))
    return x


def squeezenet(x):
    x = _conv(x, 6, 3, "conv1", strides=2, padding="valid")
    x = layers.MaxPooling2D(3, 2)(x)
    for fire in (2, 3):
        x = _conv(x, 4, 1, f"fire{fire}_squeeze")
        wide = _conv(x, 4, 3, f"fire{fire}_3x3")
        x = layers.Concatenate(name=f"fire{fire}")([_conv(x, 3, 1, f"fire{fire}_1x1"), wide])
    x = layers.MaxPooling2D(3, 2)(x)
    return _conv(x, 4, 1, "fire4")


def unet(x):
    first = _conv(x, 4, name="down1")
    second = _conv(layers.MaxPooling2D(2)(first), 5, name="down2")
    x = _conv(layers.MaxPooling2D(2)(second), 6, name="bottom")
    x = layers.Conv2DTranspose(4, 3, 2, "same", activation="relu", name="up2")(x)
    x = _conv(layers.Concatenate()([x, second]), 4, name="up2_conv")
    x = layers.UpSampling2D(2)(x)
    return _conv(layers.Concatenate()([x, first]), 4, 1, name="up1_conv")


def dilated(x):
    for rate in (1, 2, 4):
        x = _conv(x, 5, 3, f"rate{rate}", dilation_rate=rate)
    return _conv(x, 4, 3, "valid", dilation_rate=(2, 1), padding="valid")


def mobile(x):
    x = _conv(x, 6, 3, "stem", strides=2)
    x = layers.DepthwiseConv2D(3, padding="same", name="depthwise", activation="relu6")(x)
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.DepthwiseConv2D(3, 2, name="strided")(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = _conv(x, 6, 1, "pointwise", groups=2)
    return layers.SeparableConv2D(5, 3, name="separable", activation="relu")(x)


def inception(x):
    x = _conv(x, 4, 3, "stem", strides=2, padding="valid")
    pooled = _conv(layers.AveragePooling2D(3, 1, "same")(x), 3, 1, "pooled")
    tall = _conv(_conv(x, 3, (1, 5), "row"), 3, (5, 1), "column")
    x = layers.Concatenate(name="mixed")([_conv(x, 3, 1, "single"), tall, pooled])
    x = layers.Cropping2D(((1, 2), (0, 1)))(x)
    straight = _conv(x, 4, 3, "reduce", strides=2, padding="valid")
    return layers.Concatenate(name="mixed2")([straight, layers.MaxPooling2D(3, 2)(x)])


def shared(x):
    """A nested model used twice, a layer used twice, constants between."""
    image = keras.Input((None, None, 4))
    inner = _conv(layers.MaxPooling2D(2)(_conv(image, 4, 3, "inner_conv")), 4, 3, "inner_last")
    nested = keras.Model(image, inner, name="backbone")
    twice = layers.Conv2D(4, 3, padding="same", activation="relu", name="twice")
    x = twice(_conv(x, 4, 1, "first") * 0.5 + 0.1)
    a, b = nested(x), nested(twice(x))
    return ops.relu(layers.Subtract(name="difference")([a, b]))


SIZES = {
    zfnet: (91, 78),
    vgg: (37, 51),
    resnet: (69, 54),
    squeezenet: (45, 54),
    unet: (44, 36),
    dilated: (35, 40),
    mobile: (43, 50),
    inception: (38, 47),
    shared: (33, 38),
}
BY_NAME = {network.__name__: network for network in SIZES}


@cache
def network(name: str, dtype: str = "float64", channels: int = 3) -> keras.Model:
    build = BY_NAME[name]
    with floats(dtype):
        image = keras.Input((*SIZES[build], channels))
        model = keras.Model(image, build(image), name=name)
    return randomise(model, seed=3)
