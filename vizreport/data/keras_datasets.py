"""The image data sets that Keras downloads: ``keras:cifar10`` and its like."""

from __future__ import annotations

import importlib
from typing import Any

from vizreport.data.arrays import dataset_from_arrays
from vizreport.data.dataset import Dataset
from vizreport.errors import RequestError

SPLITS = ("train", "test")

_DIGITS = tuple("0123456789")

CLASS_NAMES: dict[str, tuple[str, ...]] = {
    "mnist": _DIGITS,
    "fashion_mnist": (
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
        "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ),
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ),
    "cifar100": (
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
        "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle",
        "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch",
        "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest",
        "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower",
        "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
        "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear",
        "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit",
        "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk",
        "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower",
        "sweet_pepper", "table", "tank", "telephone", "television", "tiger", "tractor", "train",
        "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
    ),
}  # fmt: skip
"""Keras hands out numbers only; these are the names its data sets were published with."""


def open_keras(
    name: str, split: str | None = None, max_images: int | None = None, seed: int = 0
) -> Dataset:
    """Open a data set of ``keras.datasets``, downloading it on first use.

    Parameters
    ----------
    name : str
        One of ``CLASS_NAMES``.
    split : {"train", "test"}, optional
        "test" by default.

    Raises
    ------
    RequestError
        If there is no such data set or split, or it cannot be downloaded.
    """
    if name not in CLASS_NAMES:
        raise RequestError(
            f"there is no image data set keras:{name}; available are "
            f"{', '.join('keras:' + known for known in CLASS_NAMES)}"
        )
    split = split or "test"
    if split not in SPLITS:
        raise RequestError(f"keras:{name} has no split {split!r}; it has {', '.join(SPLITS)}")
    try:
        halves = _module(name).load_data()
    except Exception as error:  # Keras wraps network errors in a bare Exception
        raise RequestError(
            f"keras:{name} cannot be downloaded ({error}); connect to the internet once, or save "
            "the images as .npz and pass that file to --data"
        ) from error
    images, labels = halves[SPLITS.index(split)]
    return dataset_from_arrays(
        f"keras:{name} ({split})",
        f"keras {name} {split}",
        images,
        labels,
        CLASS_NAMES[name],
        max_images,
        seed,
    )


def _module(name: str) -> Any:
    return importlib.import_module(f"keras.datasets.{name}")
