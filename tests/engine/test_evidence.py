"""Grad-CAM and integrated gradients against a network written out in NumPy, in float64."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.float64 import floats, randomise
from vizreport.engine.evidence import (
    grad_cam_function,
    gradient_function,
    integrated_gradients,
    over_the_input,
)
from vizreport.graph.outputs import output_node
from vizreport.graph.trace import trace

SIDE = 11


class Written:
    """Convolution, ReLU, max pooling, convolution, ReLU, dense: forward and back by loops."""

    def __init__(self, model):
        self.k1, self.b1 = model.get_layer("conv1").get_weights()
        self.k2, self.b2 = model.get_layer("conv2").get_weights()
        self.d, self.b3 = model.get_layer("scores").get_weights()

    def forward(self, x):
        self.x = x
        self.u1 = convolved(x, self.k1) + self.b1
        a1 = np.maximum(self.u1, 0)
        self.p, self.where = pooled(a1)
        self.u2 = convolved(self.p, self.k2) + self.b2
        self.a2 = np.maximum(self.u2, 0)
        return self.a2.ravel() @ self.d + self.b3

    def at_last(self, score, sign):
        """The derivative of a score by the last convolution's rectified maps."""
        return (sign * self.d[:, score]).reshape(self.a2.shape)

    def at_input(self, score, sign):
        back = self.at_last(score, sign) * (self.u2 > 0)
        at_pool = spread(back, self.k2, self.p.shape)
        at_1 = np.zeros(self.u1.shape)
        for (r, c, m), (y, x) in self.where.items():
            at_1[y, x, m] += at_pool[r, c, m]
        return spread(at_1 * (self.u1 > 0), self.k1, self.x.shape)


def convolved(x, kernel):
    h, w, _, m = kernel.shape
    out = np.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1, m))
    for r, c in np.ndindex(out.shape[:2]):
        out[r, c] = np.einsum("yxk,yxkm->m", x[r : r + h, c : c + w], kernel)
    return out


def spread(signal, kernel, shape):
    h, w = kernel.shape[:2]
    out = np.zeros(shape)
    for r, c in np.ndindex(signal.shape[:2]):
        out[r : r + h, c : c + w] += np.einsum("m,yxkm->yxk", signal[r, c], kernel)
    return out


def pooled(x):
    rows, cols, maps = x.shape[0] // 2, x.shape[1] // 2, x.shape[2]
    out, where = np.zeros((rows, cols, maps)), {}
    for r, c, m in np.ndindex(out.shape):
        part = x[2 * r : 2 * r + 2, 2 * c : 2 * c + 2, m]
        y, z = np.unravel_index(part.argmax(), part.shape)
        out[r, c, m], where[r, c, m] = part.max(), (2 * r + y, 2 * c + z)
    return out, where


@pytest.fixture(scope="module")
def network():
    with floats("float64"):
        image = keras.Input((SIDE, SIDE, 2))
        x = layers.Conv2D(4, 3, activation="relu", name="conv1")(image)
        x = layers.MaxPooling2D(2)(x)
        x = layers.Conv2D(5, 2, activation="relu", name="conv2")(x)
        x = layers.Flatten()(x)
        x = layers.Dense(3, name="scores")(x)
        model = randomise(keras.Model(image, layers.Softmax()(x)), 3)
    graph = trace(model, None)
    (node,) = (n.index for n in graph.nodes if n.layer == "conv2" and n.kind == "relu")
    return graph, node, Written(model)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).normal(0, 1, (3, SIDE, SIDE, 2))


SCORES, SIGNS = np.array([0, 2, 1]), np.array([1.0, -1.0, 1.0])


def test_grad_cam(network, images):
    graph, node, written = network
    found = grad_cam_function(graph, output_node(graph), node)(images, SCORES, SIGNS)
    assert found.dtype == np.float64
    for n, image in enumerate(images):
        written.forward(image)
        weights = written.at_last(SCORES[n], SIGNS[n]).mean(axis=(0, 1))
        wanted = np.maximum(sum(w * a for w, a in zip(weights, written.a2.T, strict=True)).T, 0)
        np.testing.assert_allclose(found[n], wanted, rtol=0, atol=1e-10)
    assert (found > 0).any()
    assert (found == 0).any()


def test_integrated_gradients(network, images):
    graph, _, written = network
    derive = gradient_function(graph, output_node(graph))
    values, _ = derive(images, SCORES, SIGNS)
    baseline = np.full(images[0].shape, 0.1)
    nodes, weights = np.polynomial.legendre.leggauss(6)
    for n, image in enumerate(images):
        score, sign = SCORES[n], SIGNS[n]
        found = integrated_gradients(derive, image, baseline, score, sign, 6, batch_size=4)
        total = np.zeros(image.shape)
        for place, weight in zip(nodes, weights, strict=True):
            written.forward(baseline + (place + 1) / 2 * (image - baseline))
            total += weight / 2 * written.at_input(score, sign)
        wanted = ((image - baseline) * total).sum(axis=-1)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-10)
        assert values[n] == pytest.approx(sign * written.forward(image)[score], abs=1e-10)


def test_all_of_it_adds_up_to_the_difference_of_the_scores(network, images):
    graph, _, written = network
    derive = gradient_function(graph, output_node(graph))
    baseline = np.zeros(images[0].shape)
    apart = written.forward(images[0])[2] - written.forward(baseline)[2]
    errors = [
        abs(integrated_gradients(derive, images[0], baseline, 2, 1.0, steps).sum() - apart)
        for steps in (2, 512)
    ]
    assert abs(apart) > 0.5
    # The path crosses kinks, at which no rule of quadrature is exact.
    assert errors[1] < 2e-3 * abs(apart) < errors[0]


def test_places_lie_at_the_centres_of_their_fields(network):
    graph, node, _ = network
    maps = np.zeros((1, 3, 3))
    maps[0, 1, 2] = 1
    found = over_the_input(graph, node, maps)[0]
    # A unit of conv2 sees 6 px, the next one 2 px farther: centres at 2.5, 4.5, 6.5.
    assert found.shape == (SIDE, SIDE)
    np.testing.assert_allclose(found[:, 8], [0, 0, 0, 0.25, 0.75, 0.75, 0.25, 0, 0, 0, 0])
    np.testing.assert_allclose(found[4, 3:9] / 0.75, [0, 0, 0.25, 0.75, 1, 1])
