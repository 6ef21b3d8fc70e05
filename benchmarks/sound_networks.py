"""Networks without a planted fault: the demo's, and small ones trained in seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
from scipy import ndimage

from vizreport.data.dataset import Dataset, ImageRecord, fingerprint
from vizreport.data.presets import preset
from vizreport.data.scenes import open_scenes
from vizreport.data.truth import Truth, bounds
from vizreport.models.shipped import shipped_checkpoint
from vizreport.models.sidecar import Sidecar, read_sidecar, write_sidecar

SIDE = 40
"""Of the small networks' pictures, px."""
SHAPES = ("disc", "square", "triangle", "cross", "ring")
TRAINED, TESTED = 1_500, 300


@dataclass(frozen=True)
class Pictures:
    """Pictures, their classes, and where the objects are.

    Attributes
    ----------
    images : list of uint8 [h, w, 3]
    labels : int [n]
    names : tuple of str
    masks : bool [n, h, w] or None
    """

    images: Sequence[np.ndarray]
    labels: np.ndarray
    names: tuple[str, ...]
    masks: np.ndarray | None = None

    def dataset(self) -> Dataset:
        """Return them as a source of images."""
        records = tuple(
            ImageRecord(
                i,
                f"{self.names[label]}/{i:04d}.png",
                hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest(),
                self.names[label],
                int(label),
            )
            for i, (image, label) in enumerate(zip(self.images, self.labels, strict=True))
        )
        masks = self.masks
        return Dataset(
            "pictures",
            records,
            self.names,
            (),
            lambda i: np.asarray(self.images[i]),
            fingerprint("pictures", records, self.names),
            truth=None if masks is None else lambda i: Truth(mask=masks[i], box=bounds(masks[i])),
        )


@dataclass(frozen=True)
class Subject:
    """What a report is built of.

    Attributes
    ----------
    checkpoint : Path
    pictures : Pictures
    preprocessing : dict
        Parts asked for, as for ``vizreport.build``.
    """

    checkpoint: Path
    pictures: Pictures
    preprocessing: dict[str, object] | None = None


def shapes(count: int, seed: int, kinds: Sequence[str] = SHAPES) -> Pictures:
    """Draw bright shapes of random colour, size and place on textured ground."""
    random = np.random.default_rng([seed, 48])
    rows, cols = np.mgrid[0:SIDE, 0:SIDE].astype(float)
    images = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    masks = np.zeros((count, SIDE, SIDE), bool)
    labels = np.arange(count) % len(kinds)
    for i in range(count):
        size = random.uniform(8, 11)
        y, x = random.uniform(size + 1, SIDE - size - 1, 2)
        dy, dx = rows - y, cols - x
        turn = random.uniform(-0.3, 0.3)
        u, v = dx * np.cos(turn) - dy * np.sin(turn), dx * np.sin(turn) + dy * np.cos(turn)
        far = np.hypot(u, v)
        masks[i] = {
            "disc": far < size,
            "square": np.maximum(abs(u), abs(v)) < 0.85 * size,
            "triangle": (v < 0.7 * size) & (1.7 * abs(u) < v + 0.9 * size),
            "cross": (np.minimum(abs(u), abs(v)) < 0.3 * size)
            & (np.maximum(abs(u), abs(v)) < size),
            "ring": (far < size) & (far > 0.55 * size),
        }[kinds[labels[i]]]
        ground = ndimage.gaussian_filter(random.normal(size=(SIDE, SIDE)), random.uniform(0.7, 2.5))
        ground = 90 + 12 * ground[..., None] / ground.std() + random.normal(0, 12, 3)
        colour = ground.mean(axis=(0, 1)) + random.uniform(50, 120, 3)
        alpha = ndimage.gaussian_filter(masks[i].astype(float), 0.6)[..., None]
        picture = alpha * colour + (1 - alpha) * ground + random.normal(0, 3, (SIDE, SIDE, 3))
        images[i] = np.clip(picture, 0, 255)
    return Pictures(list(images), labels, tuple(kinds), masks)


def small(classes: int, seed: int, width: int = 12, norm: bool = False) -> keras.Model:
    """Return a network of three convolutions and a dense layer."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    x = image = keras.Input((SIDE, SIDE, 3))
    for i, (maps, kernel) in enumerate(((width, 5), (2 * width, 3), (2 * width, 3)), start=1):
        x = layers.Conv2D(
            maps, kernel, padding="same", kernel_initializer="he_normal", name=f"conv{i}"
        )(x)
        x = layers.BatchNormalization(name=f"norm{i}")(x) if norm else x
        x = layers.ReLU(name=f"relu{i}")(x)
        x = layers.MaxPooling2D(2, name=f"pool{i}")(x)
    x = layers.Dropout(0.3)(layers.Flatten()(x))
    x = layers.Dense(classes, name="scores")(x)
    return keras.Model(image, layers.Softmax(name="classes")(x), name="small")


def train(
    model: keras.Model, pictures: Pictures, seed: int, epochs: int, rate: float = 2e-3
) -> None:
    """Train a small network on pictures from -1 to 1, its rate falling to 0."""
    keras.utils.set_random_seed(seed)
    steps = epochs * -(-len(pictures.labels) // 32)
    falling = keras.optimizers.schedules.CosineDecay(rate, steps)
    model.compile(keras.optimizers.Adam(falling), "sparse_categorical_crossentropy")
    x = np.stack(pictures.images).astype(np.float32) / 127.5 - 1
    model.fit(x, pictures.labels, batch_size=32, epochs=epochs, verbose=0)


def write(model: keras.Model, names: Sequence[str], path: Path) -> Path:
    """Write a small network with its sidecar."""
    model.save(path)
    write_sidecar(
        path,
        Sidecar(preprocessing=preset("tf", (SIDE, SIDE), 3), class_names=tuple(names)),
    )
    return path


def trained(
    folder: Path,
    name: str,
    seed: int,
    change: Callable[[Pictures, int], Pictures] = lambda pictures, _: pictures,
    kinds: Sequence[str] = SHAPES,
    epochs: int | None = None,
    **options: object,
) -> Subject:
    """Train a small network on changed pictures; test it on others, changed alike.

    Networks are kept in the folder by name and seed.
    """
    path = folder / f"{name}-{seed}.keras"
    if not path.exists():
        model = small(len(kinds), seed, **options)  # type: ignore[arg-type]
        longer = 12 if options.get("norm") else 8
        pictures = change(shapes(TRAINED, 2 * seed, kinds), 2 * seed)
        train(model, pictures, seed, longer if epochs is None else epochs)
        write(model, kinds, path)
    return Subject(path, change(shapes(TESTED, 2 * seed + 1, kinds), 2 * seed + 1))


def demo(images: int = TESTED, seed: int = 0) -> Subject:
    """Return the last epoch of the shipped network, and pictures that it was not trained with."""
    folder = shipped_checkpoint("demo")
    checkpoint = sorted(folder.glob("demo-epoch-*.keras"))[-1]
    source = open_scenes("test", images, seed)
    pictures = [source.read(i) for i in range(len(source.records))]
    assert source.truth is not None
    masks = np.stack([source.truth(i).mask for i in range(len(source.records))])
    labels = np.array([record.label for record in source.records])
    return Subject(checkpoint, Pictures(pictures, labels, source.class_names, masks))


def rewritten(
    subject: Subject,
    path: Path,
    change: Callable[[keras.Model], None] | None = None,
    **sidecar: object,
) -> Subject:
    """Return a subject with a changed copy of its network and sidecar."""
    model = keras.models.load_model(subject.checkpoint, compile=False)
    if change is not None:
        change(model)
    model.save(path)
    known = read_sidecar(subject.checkpoint)
    assert known is not None
    write_sidecar(path, replace(known, **sidecar))  # type: ignore[arg-type]
    return replace(subject, checkpoint=path)


def healthy(folder: Path, seed: int) -> dict[str, Callable[[], Subject]]:
    """Return networks without a fault, by name, each made when called."""
    return {
        "demo": lambda: demo(seed=seed),
        "demo, 600 pictures": lambda: demo(600, seed + 1),
        "small": lambda: trained(folder, "sound", seed),
        "small, another seed": lambda: trained(folder, "sound", seed + 50),
        "small, batch normalisation": lambda: trained(folder, "norm", seed, norm=True),
        "small, wide": lambda: trained(folder, "wide", seed, width=20),
        "small, two classes": lambda: trained(folder, "two", seed, kinds=("disc", "cross")),
        "small, three classes": lambda: trained(
            folder, "three", seed, kinds=("square", "triangle", "ring")
        ),
    }
