"""A small data set of coloured gratings that any network learns, in files of one kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

CLASSES = ("red", "green", "blue", "stripes", "bars", "dark")
SIDE = 60
INPUT = 54  # 256/224 of it, rounded, is 62: less by an even number of pixels

DISTRIBUTED = {
    "model": "zfnet-dense-2048",
    "width": 0.1,
    "input_size": INPUT,
    "epochs": 2,
    "batch_size": 16,
    "rate": 1e-2,
    "max_images": 60,
}
"""A training that one process and several are to agree on."""


def gratings(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """uint8 [count, 60, 60, 3] and labels; the classes take turns."""
    random = np.random.default_rng(seed)
    images = random.integers(60, 150, (count, SIDE, SIDE, 3))
    labels = np.arange(count) % len(CLASSES)
    wave = 80 * np.sign(np.sin(np.arange(SIDE) * 0.8))
    for image, label in zip(images, labels, strict=True):
        if label < 3:
            image[..., label] += 90
        elif label == 3:
            image += wave.astype(int)[:, None, None]
        elif label == 4:
            image += wave.astype(int)[None, :, None]
        else:
            image //= 3
    return images.clip(0, 255).astype(np.uint8), labels


@pytest.fixture(scope="session")
def gratings_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    images, labels = gratings(480, 0)
    path = tmp_path_factory.mktemp("gratings") / "gratings.npz"
    np.savez(path, images=images, labels=labels, class_names=np.array(CLASSES))
    return path


@pytest.fixture(scope="session")
def request_for(gratings_file):
    """A quarter of the width, three epochs, a few seconds; changes by keyword."""
    from vizreport.training.request import TrainingRequest

    def make(out: Path, **changes: object) -> TrainingRequest:
        values = {
            "data": str(gratings_file),
            "model": "zfnet-dense-2048",
            "width": 0.25,
            "input_size": INPUT,
            "epochs": 3,
            "batch_size": 16,
            "rate": 1e-2,  # that of larger batches: three epochs are to be enough
        }
        return TrainingRequest(out=out, **{**values, **changes})

    return make


@pytest.fixture(scope="session")
def unbroken(request_for, tmp_path_factory):
    """The training that the others are compared with."""
    from vizreport.training.loop import train

    lines: list[str] = []
    trained = train(request_for(tmp_path_factory.mktemp("unbroken")), log=lines.append)
    return trained, lines


def state_arrays(out: Path) -> dict[str, np.ndarray]:
    with np.load(out / "training-state.npz") as archive:
        return {name: archive[name] for name in archive if name != "about"}


def assert_same_state(out: Path, other: Path, tolerance: float) -> None:
    """Weights and velocities agree, relative to each array's largest."""
    arrays, others = state_arrays(out), state_arrays(other)
    assert arrays.keys() == others.keys()
    for name, array in arrays.items():
        assert np.abs(array - others[name]).max() <= tolerance * np.abs(array).max(), name
