"""Which images are occluded, and what is known of their class."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vizreport.data.dataset import UnreadableImage
from vizreport.data.reading import read_image
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.context import Context
from vizreport.experiments.mining.result import MiningResult


@dataclass(frozen=True)
class Subjects:
    """The images to occlude.

    Attributes
    ----------
    paths : list of str
    pictures : uint8 [I, h, w, 3]
    labels : int32 [I]
        True class, -1 where it is not known.
    images : int32 [I]
        Number in the mining result, -1 for an image that is not in the data.
    """

    paths: list[str]
    pictures: np.ndarray
    labels: np.ndarray
    images: np.ndarray


def subjects(context: Context, mining: MiningResult) -> Subjects:
    """Return the images asked for, or a seeded choice.

    Raises
    ------
    RequestError
        If a file cannot be read.
    NotApplicable
        If no image of the data is classified correctly, and none was asked for.
    """
    settings = context.settings
    if settings.occlude:
        return _given(context, mining, settings.occlude)
    chosen = choose_images(mining, settings.occlusion_images, settings.seed)
    if not len(chosen):
        raise NotApplicable(
            "not one image of the data is classified correctly: choose images with --occlude FILE"
        )
    return Subjects(
        [mining.paths[i] for i in chosen],
        context.pictures(mining.records[chosen]),
        mining.labels[chosen].astype(np.int32),
        chosen,
    )


def choose_images(mining: MiningResult, count: int, seed: int) -> np.ndarray:
    """Choose correctly classified images at random, at most one a class.

    Where no class is known, predicted classes stand for the true ones.

    Returns
    -------
    int32 [at most count]
        Images, in rising order of their class.
    """
    predicted = mining.top_classes[:, 0]
    known = mining.labels >= 0
    right = mining.labels == predicted if known.any() else np.ones(len(predicted), bool)
    order = np.random.default_rng([seed, 7]).permutation(len(predicted))
    found: dict[int, int] = {}
    for image in order[right[order]]:
        if len(found) == count:
            break
        found.setdefault(int(predicted[image]), int(image))
    return np.array([found[c] for c in sorted(found)], np.int32)


def _given(context: Context, mining: MiningResult, files: tuple[str, ...]) -> Subjects:
    """Read files; one that is in the data too has the class it has there."""
    numbers = {mining.sha256[image]: image for image in reversed(range(len(mining.sha256)))}
    pictures, images = [], []
    for file in files:
        try:
            pictures.append(context.preprocessing.picture(read_image(file)))
        except UnreadableImage as error:
            raise RequestError(f"the image {file} cannot be used: {error}") from error
        images.append(numbers.get(hashlib.sha256(Path(file).read_bytes()).hexdigest(), -1))
    found = np.array(images, np.int32)
    labels = np.where(found >= 0, mining.labels[found], -1).astype(np.int32)
    return Subjects([Path(file).name for file in files], np.stack(pictures), labels, found)
