"""A small data set of coloured gratings that any network learns, in files of one kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

CLASSES = ("red", "green", "blue", "stripes", "bars", "dark")
SIDE = 60
INPUT = 54  # 256/224 of it, rounded, is 62: less by an even number of pixels


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
    images, labels = gratings(240, 0)
    path = tmp_path_factory.mktemp("gratings") / "gratings.npz"
    np.savez(path, images=images, labels=labels, class_names=np.array(CLASSES))
    return path
