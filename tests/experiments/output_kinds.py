"""Small networks whose outputs mean different things, and pictures that they tell apart by colour.

No training: the maps of the convolution are the colours, and the dense layer weighs them.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from keras import layers, losses
from PIL import Image

SIZE = 12
COLOURS = {"blue": (30, 40, 200), "green": (40, 190, 60), "red": (210, 50, 40)}
WEIGHTS = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]], "float32")  # channels to classes


def write_folders(root: Path, names: tuple[str, ...], images: int = 9) -> Path:
    """Noisy pictures of one colour each, in a folder of its name."""
    random = np.random.default_rng(len(names))
    for name in names:
        (root / name).mkdir(parents=True)
        for i in range(images):
            noise = random.normal(0, 30, (SIZE, SIZE, 3))
            picture = np.clip(COLOURS[name] + noise, 0, 255).astype(np.uint8)
            Image.fromarray(picture).save(root / name / f"{i}.png")
    return root


def network(head, name: str = "colours") -> keras.Model:
    """A convolution that keeps the colours, and a head on it; inputs are raw pixels."""
    image = keras.Input((SIZE, SIZE, 3))
    x = layers.Conv2D(3, 1, activation="relu", name="conv")(image)
    model = keras.Model(image, head(x), name=name)
    model.get_layer("conv").set_weights(
        [np.eye(3, dtype="float32")[None, None] / 255, np.zeros(3, "float32")]
    )
    return model


def classes(activation, loss, gain: float = 9.0) -> keras.Model:
    """Blue, green and red."""
    dense = layers.Dense(3, activation=activation, name="kind")
    model = network(lambda x: dense(layers.GlobalAveragePooling2D()(x)))
    dense.set_weights([gain * WEIGHTS, np.zeros(3, "float32")])
    model.compile(loss=loss)
    return model


def one_score(activation, from_logits: bool | None, gain: float = 9.0) -> keras.Model:
    """Red against blue: high for red, or for blue where the gain is below 0."""
    dense = layers.Dense(1, activation=activation, name="is_red")
    model = network(lambda x: dense(layers.GlobalAveragePooling2D()(x)))
    dense.set_weights([np.array([[gain], [0], [-gain]], "float32"), np.zeros(1, "float32")])
    if from_logits is not None:
        model.compile(loss=losses.BinaryCrossentropy(from_logits=from_logits))
    return model


def four_values() -> keras.Model:
    """Four numbers, never compiled."""
    return network(lambda x: layers.Dense(4, name="box")(layers.GlobalAveragePooling2D()(x)))


def segmentation() -> keras.Model:
    """A class for each pixel; the way back up has an operation without a rule."""

    def head(x):
        y = layers.Conv2D(4, 3, padding="same", activation="relu", name="deep")(
            layers.MaxPooling2D()(x)
        )
        # A cube is neither linear nor a rectifier.
        y = layers.UpSampling2D()(y) ** 3
        y = layers.Conv2D(4, 3, padding="same", activation="relu", name="decoder")(y)
        return layers.Conv2D(2, 1, activation="softmax", name="mask")(y)

    model = network(head)
    model.compile(loss="sparse_categorical_crossentropy")
    return model


def predict(model: keras.Model, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return what Keras itself predicts, and the numbers of the folders as Keras counts them."""
    data = keras.utils.image_dataset_from_directory(
        folder, image_size=(SIZE, SIZE), shuffle=False, label_mode="int", verbose=False
    )
    labels = np.concatenate([y for _, y in data.as_numpy_iterator()])
    return model.predict(data, verbose=0), labels
