"""Optimised inputs: of units whose optimum is known, and of a tiny network."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.float64 import floats, randomise
from tests.experiments import tiny
from tests.experiments.filter_banks import gabors
from vizreport.data.presets import preset
from vizreport.engine.ascent import ascent_function, last_rectifiers
from vizreport.errors import RequestError
from vizreport.experiments.optimised_inputs.findings import exceeds, factors, findings
from vizreport.experiments.optimised_inputs.optimising import Climb, optimise
from vizreport.experiments.optimised_inputs.pictures import (
    Fourier,
    Prepared,
    colour_statistics,
    contrast_back,
    with_contrast,
)
from vizreport.experiments.optimised_inputs.views import VIEWS, margin, view, views
from vizreport.experiments.settings import Settings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import sentence
from vizreport.graph.layers import reportable_layers
from vizreport.graph.trace import trace

compute = tiny.computing("optimised_inputs")
STEPS = Settings().optimised_steps
RANDOM = np.random.default_rng(0)


def optimum(model, contrast, regularised=True):
    """Optimise the unit in the middle of each map of a model's last layer: [maps, h, w, 3]."""
    graph = trace(model, None)
    layer = reportable_layers(graph)[-1]
    height, width, _ = graph.input_shape
    ascend = ascent_function(graph, layer.node, (height, width))
    maps = np.arange(layer.maps)
    rows, cols = np.full(layer.maps, layer.rows // 2), np.full(layer.maps, layer.cols // 2)
    return optimise(
        lambda x: ascend(x, rows, cols, maps),
        Prepared.of(preset("unit", (height, width), 3)),
        (0, 0, height, width),
        Climb(
            np.full(3, 120, np.float32),
            np.array([[0.9, 0.3, 0.2], [0.3, 0.8, 0.3], [0.2, 0.3, 0.9]], np.float32),
            np.full(layer.maps, contrast),
            STEPS,
            [(1, 2, int(m)) for m in maps],
            regularised,
        ),
    )


def correlations(pictures, wanted):
    return [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(pictures, wanted, strict=True)]


@pytest.mark.parametrize("regularised", [True, False])
def test_the_optimum_of_a_filter_is_the_filter(regularised):
    bank = gabors(11, 0.2, 2.2)
    model = keras.Sequential([keras.Input((11, 11, 3)), layers.Conv2D(8, 11, activation="relu")])
    model.layers[0].set_weights([np.moveaxis(bank, 0, -1), np.zeros(8)])
    found = optimum(model, 25.0, regularised)
    assert min(correlations(found.pixels, bank)) >= 0.95
    assert (found.activations > found.curve[0]).all()
    np.testing.assert_allclose(
        found.activations, model(found.pixels / 255).numpy()[:, 0, 0].diagonal(), rtol=1e-5
    )


def test_the_optimum_of_a_template_detector_is_the_template():
    side, count = 26, 4
    assert margin((side, side)) > 0  # seen in views
    y, x = (np.indices((side, side)) - side / 2) / side
    templates = []
    for k in range(count):
        blob = np.exp(-((y - 0.1 * k + 0.15) ** 2 + x**2) / 0.02) - np.exp(
            -(y**2 + (x - 0.1 * k + 0.15) ** 2) / 0.03
        )
        templates.append((blob - blob.mean())[..., None] * [0.5, 0.9, 0.4])
    wanted = np.stack(templates)
    image = keras.Input((side, side, 3))
    both = layers.Conv2D(6, 1, activation="relu", name="both")(image)
    out = layers.Conv2D(count, side, activation="relu", name="template")(both)
    model = keras.Model(image, out)
    # What is above and below a grey, then the template of either: all of it is linear.
    signs = np.concatenate([np.eye(3), -np.eye(3)], axis=1)[None, None]
    grey = np.full(3, 120 / 255)
    model.get_layer("both").set_weights([signs, np.concatenate([-grey, grey])])
    kernel = np.moveaxis(np.concatenate([wanted, -wanted], axis=-1), 0, -1)
    model.get_layer("template").set_weights([kernel, np.zeros(count)])
    found = optimum(model, 20.0)
    assert min(correlations(found.pixels, wanted)) >= 0.95


def test_a_closed_rectifier_lets_the_derivative_through():
    with floats("float64"):
        image = keras.Input((9, 9, 3))
        x = layers.Conv2D(4, 3, activation="relu")(image)
        one = layers.Conv2D(3, 3, activation="relu", name="one")(x)
        other = layers.Conv2D(2, 3, activation="relu", name="other")(x)
        model = randomise(keras.Model(image, layers.Concatenate(name="both")([one, other])), 5)
    graph = trace(model, None)
    (node,) = (n.index for n in graph.nodes if n.kind == "concatenate")
    rectifiers = {n.index for n in graph.nodes if n.kind == "relu" and n.layer in ("one", "other")}
    assert last_rectifiers(graph, node) == rectifiers
    inputs = RANDOM.normal(0, 1, (5, 9, 9, 3))
    rows, cols, maps = np.array([0, 4, 2, 1, 3]), np.array([4, 0, 2, 3, 1]), np.arange(5)
    ascend = ascent_function(graph, node, (9, 9))
    values, signals = ascend(inputs, rows, cols, maps)
    open_ = [model.get_layer(name) for name in ("one", "other")]
    for layer in open_:
        layer.activation = keras.activations.linear
    linear = keras.Model(image, keras.ops.concatenate([layer(x) for layer in open_], axis=-1))
    for u in range(5):
        unit = (rows[u], cols[u], maps[u])
        before = float(linear(inputs[[u]])[0][unit])
        assert values[u] == pytest.approx(max(before, 0), abs=1e-12)
        step = 1e-6 * RANDOM.normal(0, 1, (9, 9, 3))
        after = float(linear(inputs[[u]] + step[None])[0][unit])
        assert after - before == pytest.approx((signals[u] * step).sum(), rel=1e-4, abs=1e-12)
    assert (values == 0).any()
    assert all(np.abs(signal).max() > 0 for signal in signals)


def test_a_unit_that_nothing_excites_keeps_its_start():
    found = optimise(
        lambda x: (np.zeros(2), np.stack([np.zeros_like(x[0]), np.full_like(x[0], 1e-25)])),
        Prepared.of(preset("unit", (14, 14), 3)),
        (0, 0, 14, 14),
        Climb(
            np.full(3, 120, np.float32),
            np.eye(3, dtype=np.float32),
            np.array([20.0, 20.0]),
            5,
            [(0, 1, 2), (0, 1, 3)],
        ),
    )
    assert np.isfinite(found.pixels).all()
    start = Fourier((14 + 2, 14 + 2), np.eye(3)).start(np.random.default_rng((0, 1, 2)))
    assert margin((14, 14)) == 1
    plain = Fourier((16, 16), np.eye(3)).pictures(start[None])[:, 1:-1, 1:-1]
    wanted = np.clip(120 + with_contrast(plain, np.array([20.0])), 0, 255)
    np.testing.assert_allclose(found.pixels[0], wanted[0], atol=0.51)
    assert np.abs(found.pixels[1] - wanted[0]).max() > 20


@pytest.mark.parametrize("shape", [(7, 7), (22, 23), (31, 20)])
def test_spectra_and_the_way_back(shape):
    form = Fourier(shape, np.array([[1.0, 0.5, 0], [0, 1, 0], [0.25, 0, 0.5]]))
    spectrum = np.stack([form.start(np.random.default_rng(s)) for s in (1, 2)])
    assert form.pictures(spectrum).shape == (2, *shape, 3)
    signal = RANDOM.normal(0, 1, (2, *shape, 3)).astype(np.float32)
    there = (form.pictures(spectrum).astype(float) * signal).sum()
    back = form.back(signal).astype(complex)
    assert there == pytest.approx((back.real * spectrum.real + back.imag * spectrum.imag).sum(),
                                  rel=1e-3)  # fmt: skip


def test_fine_structure_has_less_of_the_strength():
    form = Fourier((64, 64), np.eye(3))
    pictures = form.pictures(np.stack([form.start(np.random.default_rng(s)) for s in range(8)]))
    power = np.abs(np.fft.rfft2(pictures, axes=(1, 2)))[:, 0].mean(axis=(0, 2))
    assert power[4:6].mean() / power[16:22].mean() == pytest.approx(4.2, rel=0.25)


def test_contrast_and_the_way_back():
    pictures = RANDOM.normal(0, 3, (2, 5, 6, 3))
    contrasts = np.array([20.0, 50.0])
    scaled = with_contrast(pictures, contrasts)
    np.testing.assert_allclose(np.sqrt(np.square(scaled).mean(axis=(1, 2, 3))), contrasts)
    signal, step = RANDOM.normal(0, 1, (2, *pictures.shape))
    change = (with_contrast(pictures + 1e-6 * step, contrasts) - scaled) * signal
    wanted = (contrast_back(pictures, contrasts, signal) * step).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(change.sum(axis=(1, 2, 3)) / 1e-6, wanted, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "parts"), [("caffe", {}), ("torch", {}), ("unit", {"channels": "L"})]
)
def test_pixels_are_prepared_as_pictures_are(name, parts):
    preprocessing = preset(name, (8, 9), 1 if parts else 3, parts)
    preprocessing = replace(
        preprocessing,
        mean=(),
        mean_image=RANDOM.normal(0, 9, (8, 9, preprocessing.input_channels)).astype(np.float32),
    )
    pictures = RANDOM.integers(0, 256, (2, 8, 9, 3), dtype=np.uint8)
    prepared = Prepared.of(preprocessing)
    wanted = preprocessing.tensor(pictures)
    crop = prepared.inputs(pictures[:, 2:7, 3:8].astype(np.float32), 2, 3)
    np.testing.assert_allclose(crop, wanted[:, 2:7, 3:8], rtol=1e-4, atol=1e-3)
    signal = RANDOM.normal(0, 1, crop.shape)
    step = RANDOM.normal(0, 1, (2, 5, 5, 3))
    change = (prepared.inputs(pictures[:, 2:7, 3:8] + step, 2, 3) - crop) * signal
    assert change.sum() == pytest.approx((prepared.back(signal) * step).sum(), rel=1e-2)


def test_views():
    size = (24, 30)
    picture = RANDOM.normal(0, 1, (2, 26, 32, 3)).astype(np.float32)
    rest = view(size, 1, (0, 0), 1, 0)
    np.testing.assert_allclose(rest.of(picture), picture[:, 1:-1, 1:-1], atol=1e-6)
    moved = view(size, 1, (1, -0.5), 1, 0).of(picture)
    wanted = (picture[:, 2:, :-2] + picture[:, 2:, 1:-1]) / 2
    np.testing.assert_allclose(moved, wanted, atol=1e-5)
    square = RANDOM.normal(0, 1, (1, 24, 24, 3)).astype(np.float32)
    turned = view((24, 24), 0, (0, 0), 1, 90).of(square)
    np.testing.assert_allclose(turned, np.rot90(square, -1, axes=(1, 2)), atol=1e-4)
    larger = view((24, 24), 0, (0, 0), 2, 0).of(square)
    np.testing.assert_allclose(
        larger[0, 11:13, 11:13].mean(axis=(0, 1)), square[0, 11:13, 11:13].mean(axis=(0, 1)),
        atol=1e-5,
    )  # fmt: skip
    drawn = views(size, np.random.default_rng(0))
    assert len(drawn) == VIEWS
    signal = RANDOM.normal(0, 1, (2, *size, 3)).astype(np.float32)
    for each in drawn[:3]:
        there = (each.of(picture).astype(float) * signal).sum()
        assert there == pytest.approx((each.back(signal) * picture.astype(float)).sum(), rel=1e-3)
    assert len(views((11, 11), np.random.default_rng(0))) == 1


def test_colours_of_the_data():
    pixels = RANDOM.normal(0, 1, (500, 3)) @ [[20, 15, 10], [0, 5, 5], [0, 0, 3]] + 100
    pictures = np.clip(pixels, 0, 255).astype(np.uint8).reshape(5, 10, 10, 3)
    mean, root = colour_statistics(pictures)
    flat = pictures.reshape(-1, 3)
    np.testing.assert_allclose(mean, flat.mean(axis=0), rtol=1e-5)
    covariance = np.cov(flat, rowvar=False)
    np.testing.assert_allclose(root @ root.T, covariance / np.linalg.norm(covariance, 2), atol=5e-3)


@pytest.fixture(scope="module")
def required(tiny_subject, mined, parts):
    subject = tiny.changed(tiny_subject)
    top = tiny.computing("top_patches")(subject, {"mining": mined, "parts": parts})
    return {"mining": mined, "top_patches": top}


@pytest.fixture(scope="module")
def found(tiny_subject, required):
    return compute(tiny.changed(tiny_subject, optimised_steps=12, optimised_diverse=2), required)


def test_what_is_reached_is_what_the_network_says(tiny_subject, required, found):
    subject, mining = tiny_subject, required["mining"]
    assert [*found.layers] == ["conv1", "conv2", "classes"]
    assert 2 not in found.layers["conv1"].maps  # dead
    for name in ("conv2", "classes"):
        layer = next(each for each in subject.chosen_layers(None) if each.name == name)
        maps = found.layers[name].maps
        np.testing.assert_array_equal(
            found.layers[name].strongest, mining.layers[name].values[maps, 0]
        )
        if name == "classes":
            dense = subject.model.get_layer(name)
            below = keras.Model(subject.model.input, dense.input)
            pictures = found.layers[name].pictures.reshape(-1, *tiny.SIZE, 3)
            kernel, bias = dense.get_weights()
            scores = below(subject.preprocessing.tensor(pictures)).numpy() @ kernel + bias
            wanted = scores[np.arange(len(scores)), np.repeat(maps, 2)]
            np.testing.assert_allclose(found.layers[name].reached.ravel(), wanted, rtol=1e-4)
            continue
        watch = keras.Model(subject.model.input, subject.model.get_layer(name).output)
        row, col = layer.rows // 2, layer.cols // 2
        # The unit sees 13 x 13 px from 4 * row and 4 * col on; what lies around does not matter.
        whole = np.full((len(maps), *tiny.SIZE, 3), 77, np.uint8)
        assert found.layers[name].pictures.shape[2:4] == (15, 15)
        whole[:, 4 * row : 4 * row + 15, 4 * col : 4 * col + 15] = found.layers[name].pictures[:, 1]
        values = watch(subject.preprocessing.tensor(whole)).numpy()[:, row, col]
        np.testing.assert_allclose(
            found.layers[name].reached[:, 1], values[np.arange(len(maps)), maps], rtol=1e-4
        )


def test_natural_fields_are_cut_from_their_images(tiny_subject, required, found):
    mining = required["mining"]
    for place, m in enumerate(found.layers["conv1"].maps):
        image, row, col = (
            int(getattr(mining.layers["conv1"], field)[m, 0])
            for field in ("images", "rows", "cols")
        )
        picture = tiny_subject.pictures(mining.records[[image]])[0]
        wanted = picture[2 * row : 2 * row + 5, 2 * col : 2 * col + 5]
        np.testing.assert_array_equal(found.layers["conv1"].natural[place], wanted)
        apart = wanted - found.mean_colour
        assert found.layers["conv1"].contrasts[place] == pytest.approx(
            np.sqrt(np.square(apart).mean()), rel=1e-5
        )


def test_variants_differ(found):
    first, second = found.layers["classes"].pictures.transpose(1, 0, 2, 3, 4).astype(float)
    alike = correlations(first, second)
    assert max(alike) < 0.9
    with pytest.raises(RequestError, match="is 5; at most 4 are allowed"):
        Settings(optimised_diverse=5)


def test_findings(found):
    layers = {
        name: replace(
            layer,
            reached=np.full_like(layer.reached, 8),
            strongest=np.full_like(layer.strongest, 4),
            plain_reached=np.full_like(layer.plain_reached, 10),
        )
        for name, layer in found.layers.items()
    }
    layers["conv1"].strongest[0] = 9
    result = replace(found, layers=layers)
    units = sum(len(layer.maps) for layer in layers.values())
    (said,) = decide(findings({"optimised_inputs": result}))
    assert sentence(said) == (
        f"Optimised inputs with the same contrast excite {units - 1} of {units} units more than "
        "any image in the data: in \u2068classes\u2069 2.0 times as much (median), and 2.5 times "
        "without regularisation."
    )
    assert not exceeds(layers["conv1"])[0]
    # Scores may all be below 0: then there is no multiple.
    layers["classes"].strongest[:] *= -1
    (said,) = decide(findings({"optimised_inputs": result}))
    assert sentence(said).endswith("more than any image in the data.")
    assert np.isnan(factors(layers["classes"])).all()
