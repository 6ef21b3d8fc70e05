"""Moving averages of batch normalisation: of few updates, settled, and of other images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from tests.experiments import tiny
from tests.report.fake_diagnosis import make_diagnosis
from tests.report.fake_results import make_mining
from vizreport.data.arrays import dataset_from_arrays
from vizreport.data.presets import preset
from vizreport.experiments.diagnosis import averages, estimation
from vizreport.experiments.diagnosis.result import NormalizedLayer
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import remedy, sentence
from vizreport.models.preprocessing_choice import ChosenPreprocessing
from vizreport.subject.network import TrainedNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject

SIDE, CLASSES, UPDATES = 8, ("flat", "rough"), 20


def images(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noise whose contrast is the class."""
    labels = np.arange(count) % 2
    noise = np.random.default_rng(seed).normal(0, 1, (count, SIDE, SIDE, 3))
    noise *= (10 + 20 * labels)[:, None, None, None]
    return np.clip(160 + noise, 0, 255).astype(np.uint8), labels


@pytest.fixture(scope="module")
def model():
    """Return random filters, and scores fitted to what they give where the averages are right."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3))])
    for number in (1, 2):
        model.add(layers.Conv2D(8, 3, use_bias=False, name=f"conv{number}"))
        model.add(layers.BatchNormalization(momentum=0.0, name=f"norm{number}"))
        model.add(layers.ReLU(name=f"relu{number}"))
    model.add(layers.GlobalAveragePooling2D(name="features"))
    model.add(layers.Dense(2, activation="softmax", name="classes"))
    update(model, images(320, 0)[0])
    x, y = images(320, 0)
    features = keras.Model(model.inputs[0], model.get_layer("features").output)
    given = np.c_[np.asarray(features(prepared(x))), np.ones(len(x))]
    fitted = np.linalg.lstsq(given, 20.0 * np.eye(2)[y], rcond=None)[0]
    model.get_layer("classes").set_weights([fitted[:-1], fitted[-1]])
    return model


def prepared(x: np.ndarray) -> np.ndarray:
    return x / np.float32(127.5) - 1


def update(model: keras.Model, x: np.ndarray) -> None:
    """Let Keras update the averages."""
    model(prepared(x), training=True)


@pytest.fixture(scope="module")
def results(model):
    """Return the results after few updates, and with averages over all training images."""
    x, y = images(192, 1)
    data = dataset_from_arrays("noise", "noise", x, y, CLASSES)
    asked = ChosenPreprocessing(preset("tf", (SIDE, SIDE), 3), "known")
    network = TrainedNetwork(Path("noise"), model)
    subject = tiny.asking(Subject(network, NetworkOptions(asked, class_names=CLASSES), data))
    random, mine = np.random.default_rng(0), tiny.computing("mining")
    seen = np.zeros((60, 24, 24, 3), np.uint8)
    other = make_diagnosis(random, make_mining(random, list(CLASSES), False), seen, False)

    def found():
        mining, untested = mine(subject, {}), []
        measured = estimation.reestimated(subject, mining, 0, untested)
        few = replace(mining, paths=mining.paths[:63])
        assert estimation.reestimated(subject, few, 0, untested)["normalized"] == {}
        why = "this needs 64 images, and there are 63"
        assert untested == [("Moving averages of batch normalisation", why)]
        return mining, replace(other, **measured)

    settled = found()
    for number in (1, 2):
        norm = model.get_layer(f"norm{number}")
        norm.momentum = 0.99
        norm.moving_mean.assign(np.zeros(8))
        norm.moving_variance.assign(np.ones(8))
    for seed in range(UPDATES):
        update(model, images(32, 10 + seed)[0])
    return found(), settled


def decided(mining, result):
    return decide([averages.finding(result, mining)])[0]


def test_averages_after_few_updates_have_not_settled(results):
    (mining, result), _ = results
    found = decided(mining, result)
    assert (found.kind, found.severity) == ("averages-unsettled", "fault")
    assert found.values["left"].value == pytest.approx(0.99**UPDATES, abs=0.1)
    assert found.values["before"].value < 0.75 < 0.95 < found.values["after"].value
    assert "have not settled: they still contain about" in sentence(found)
    assert "training=True" in remedy(found)
    assert result.estimated_on == 96
    assert len(result.reestimated) == 96


def test_the_same_network_with_averages_of_its_training_images_is_sound(results):
    _, (mining, result) = results
    found = decided(mining, result)
    assert (found.severity, found.advice) == ("note", "")
    assert averages.initial_share(result) is None
    for layer in result.normalized.values():
        np.testing.assert_allclose(layer.moving_means, layer.batch_means, atol=0.2)
        np.testing.assert_allclose(layer.moving_variances, layer.batch_variances, rtol=0.35)


def test_averages_of_other_images_are_not_taken_for_unsettled_ones(results):
    (mining, few), (_, settled) = results
    first, second = settled.normalized.values()
    other = replace(first, moving_means=first.batch_means / 2)  # of brighter images
    found = decided(mining, replace(few, normalized={"norm1": other, "norm2": second}))
    assert (found.kind, found.severity) == ("averages-unfitting", "fault")
    assert sentence(found).startswith("The moving averages of batch normalisation do not fit")
    assert "prepared as those of the training" in remedy(found)


def test_without_labels_it_is_only_described(results):
    (mining, result), _ = results
    unknown = replace(mining, labels=np.full_like(mining.labels, -1))
    found = decided(unknown, result)
    moved = mining.top_classes[result.reestimated, 0] != result.reestimated_predictions
    assert (found.severity, found.effect.value) == ("note", moved.mean())
    assert "those stored still contain about" in sentence(found)


@pytest.mark.parametrize("left", [0.05, 0.4, 1.0])
def test_the_share_left_of_the_initial_values_is_found(results, left):
    random, made = np.random.default_rng(3), {}
    for name in "ab":
        mean, variance = random.normal(0, 2, 12), random.uniform(0.05, 8, 12)
        noise = random.normal(1, 0.02, (2, 12))
        stored = (1 - left) * mean * noise[0], left + (1 - left) * variance * noise[1]
        made[name] = NormalizedLayer(*stored, mean, variance)
    found = averages.initial_share(replace(results[0][1], normalized=made))
    assert found == pytest.approx(left, abs=0.021)
