"""Train the small network that ``make report`` shows when no checkpoint is given.

    python tools/train_demo.py

A ZFNet with layers 6, 7 of 2048 units (a row of the ablation table) at 3/16 of its width, on the
5,000 training pictures of ``--data shapes``, with the paper's recipe in its scaled form: about 10
minutes on two cores (9 and 12 were measured beside other work). Error on the 600 test pictures:
5.2 %. It writes ``checkpoints/demo/demo.keras`` and its sidecar.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from vizreport.tensorflow_start import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import ops  # noqa: E402

from vizreport.data.preprocessing import Preprocessing  # noqa: E402
from vizreport.data.shapes import CLASS_NAMES, SIDE, open_shapes  # noqa: E402
from vizreport.models.architecture import RMS_LIMIT, recipe_scales  # noqa: E402
from vizreport.models.sidecar import Sidecar, write_sidecar  # noqa: E402
from vizreport.models.variants import build_variant, variant_architecture  # noqa: E402

NETWORK = "zfnet-dense-2048"
WIDTH = 3 / 16
BATCH = 128
SEED = 0
HELD_OUT = 500  # of the training pictures, to see when the error stops falling


class LargestRms(keras.constraints.Constraint):
    """Renormalise each filter whose root mean square exceeds the limit (paper, section 3)."""

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def __call__(self, kernel):
        """Kernel [rows, cols, channels, filters] within the limit."""
        rms = ops.sqrt(ops.mean(ops.square(kernel), axis=(0, 1, 2)))
        return kernel * ops.minimum(1.0, self.limit / ops.maximum(rms, 1e-12))


def load(split: str) -> tuple[np.ndarray, np.ndarray]:
    """All pictures (uint8) and labels of a split."""
    dataset = open_shapes(split)
    with ThreadPoolExecutor() as pool:
        pictures = np.stack(list(pool.map(dataset.read, range(len(dataset.records)))))
    return pictures, np.array([record.label for record in dataset.records])


def augment(pictures, labels):
    """Flip half of the pictures and shift the batch by up to 6 px."""
    pictures = tf.image.random_flip_left_right(tf.cast(pictures, tf.float32))
    padded = tf.pad(pictures, [[0, 0], [6, 6], [6, 6], [0, 0]], "REFLECT")
    return tf.image.random_crop(padded, tf.shape(pictures)), labels


def main() -> None:
    """Train, test and save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--out", type=Path, default=Path("checkpoints/demo/demo.keras"))
    arguments = parser.parse_args()
    os.nice(10)
    keras.utils.set_random_seed(SEED)
    started = time.time()

    pictures, labels = load("train")
    mean = pictures.mean(0, dtype=np.float64).astype(np.float32)
    order = np.random.default_rng(SEED).permutation(len(pictures))
    held, used = order[:HELD_OUT], order[HELD_OUT:]
    train = (
        tf.data.Dataset.from_tensor_slices((pictures[used], labels[used]))
        .shuffle(len(used), seed=SEED)
        .batch(BATCH, drop_remainder=True)
        .map(augment)
        .map(lambda x, y: (x - mean, y))
        .prefetch(2)
    )

    model = build_variant(NETWORK, len(CLASS_NAMES), SIDE, WIDTH)
    scales = recipe_scales(variant_architecture(NETWORK), len(CLASS_NAMES), SIDE, WIDTH)
    for layer in model.layers:
        if layer.name.startswith("conv"):
            layer.kernel.constraint = LargestRms(RMS_LIMIT * scales[layer.name])
    model.compile(
        keras.optimizers.SGD(1e-2, momentum=0.9),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    lower = keras.callbacks.ReduceLROnPlateau("val_accuracy", 0.1, patience=5, min_lr=1e-4)
    best = keras.callbacks.EarlyStopping(
        "val_accuracy", patience=24, restore_best_weights=True, start_from_epoch=8
    )
    model.fit(
        train,
        epochs=arguments.epochs,
        shuffle=False,  # already is
        validation_data=(pictures[held] - mean, labels[held]),
        callbacks=[lower, best],
        verbose=2,
    )

    tested, truth = load("test")
    wrong = model.predict(tested - mean, verbose=0).argmax(1) != truth
    minutes = (time.time() - started) / 60
    print(f"{minutes:.1f} minutes, test error {100 * wrong.mean():.1f} % of {len(truth)}")

    clean = build_variant(NETWORK, len(CLASS_NAMES), SIDE, WIDTH)
    clean.set_weights(model.get_weights())
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    clean.save(arguments.out)
    preprocessing = Preprocessing(
        input_size=(SIDE, SIDE),
        resize="shortest",
        resize_to=SIDE,
        crop="center",
        channels="RGB",
        scale=1.0,
        mean=(),
        std=(1.0, 1.0, 1.0),
        mean_image=mean,
    )
    write_sidecar(
        arguments.out,
        Sidecar(
            preprocessing,
            CLASS_NAMES,
            data_source="shapes (train)",
            epoch=best.best_epoch + 1,
            seed=SEED,
        ),
    )


if __name__ == "__main__":
    main()
