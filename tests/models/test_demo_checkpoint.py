"""The shipped demo checkpoint and its sidecar."""

from pathlib import Path

import numpy as np
import pytest

from vizreport.data.shapes import open_shapes
from vizreport.models.load import load_checkpoint
from vizreport.models.sidecar import read_sidecar, sidecar_paths

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "demo" / "demo.keras"


def test_it_recognises_shapes_with_its_own_preprocessing():
    model, sidecar = load_checkpoint(CHECKPOINT), read_sidecar(CHECKPOINT)
    dataset = open_shapes(max_images=120)
    pictures = np.stack([sidecar.preprocessing.picture(dataset.read(i)) for i in range(120)])
    probabilities = model(sidecar.preprocessing.tensor(pictures)).numpy()
    assert probabilities.sum(1) == pytest.approx(1, abs=1e-5)
    predicted = [sidecar.class_names[i] for i in probabilities.argmax(1)]
    truth = [record.class_name for record in dataset.records]
    # 5.2 % of all 600 are wrong.
    assert np.mean([a != b for a, b in zip(predicted, truth, strict=True)]) < 0.12


def test_layer_1_is_renormalised_and_alive():
    rms = np.sqrt(np.mean(load_checkpoint(CHECKPOINT).get_layer("conv1").kernel ** 2, (0, 1, 2)))
    assert rms.max() <= 0.1 * (1 + 1e-5)
    assert rms.min() > 0.01


def test_it_is_small():
    files = [CHECKPOINT, *sidecar_paths(CHECKPOINT)]
    assert len(files) == 3
    assert sum(file.stat().st_size for file in files) < 2e6
