"""Each operation's backward rule against a slow oracle in float64."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from tests.engine import oracle
from tests.engine.families import Case, Family, function
from vizreport.backend.contrast_normalization import ContrastNormalization
from vizreport.engine import presets, rules

LINEAR_PRESETS = ("deconvnet",)

# Rectifiers ------------------------------------------------------------------------------------


def _relu(operation, **options) -> Case:
    return function(operation, lambda preset, x: oracle.relu(x, preset, **options))


def _prelu(preset, layer, x):
    return oracle.relu(x, preset, slope=layer.get_weights()[0])


def _convolved_prelu(preset, layer, x):
    kernel, bias, slope = layer.get_weights()
    return oracle.relu(oracle.conv(x, kernel, bias), preset, slope=slope)


def _fused(kind, activation) -> Case:
    def make():
        if kind is layers.Conv2D:
            return kind(3, 2, activation=activation)
        return kind(2, activation=activation)

    def expected(preset, layer, x):
        convolve = oracle.conv if kind is layers.Conv2D else oracle.depthwise
        return oracle.relu(convolve(x, *layer.get_weights()), preset)

    return Case(make, expected)


def _bent(form, **options) -> Case:
    names = {"slope": "negative_slope", "threshold": "threshold", "ceiling": "max_value"}
    given = {names[name]: value for name, value in options.items()}
    if form == "layer":
        return _relu(lambda x: layers.ReLU(**given)(x), **options)
    return _relu(lambda x: keras.activations.relu(x, **given), **options)


RECTIFIERS = Family(
    {
        "layer": _relu(lambda x: layers.ReLU()(x)),
        "activation by name": _relu(lambda x: layers.Activation("relu")(x)),
        "activation by function": _relu(lambda x: layers.Activation(keras.activations.relu)(x)),
        "activation of TensorFlow": _relu(lambda x: layers.Activation(tf.nn.relu)(x)),
        "ops": _relu(lambda x: ops.relu(x)),
        "activations": _relu(lambda x: keras.activations.relu(x)),
        "maximum": _relu(lambda x: ops.maximum(x, 0)),
        "maximum, turned": _relu(lambda x: ops.maximum(0.0, x)),
        "convolution by name": _fused(layers.Conv2D, "relu"),
        "convolution by function": _fused(layers.Conv2D, keras.activations.relu),
        "convolution by TensorFlow": _fused(layers.Conv2D, tf.nn.relu),
        "convolution by ops": _fused(layers.Conv2D, ops.relu),
        "depthwise by name": _fused(layers.DepthwiseConv2D, "relu"),
        "depthwise by TensorFlow": _fused(layers.DepthwiseConv2D, tf.nn.relu),
        **{
            f"{form}: {options}": _bent(form, **options)
            for form in ("layer", "functional")
            for options in (
                {"ceiling": 0.5},
                {"slope": 0.25},
                {"threshold": 0.5},
                {"slope": 0.25, "threshold": 0.5},
                {"slope": 0.25, "threshold": 0.5, "ceiling": 1.5},
            )
        },
        "leaky": _relu(lambda x: layers.LeakyReLU(negative_slope=0.25)(x), slope=0.25),
        "leaky by ops": _relu(lambda x: ops.leaky_relu(x, 0.25), slope=0.25),
        "leaky, functional": _relu(lambda x: keras.activations.leaky_relu(x, 0.25), slope=0.25),
        "prelu": Case(lambda: layers.PReLU(), _prelu),
        "prelu, shared": Case(lambda: layers.PReLU(shared_axes=(1, 2)), _prelu),
        "prelu in a convolution": Case(
            lambda: layers.Conv2D(3, 1, activation=layers.PReLU(shared_axes=(1, 2))),
            _convolved_prelu,
        ),
        "ReLU layer in a convolution": Case(
            lambda: layers.Conv2D(3, 1, activation=layers.ReLU(max_value=0.5)),
            lambda preset, layer, x: oracle.relu(
                oracle.conv(x, *layer.get_weights()), preset, ceiling=0.5
            ),
        ),
    }
)


@pytest.mark.parametrize("case", RECTIFIERS.cases)
def test_rectifiers(case):
    RECTIFIERS.check(case)


# TensorFlow rounds the slope 0.2 to float32.
NAMED_RECTIFIERS = Family(
    {
        "relu6 layer": _relu(lambda x: layers.ReLU(max_value=6)(x), ceiling=6.0),
        "relu6": _relu(lambda x: layers.Activation("relu6")(x), ceiling=6.0),
        "relu6 by ops": _relu(lambda x: ops.relu6(x), ceiling=6.0),
        "relu6 of TensorFlow": _relu(lambda x: layers.Activation(tf.nn.relu6)(x), ceiling=6.0),
        "relu6, functional": _relu(lambda x: keras.activations.relu6(x), ceiling=6.0),
        "leaky": _relu(lambda x: layers.Activation("leaky_relu")(x), slope=0.2),
        "leaky of TensorFlow": _relu(lambda x: layers.Activation(tf.nn.leaky_relu)(x), slope=0.2),
    },
    spread=8.0,
    tolerance=1e-7,
)


@pytest.mark.parametrize("case", NAMED_RECTIFIERS.cases)
def test_rectifiers_by_name(case):
    NAMED_RECTIFIERS.check(case)


# Pooling ---------------------------------------------------------------------------------------

WINDOWS = [((2, 2), None), ((3, 3), (2, 2)), ((3, 2), (1, 2)), ((3, 3), (1, 1))]


def _pool(kind, size, strides, padding) -> Case:
    layer = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}[kind]
    pooled = {"max": oracle.max_pool, "average": oracle.average_pool}[kind]
    return function(
        lambda x: layer(size, strides, padding)(x),
        lambda preset, x: pooled(x, size, strides, padding),
    )


def _global(layer, pooled, keepdims) -> Case:
    def expected(preset, x):
        y = pooled(x, x.value.shape[:2])
        shape = y.value.shape if keepdims else y.value.shape[-1:]
        return oracle.linear(y, lambda v: v.reshape(shape))

    return function(lambda x: layer(keepdims=keepdims)(x), expected)


POOLINGS = Family(
    {
        **{
            f"{kind} {size} {strides} {padding}": _pool(kind, size, strides, padding)
            for kind in ("max", "average")
            for size, strides in WINDOWS
            for padding in ("valid", "same")
        },
        "max by ops": function(
            lambda x: ops.max_pool(x, 3, 2, "same"),
            lambda preset, x: oracle.max_pool(x, (3, 3), (2, 2), "same"),
        ),
        "average by ops": function(
            lambda x: ops.average_pool(x, (3, 2), (2, 1), "valid"),
            lambda preset, x: oracle.average_pool(x, (3, 2), (2, 1)),
        ),
        **{
            f"global {kind.__name__} {keepdims}": _global(kind, pooled, keepdims)
            for kind, pooled in (
                (layers.GlobalMaxPooling2D, oracle.max_pool),
                (layers.GlobalAveragePooling2D, oracle.average_pool),
            )
            for keepdims in (False, True)
        },
    },
    presets=LINEAR_PRESETS,
    ties=True,
)


@pytest.mark.parametrize("case", POOLINGS.cases)
def test_pooling_unpools_through_the_first_switch(case):
    POOLINGS.check(case)


# Convolutions ----------------------------------------------------------------------------------


def _convolution(options) -> Case:
    def expected(preset, layer, x):
        kernel, *bias = layer.get_weights()
        bias = bias[0] if bias else None
        return oracle.conv(
            x, kernel, bias, layer.strides, layer.padding, layer.dilation_rate, layer.groups
        )

    return Case(lambda: layers.Conv2D(6, **options), expected)


def _depthwise(options) -> Case:
    def expected(preset, layer, x):
        return oracle.depthwise(
            x, *layer.get_weights(), layer.strides, layer.padding, layer.dilation_rate
        )

    return Case(lambda: layers.DepthwiseConv2D(**options), expected)


def _separable(options) -> Case:
    def expected(preset, layer, x):
        kernel, *pointwise = layer.get_weights()
        y = oracle.depthwise(x, kernel, None, layer.strides, layer.padding, layer.dilation_rate)
        return oracle.conv(y, *pointwise)

    return Case(lambda: layers.SeparableConv2D(3, **options), expected)


def _transposed(options) -> Case:
    def expected(preset, layer, x):
        kernel, *bias = layer.get_weights()
        bias = bias[0] if bias else None
        return oracle.transposed(x, kernel, bias, layer.strides, layer.padding)

    return Case(lambda: layers.Conv2DTranspose(3, **options), expected)


def _each(make, *choices) -> dict[str, Case]:
    return {
        f"{make.__name__[1:]} {options} {padding}": make({"padding": padding, **options})
        for options in choices
        for padding in ("valid", "same")
    }


CONVOLUTIONS = Family(
    {
        **_each(
            _convolution,
            {"kernel_size": 3},
            {"kernel_size": (3, 2), "strides": 2},
            {"kernel_size": 2, "strides": 3},
            {"kernel_size": 1, "strides": 2},
            {"kernel_size": 3, "strides": (1, 2)},
            {"kernel_size": 2, "dilation_rate": 2},
            {"kernel_size": (3, 2), "dilation_rate": (2, 1)},
            {"kernel_size": 3, "groups": 2},
            {"kernel_size": 2, "strides": 2, "groups": 3, "use_bias": False},
            {"kernel_size": 2, "dilation_rate": 2, "groups": 2},
        ),
        **_each(
            _depthwise,
            {"kernel_size": 3},
            {"kernel_size": 3, "strides": 2, "depth_multiplier": 2},
            {"kernel_size": (2, 3), "dilation_rate": 2},
        ),
        **_each(
            _separable,
            {"kernel_size": 3, "strides": 2},
            {"kernel_size": 2, "dilation_rate": 2, "depth_multiplier": 2},
        ),
    },
    presets=LINEAR_PRESETS,
)
# Of as few maps as an image has channels, which take another way.
IMAGE_CONVOLUTIONS = Family(
    _each(
        _convolution,
        {"kernel_size": 3},
        {"kernel_size": (3, 2), "strides": 2},
        {"kernel_size": 1, "strides": 2},
        {"kernel_size": 2, "strides": 3},
        {"kernel_size": (1, 4), "strides": 2},
        {"kernel_size": 2, "dilation_rate": 2},
    ),
    presets=LINEAR_PRESETS,
    maps=3,
)
TRANSPOSED = Family(
    _each(
        _transposed,
        {"kernel_size": 3, "strides": 2},
        {"kernel_size": 2, "strides": 2},
        {"kernel_size": 4, "strides": 2, "use_bias": False},
        {"kernel_size": (3, 2), "strides": (1, 3)},
        {"kernel_size": 1, "strides": 2},
        {"kernel_size": 3},
        {"kernel_size": 5, "strides": 2},
    ),
    presets=LINEAR_PRESETS,
    shape=(3, 4, 5),
)


@pytest.mark.parametrize("case", CONVOLUTIONS.cases)
def test_convolutions(case):
    CONVOLUTIONS.check(case)


@pytest.mark.parametrize("case", IMAGE_CONVOLUTIONS.cases)
def test_convolutions_of_an_image(case):
    IMAGE_CONVOLUTIONS.check(case)


@pytest.mark.parametrize("case", TRANSPOSED.cases)
def test_transposed_convolutions(case):
    TRANSPOSED.check(case)


# Normalisation ---------------------------------------------------------------------------------


def _batch_normalisation(preset, layer, x):
    weights = list(layer.get_weights())
    gamma = weights.pop(0) if layer.scale else np.ones(6)
    beta = weights.pop(0) if layer.center else np.zeros(6)
    return oracle.batch_norm(x, gamma, beta, *weights, layer.epsilon)


def _contrast(**options) -> Case:
    return function(
        lambda x: ContrastNormalization(**options)(x),
        lambda preset, x: oracle.contrast(x, preset, **options),
    )


# Numerical derivatives, hence not closer.
NORMALISATIONS = Family(
    {
        "batch": Case(lambda: layers.BatchNormalization(), _batch_normalisation),
        "batch, no scale": Case(
            lambda: layers.BatchNormalization(scale=False), _batch_normalisation
        ),
        "batch, no centre": Case(
            lambda: layers.BatchNormalization(center=False), _batch_normalisation
        ),
        "contrast": _contrast(),
        "contrast, strong": _contrast(n=3, k=1.0, alpha=0.5, beta=0.6),
    },
    shape=(3, 4, 5),
    tolerance=1e-8,
)


@pytest.mark.parametrize("case", NORMALISATIONS.cases)
def test_normalisation(case):
    NORMALISATIONS.check(case)


def _layer_normalisation(preset, layer, x):
    gamma, beta = layer.get_weights()

    def normalised(v):
        centred = v - v.mean(-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + layer.epsilon)
        return gamma * centred / deviation + beta

    return oracle.smooth(x, normalised)


def test_layer_normalisation_under_its_true_derivative():
    cases = {"layer": Case(lambda: layers.LayerNormalization(), _layer_normalisation)}
    Family(cases, ("guided", "gradient"), shape=(3, 4, 5), tolerance=1e-7).check("layer")


# Linear operations -----------------------------------------------------------------------------

LINE = np.arange(6) + 1.0


def _linear(operation, wanted) -> Case:
    return function(operation, lambda preset, x: oracle.linear(x, wanted))


LINEAR = Family(
    {
        "dropout": _linear(lambda x: layers.Dropout(0.5)(x), lambda v: v),
        "spatial dropout": _linear(lambda x: layers.SpatialDropout2D(0.5)(x), lambda v: v),
        "noise": _linear(lambda x: layers.GaussianNoise(0.5)(x), lambda v: v),
        "identity": _linear(lambda x: layers.Identity()(x), lambda v: v),
        "linear": _linear(lambda x: layers.Activation("linear")(x), lambda v: v),
        "padding": _linear(
            lambda x: layers.ZeroPadding2D(((1, 2), (0, 3)))(x),
            lambda v: np.pad(v, ((1, 2), (0, 3), (0, 0))),
        ),
        "padding by ops": _linear(
            lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 3), (0, 0))),
            lambda v: np.pad(v, ((1, 2), (0, 3), (0, 0))),
        ),
        "padding with ones": _linear(
            lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 3), (0, 0)), constant_values=1),
            lambda v: np.pad(v, ((1, 2), (0, 3), (0, 0)), constant_values=1),
        ),
        "reflection": _linear(
            lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 1), (0, 0)), mode="reflect"),
            lambda v: np.pad(v, ((1, 2), (0, 1), (0, 0)), mode="reflect"),
        ),
        "cropping": _linear(
            lambda x: layers.Cropping2D(((1, 2), (0, 1)))(x), lambda v: v[1:-2, :-1]
        ),
        "centre crop": _linear(lambda x: layers.CenterCrop(3, 4)(x), lambda v: v[1:4, 1:5]),
        "up-sampling": _linear(
            lambda x: layers.UpSampling2D((2, 3))(x), lambda v: v.repeat(2, 0).repeat(3, 1)
        ),
        "rescaling": _linear(lambda x: layers.Rescaling(-0.3, 2.0)(x), lambda v: -0.3 * v + 2.0),
        "rescaling by map": _linear(
            lambda x: layers.Rescaling([1.0, -2.0, 3.0, 0.5, 2.0, -1.0], 1.0)(x),
            lambda v: v * [1.0, -2.0, 3.0, 0.5, 2.0, -1.0] + 1.0,
        ),
        "normalization": _linear(
            lambda x: layers.Normalization(mean=list(LINE), variance=list(LINE**2))(x),
            lambda v: (v - LINE) / LINE,
        ),
        "flatten": _linear(lambda x: layers.Flatten()(x), np.ravel),
        "reshape": _linear(lambda x: layers.Reshape((6, 5, 6))(x), lambda v: v.reshape(6, 5, 6)),
        "permute": _linear(lambda x: layers.Permute((2, 1, 3))(x), lambda v: v.swapaxes(0, 1)),
        "reshape by ops": _linear(
            lambda x: ops.reshape(x, (-1, 6, 5, 6)), lambda v: v.reshape(6, 5, 6)
        ),
        "transpose by ops": _linear(
            lambda x: ops.transpose(x, (0, 2, 1, 3)), lambda v: v.swapaxes(0, 1)
        ),
        "mean by ops": _linear(lambda x: ops.mean(x, axis=(1, 2)), lambda v: v.mean((0, 1))),
        "sum by ops": _linear(
            lambda x: ops.sum(x, axis=-1, keepdims=True), lambda v: v.sum(-1)[..., None]
        ),
        "maps by ops": _linear(lambda x: x[..., 1:3], lambda v: v[..., 1:3]),
        "places by ops": _linear(lambda x: x[:, 1:, ::2], lambda v: v[1:, ::2]),
        "split by ops": _linear(lambda x: ops.split(x, 2, axis=-1)[1], lambda v: v[..., 3:]),
        "negative by ops": _linear(lambda x: -x, lambda v: -v),
        "times constant": _linear(lambda x: x * -2.0, lambda v: -2.0 * v),
        "constant minus": _linear(lambda x: 1.0 - x, lambda v: 1.0 - v),
        "minus constant": _linear(lambda x: x - 1.0, lambda v: v - 1.0),
        "by constant": _linear(lambda x: x / 4.0, lambda v: v / 4.0),
        "plus map constants": _linear(
            lambda x: x + ops.convert_to_tensor(LINE), lambda v: v + LINE
        ),
        "times map constants": _linear(lambda x: x * LINE, lambda v: v * LINE),
    },
    presets=LINEAR_PRESETS,
    tolerance=1e-7,
)


@pytest.mark.parametrize("case", LINEAR.cases)
def test_linear_operations(case):
    LINEAR.check(case)


# Dense layers and merges -----------------------------------------------------------------------


def _dense(preset, layer, x):
    return oracle.relu(oracle.dense(x, *layer.get_weights()), preset)


class _Flat:
    """Flatten, then a dense layer."""

    def __init__(self):
        self.dense = layers.Dense(9, activation="relu")

    def __call__(self, x):
        return self.dense(layers.Flatten()(x))


def _merged(operation, expected) -> Case:
    return function(operation, lambda preset, *s: expected(*s), 3)


MERGES = Family(
    {
        "add": _merged(lambda *x: layers.Add()(list(x)), oracle.add),
        "average": _merged(
            lambda *x: layers.Average()(list(x)),
            lambda *s: oracle.scale(oracle.add(*s), 1 / 3),
        ),
        "concatenate": _merged(lambda *x: layers.Concatenate()(list(x)), oracle.concatenate),
        "concatenate by ops": _merged(lambda *x: ops.concatenate(x, axis=-1), oracle.concatenate),
        "maximum": _merged(lambda *x: layers.Maximum()(list(x)), oracle.maximum),
        "maximum by ops": _merged(
            lambda a, b, c: ops.maximum(ops.maximum(a, b), c), oracle.maximum
        ),
        "sum by ops": _merged(
            lambda a, b, c: a + b - c, lambda *s: oracle.add(*s, signs=[1, 1, -1])
        ),
        "twice the same": _merged(
            lambda a, b, c: layers.Add()([a, a, b, c]),
            lambda a, b, c: oracle.add(oracle.scale(a, 2.0), b, c),
        ),
        "subtract": function(
            lambda a, b: layers.Subtract()([a, b]),
            lambda preset, a, b: oracle.add(a, b, signs=[1, -1]),
            2,
        ),
        "map and vector": function(
            lambda a, b: a + layers.GlobalAveragePooling2D(keepdims=True)(b),
            lambda preset, a, b: oracle.add(
                a, oracle.linear(b, lambda v: v.mean((0, 1)) + np.zeros_like(v))
            ),
            2,
        ),
    },
    presets=LINEAR_PRESETS,
    ties=True,
)
DENSE = Family(
    {
        "on places": Case(lambda: layers.Dense(9, activation="relu"), _dense),
        "behind flatten": Case(
            _Flat, lambda preset, made, x: _dense(preset, made.dense, oracle.linear(x, np.ravel))
        ),
    },
    shape=(3, 4, 5),
)


@pytest.mark.parametrize("case", MERGES.cases)
def test_merges(case):
    MERGES.check(case)


@pytest.mark.parametrize("case", DENSE.cases)
def test_dense(case):
    DENSE.check(case)


# Gates -----------------------------------------------------------------------------------------


def _sigmoid(v):
    return 1 / (1 + np.exp(-v))


class _Excite:
    """Squeeze and excite."""

    def __init__(self, form):
        self.form, self.dense = form, layers.Dense(6, activation="sigmoid")

    def __call__(self, x):
        gate = layers.Reshape((1, 1, 6))(self.dense(layers.GlobalAveragePooling2D()(x)))
        if self.form == "ops":
            return x * gate
        return layers.Multiply()([x, gate] if self.form == "layer" else [gate, x])


def _excited(preset, made, x):
    pooled = oracle.linear(x, lambda v: v.mean((0, 1)))
    gate = oracle.smooth(oracle.dense(pooled, *made.dense.get_weights()), _sigmoid)
    return oracle.gated(x, oracle.linear(gate, lambda v: v.reshape(1, 1, -1)), preset)


def _attention(turned) -> Case:
    """Return a gate with places of its own, which is known by its sigmoid."""

    def operation(a, b):
        gate = layers.Activation("sigmoid")(b)
        return layers.Multiply()([gate, a] if turned else [a, gate])

    return function(
        operation, lambda preset, a, b: oracle.gated(a, oracle.smooth(b, _sigmoid), preset), 2
    )


GATES = Family(
    {
        **{
            f"squeeze and excite, {form}": Case(lambda form=form: _Excite(form), _excited)
            for form in ("layer", "turned", "ops")
        },
        "attention": _attention(False),
        "attention, turned": _attention(True),
    },
    shape=(3, 4, 5),
    tolerance=1e-8,
)


@pytest.mark.parametrize("case", GATES.cases)
def test_gates_are_held_constant(case):
    GATES.check(case)


# All -------------------------------------------------------------------------------------------

FAMILIES = {
    "rectifiers": RECTIFIERS,
    "rectifiers by name": NAMED_RECTIFIERS,
    "poolings": POOLINGS,
    "convolutions": CONVOLUTIONS,
    "transposed": TRANSPOSED,
    "normalisations": NORMALISATIONS,
    "linear": LINEAR,
    "merges": MERGES,
    "dense": DENSE,
    "gates": GATES,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_model_is_left_as_it_was(family, tmp_path):
    """Same configuration, same weights, same predictions, and it can be saved."""
    chosen = FAMILIES[family]
    model = chosen.parts[0]
    config, weights = model.get_config(), model.get_weights()
    chosen.found("deconvnet")
    assert model.get_config() == config
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(np.asarray(model(chosen.images)), chosen.predicted)
    model.save(tmp_path / "model.keras")


@pytest.mark.parametrize(
    ("rule", "family", "case"),
    [
        ("rectify_signal", RECTIFIERS, "ops"),
        ("guide_signal", RECTIFIERS, "ops"),
        ("pass_signal", NORMALISATIONS, "contrast, strong"),
        ("hold_gate", GATES, "attention"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_oracle_notices_a_gradient_in_place_of_a_rule(monkeypatch, rule, family, case):
    for table in presets.PRESETS.values():
        for kind, used in (table or {}).items():
            if used is getattr(rules, rule):
                monkeypatch.setitem(table, kind, rules.true_gradient)
    fresh = Family(
        {case: family.cases[case]},
        shape=family.shape,
        maps=family.maps,
        tolerance=family.tolerance,
    )
    with pytest.raises(AssertionError, match="guided" if rule == "guide_signal" else "deconvnet"):
        fresh.check(case)
