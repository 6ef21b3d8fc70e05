"""The shipped demo checkpoints and their sidecars."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from vizreport.data.scenes import open_scenes
from vizreport.models.load import load_checkpoint
from vizreport.models.sidecar import read_sidecar, sidecar_paths

FOLDER = Path(__file__).parents[2] / "checkpoints" / "demo"
EPOCHS = (1, 2, 5, 10, 20, 30, 64)
CHECKPOINTS = [FOLDER / f"demo-epoch-{epoch:03d}.keras" for epoch in EPOCHS]


def test_the_last_recognises_scenes_with_its_own_preprocessing():
    model, sidecar = load_checkpoint(CHECKPOINTS[-1]), read_sidecar(CHECKPOINTS[-1])
    dataset = open_scenes("val", max_images=240)
    pictures = np.stack([sidecar.preprocessing.picture(dataset.read(i)) for i in range(240)])
    probabilities = model(sidecar.preprocessing.tensor(pictures)).numpy()
    assert probabilities.sum(1) == pytest.approx(1, abs=1e-5)
    truth = np.array([record.label for record in dataset.records])
    # 3.0 % of all 600 are wrong.
    assert np.mean(probabilities.argmax(1) != truth) < 0.05


def test_hardly_any_map_is_dead():
    model, sidecar = load_checkpoint(CHECKPOINTS[-1]), read_sidecar(CHECKPOINTS[-1])
    dataset = open_scenes("val", max_images=240)
    pictures = np.stack([sidecar.preprocessing.picture(dataset.read(i)) for i in range(240)])
    layers = [layer.output for layer in model.layers if layer.name.startswith(("conv", "fc"))]
    outputs = keras.Model(model.inputs, layers[:-1])(sidecar.preprocessing.tensor(pictures))
    assert len(outputs) == 7
    for output in outputs:
        strongest = output.numpy().reshape(-1, output.shape[-1]).max(0)
        assert np.mean(strongest <= 0) <= 0.02


def test_the_errors_of_all_seeds_are_stated_beside_it():
    history = json.loads((FOLDER / "history.json").read_text())
    assert [entry["epoch"] for entry in history["epochs"]] == list(range(1, EPOCHS[-1] + 1))
    assert history["epochs"][-1]["validation_error"] <= 0.03
    assert history["settings"]["rate"] == 1e-2 * 32 / 128
    shipped = json.loads((FOLDER / "training-seed-0.json").read_text())["errors"]
    assert shipped["val"]["top1"] <= 0.03
    assert shipped["test-ranges"]["top1"] <= 0.08
    for seed in (0, 1, 2):
        stated = json.loads((FOLDER / f"training-seed-{seed}.json").read_text())
        assert stated["seed"] == seed
        assert stated["first_rate"] == history["settings"]["rate"]
        assert stated["command"].startswith("python tools/train_demo.py")
        assert {split: error["images"] for split, error in stated["errors"].items()} == {
            "val": 600,
            "test-ranges": 600,
            "test-construction": 600,
        }


def test_layer_1_is_renormalised_and_alive():
    kernel = load_checkpoint(CHECKPOINTS[-1]).get_layer("conv1").kernel
    rms = np.sqrt(np.mean(kernel**2, (0, 1, 2)))
    assert rms.max() <= 0.1 * (1 + 1e-3)  # stored as float16
    assert rms.min() > 0.01


@pytest.mark.parametrize(("epoch", "checkpoint"), list(zip(EPOCHS, CHECKPOINTS, strict=True)))
def test_each_is_small_and_names_its_epoch(epoch, checkpoint):
    files = [checkpoint, *sidecar_paths(checkpoint)]
    assert len(files) == 3
    assert sum(file.stat().st_size for file in files) < 16e6 / len(EPOCHS)
    assert read_sidecar(checkpoint).epoch == epoch
