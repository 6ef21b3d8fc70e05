"""A whole report on images of four bands."""

from __future__ import annotations

import json

import numpy as np
import pytest

from vizreport.cli import main
from vizreport.data.sources import open_dataset
from vizreport.engine import Deconvnet
from vizreport.models.load import load_checkpoint
from vizreport.runs.opened import open_run


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A network whose filters answer to bands 2 and 4, on noise, and its report."""
    import keras
    from keras import layers

    folder = tmp_path_factory.mktemp("bands")
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (12, 24, 24, 4), np.uint8)
    network = keras.Sequential(
        [
            keras.Input((24, 24, 4)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(3, 5, activation="relu", name="first"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ]
    )
    network.save(folder / "net.keras")
    labels = network.predict(images.astype(np.float32), verbose=0).argmax(axis=1)
    names = np.array(["field", "water"])
    np.savez(folder / "data.npz", images=images, labels=labels, class_names=names)
    arguments = ["--checkpoint", str(folder / "net.keras"), "--data", str(folder / "data.npz")]
    more = ["--labels-in-order", "--no-pdf", "--bands", "4,2,1", "--invariance-images", "2"]
    out = ["--out", str(folder / "out"), "--occlusion-images", "1", "--occlusion-stride", "8"]
    assert main(["build", *arguments, *out, *more, "--sanity-units", "1"]) == 0
    return folder, images, arguments


def test_every_section_that_applies(report):
    folder, *_ = report
    run = json.loads((folder / "out" / "run.json").read_text("utf-8"))
    status = {entry["name"]: entry["status"] for entry in run["experiments"]}
    assert "failed" not in status.values()
    done = {name for name, was in status.items() if was == "done"}
    assert done >= {"overview", "filters", "top_patches", "occlusion", "invariance", "feature_maps"}


def test_patches_and_filters_show_the_chosen_bands(report):
    folder, images, _ = report
    run = open_run(folder / "out")
    overview, occlusion = run.result("overview"), run.result("occlusion")
    assert overview.top1_error == 0
    assert overview.preprocessing["bands"] == [4, 2, 1]
    number = int(occlusion.clean.paths[0].partition("[")[2].rstrip("]"))
    np.testing.assert_array_equal(occlusion.clean.pictures[0], images[number][..., [3, 1, 0]])
    model = load_checkpoint(folder / "net.keras")
    kernel = model.get_layer("first").kernel.numpy() / 255  # the Rescaling before it
    expected = np.moveaxis(kernel, -1, 0)[..., [3, 1, 0]]
    np.testing.assert_allclose(run.result("filters").filters, expected, rtol=1e-4)


def test_projections_have_all_bands(report):
    folder, images, _ = report
    model = load_checkpoint(folder / "net.keras")
    deconvnet = Deconvnet(model)
    found = deconvnet.project(images[:1].astype(np.float32), "first", unit=(3, 4, 2))
    x = images[0].astype(np.float64) / 255
    kernel, bias = (w.astype(np.float64) for w in model.get_layer("first").get_weights())
    value = (x[3:8, 4:9] * kernel[..., 2]).sum() + bias[2]
    expected = np.zeros(images[0].shape)
    expected[3:8, 4:9] = max(value, 0) * kernel[..., 2] / 255
    np.testing.assert_allclose(found[0], expected, atol=1e-7)


def test_other_commands(report, capsys, tmp_path):
    folder, _, arguments = report
    assert main(["evaluate", *arguments, "--labels-in-order"]) == 0
    assert main(["inspect", *arguments[:2]]) == 0
    assert "4 bands (1, 2, 3 shown as red, green and blue)" in capsys.readouterr().out
    scenes = ["--checkpoint", arguments[1], "--data", "shapes", "--out", str(tmp_path / "o")]
    assert main(["build", *scenes]) == 2
    assert "have 3 channels, but the network takes 4" in capsys.readouterr().err
    assert open_dataset(arguments[3]).channels == 4
