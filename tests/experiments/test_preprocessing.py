"""Other preprocessings: what is tried, how it is tested, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from tests.experiments import tiny
from vizreport.cli.options.preprocessing import preprocessing_parts
from vizreport.cli.parser import make_parser
from vizreport.data.presets import PRESETS, preset, with_parts
from vizreport.data.sources import open_dataset
from vizreport.experiments.preprocessing.alternatives import alternatives, options
from vizreport.experiments.preprocessing.comparison import compare, mcnemar
from vizreport.experiments.preprocessing.figures import section
from vizreport.experiments.preprocessing.findings import findings
from vizreport.findings.decisions import decide, holm
from vizreport.findings.sentences import faults, headline
from vizreport.models.preprocessing_choice import PreprocessingRequest
from vizreport.subject.network import StoredNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject

mine = tiny.computing("mining")
compute = tiny.computing("preprocessing")

SIZE = (12, 16)


@pytest.mark.parametrize("name", ["raw", "unit", "tf", "caffe", "torch"])
def test_all_ranges_in_both_orders_but_the_one_used(name):
    used = preset(name, SIZE, 3)
    found = list(alternatives(used).values())
    assert len(found) == 9
    assert used not in found
    assert len(set(found)) == 9
    assert {p.resize for p in found} == {used.resize}
    bgr = with_parts(used, {"channels": "BGR" if used.channels == "RGB" else "RGB"})
    assert bgr in found


def test_nearly_the_same_is_not_tried_again():
    used = preset("caffe", SIZE, 3, {"mean": (103.939, 116.779, 123.68)})
    assert "BGR, minus the ImageNet mean" not in alternatives(used)
    assert len(alternatives(used)) == 9
    grey = preset("unit", SIZE, 1)
    assert [p.scale for p in alternatives(grey).values()] == [1.0, 1 / 127.5, 1.0, 1 / 255]


def test_bands_have_ranges_alone():
    found = alternatives(preset("unit", SIZE, 5))
    assert list(found) == ["bands, 0 to 255", "bands, -1 to 1"]
    assert options(found["bands, -1 to 1"]) == "--scale-pixels 2/255 --mean 1 --std 1"


@pytest.mark.parametrize("channels", [1, 3])
def test_the_options_named_ask_for_those_very_values(channels):
    used = preset("zfnet", SIZE, channels, {"mean": 100})
    for other in alternatives(used).values():
        line = ["evaluate", "--checkpoint", "demo", "--data", "d", *options(other).split()]
        asked = with_parts(used, preprocessing_parts(make_parser().parse_args(line)))
        pictures = np.random.default_rng(0).integers(0, 256, (2, *SIZE, 3), dtype=np.uint8)
        np.testing.assert_allclose(asked.tensor(pictures), other.tensor(pictures), rtol=1e-3)


def test_mcnemar_by_counting_all_outcomes():
    # Of n discordant pairs each is gained with probability 1/2.
    expected = sum(comb(12, k) for k in range(10, 13)) / 2**12
    assert mcnemar(10, 2) == pytest.approx(expected)
    assert mcnemar(3, 0) == pytest.approx(1 / 8)
    assert mcnemar(2, 2) == 1
    assert mcnemar(0, 5) == 1


def test_holm_by_hand():
    np.testing.assert_allclose(holm(np.array([0.03, 0.01, 0.02, 1])), [0.06, 0.04, 0.06, 1])


class Predictions:
    """Prepared answers of alternatives; counts what is asked."""

    def __init__(self, rows):
        self.rows = [np.asarray(row, bool) for row in rows]
        self.asked = [0] * len(self.rows)

    def __call__(self, i, images):
        self.asked[i] += len(images)
        return self.rows[i][images]


def test_worse_ones_are_left_early_and_undecided_ones_go_on():
    random = np.random.default_rng(0)
    used = random.random(300) < 0.6
    much_worse = np.zeros(300, bool)
    better = used | (random.random(300) < 0.9)
    equal = used.copy()
    slightly = used.copy()
    slightly[np.flatnonzero(~used)[::8]] = True  # ahead, not beyond chance among 64
    predict = Predictions([much_worse, equal, slightly])
    compare(used, np.arange(300), 3, predict)
    assert predict.asked == [16, 64, 256]
    predict = Predictions([much_worse, better, equal, slightly])
    found = compare(used, np.arange(300), 4, predict)
    assert predict.asked == [16, 64, 64, 64]  # the better one decides
    assert [row.images for row in found] == predict.asked
    assert [row.better for row in found[:3]] == [False, True, False]
    assert found[1].gained == int((better & ~used)[:64].sum())
    assert found[1].p == pytest.approx(min(1, 4 * 0.5 ** found[1].gained))


def test_only_the_significantly_worse_are_left_and_three_get_a_second_look():
    used = np.arange(300) % 2 == 0
    four_behind, five_behind = used.copy(), used.copy()
    four_behind[[0, 2, 4, 6]] = False  # p = 1/16
    five_behind[[0, 2, 4, 6, 8]] = False  # p = 1/32
    ahead = []
    for more in (1, 2, 3, 4):  # gained after the first look, too few to be called better
        row = used.copy()
        row[[21, 23, 25, 27][:more]] = True
        ahead.append(row)
    predict = Predictions([four_behind, five_behind, *ahead])
    assert not any(row.better for row in compare(used, np.arange(300), 6, predict))
    assert predict.asked == [64, 16, 64, 256, 256, 256]


def test_equal_preprocessings_are_seldom_called_better():
    """Both are right by chance alone: false alarms stay below the level, twice over."""
    random, alarms = np.random.default_rng(1), 0
    for _ in range(300):
        used, others = random.random(256) < 0.5, random.random((9, 256)) < 0.5
        rows = compare(used, np.arange(256), 9, Predictions(others))
        alarms += any(row.better for row in rows)
    assert alarms <= 6


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Forty dark red, bright red and bright blue pictures: order and range both tell."""
    root = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    for name, colour in (("a", (90, 20, 20)), ("b", (220, 20, 20)), ("c", (20, 20, 220))):
        (root / name).mkdir()
        for number in range(14):
            noise = random.normal(colour, 12, (*SIZE, 3))
            picture = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
            picture.save(root / name / f"{number}.png")
    return root


@pytest.fixture(scope="module")
def network(folder, tmp_path_factory):
    """Trained by Keras on what its own loader reads."""
    data = keras.utils.image_dataset_from_directory(folder, image_size=SIZE, verbose=0, seed=0)
    keras.utils.set_random_seed(0)
    image = keras.Input((*SIZE, 3))
    x = layers.Conv2D(8, 3, activation="relu", name="first")(layers.Rescaling(1 / 255)(image))
    x = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    model = keras.Model(image, x)
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(data, epochs=40, verbose=0)
    path = tmp_path_factory.mktemp("network") / "net.keras"
    model.save(path)
    return path


def check(network, folder, preset_name=None, **parts):
    options = NetworkOptions(PreprocessingRequest(preset_name, parts, scale_twice=True))
    subject = tiny.asking(Subject(StoredNetwork(network), options, open_dataset(str(folder))))
    return compute(subject, {"mining": mine(subject, {})})


def keras_accuracy(network, folder, change):
    model = keras.models.load_model(network)
    data = keras.utils.image_dataset_from_directory(
        folder, image_size=SIZE, shuffle=False, batch_size=64, verbose=0
    )
    images, labels = next(iter(data))
    predicted = model.predict(change(images.numpy()), verbose=0).argmax(axis=1)
    return float((predicted == labels.numpy()).mean())


def test_without_options_it_is_right_and_accuracies_are_keras_own(network, folder):
    result = check(network, folder)
    assert result.values == "RGB, 0 to 255"
    assert "itself turns" in result.reason
    assert result.labels_known
    assert result.images == 42
    assert result.correct / 42 == keras_accuracy(network, folder, lambda x: x) == 1
    by_values = {a["values"]: a for a in result.alternatives}
    for values, change in (
        ("BGR, 0 to 255", lambda x: x[..., ::-1]),
        ("RGB, 0 to 1", lambda x: x / 255),
    ):
        # Those that are worse are looked at on 16 images: compare what these allow.
        row = by_values[values]
        assert abs(row["correct"] / row["images"] - keras_accuracy(network, folder, change)) < 0.3
    assert not warnings({"preprocessing": result})
    assert "None of the 9 common" in headline(decide(findings({"preprocessing": result})))


def test_channels_reversed_are_found(network, folder):
    result = check(network, folder, channels="BGR")
    best = result.alternatives[0]
    assert best["better"]
    assert (best["values"], best["correct"]) == ("RGB, 0 to 255", best["images"])
    said = " ".join(warnings({"preprocessing": result}))
    assert "Keras' loaders read RGB" in said
    assert "with RGB, 0 to 255, 100" in said
    assert "--channels RGB --scale-pixels 1 --mean 0 --std 1" in said
    assert headline(decide(findings({"preprocessing": result}))) == ""
    shown = section({"preprocessing": result}, None)
    assert shown.context["rows"][1]["better"]


def test_a_range_that_is_wrong_is_found_without_known_labels(network, folder):
    result = check(network, folder, "unit")
    assert not result.labels_known
    assert result.classes == 1
    assert result.only_class
    said = warnings({"preprocessing": result})
    assert any("more accurate: with RGB, 0 to 255" in line for line in said)
    assert any("42 images are classified as" in line and "looks wrong" in line for line in said)


def warnings(results):
    return faults(decide(findings(results)))


def spoiled(network, tmp_path, activation, gain, bias):
    """Return the network with another first layer."""
    model = keras.models.load_model(network)
    first = model.get_layer("first")
    config = {**first.get_config(), "activation": activation}
    image = keras.Input((*SIZE, 3))
    layer = layers.Conv2D.from_config(config)
    x = layers.GlobalAveragePooling2D()(layer(image))
    other = keras.Model(image, layers.Dense(3, activation="softmax")(x))
    kernel, _ = first.get_weights()
    layer.set_weights([gain * np.abs(kernel), np.full(len(kernel.T), bias)])
    other.save(tmp_path / "net.keras")
    return tmp_path / "net.keras"


@pytest.mark.parametrize(("activation", "gain"), [("sigmoid", 0.3), ("relu6", 0.3), ("tanh", 0.1)])
def test_saturated_layers_are_said(network, folder, tmp_path, activation, gain):
    path = spoiled(network, tmp_path, activation, gain, 0.0)
    result = check(path, folder, "raw")
    assert result.saturated == 1
    assert any("are at their limit" in said for said in warnings({"preprocessing": result}))
    assert check(path, folder, "unit").saturated < 0.5


def test_a_first_layer_that_needs_larger_values(network, folder, tmp_path):
    path = spoiled(network, tmp_path, "relu", 1.0, -30.0)
    result = check(path, folder, "unit")
    assert result.saturated is None
    assert result.active == 0
    assert any("No unit of the first" in said for said in warnings({"preprocessing": result}))
    assert check(path, folder, "raw").active == 16


def test_a_dead_first_layer_is_not_blamed_on_the_range(network, folder, tmp_path):
    path = spoiled(network, tmp_path, "relu", 1.0, -1e6)
    assert not warnings({"preprocessing": check(path, folder, "unit")})


def test_values_have_no_accuracy(network, folder, tmp_path):
    model = keras.models.load_model(network)
    keras.Model(model.input, model.layers[-2].output).save(tmp_path / "net.keras")
    result = check(tmp_path / "net.keras", folder)
    assert (result.alternatives, result.images, result.only_class) == ([], 0, "")
    assert section({"preprocessing": result}, None).figures == ()
    assert not warnings({"preprocessing": result})
    assert headline(decide(findings({"preprocessing": replace(result, warning="x")}))) == ""


def test_presets_tried_are_presets():
    from vizreport.experiments.preprocessing.alternatives import RANGES

    assert set(RANGES) <= set(PRESETS)
