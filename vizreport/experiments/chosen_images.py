"""Which images an experiment shows, and what is known of their class."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vizreport.data.image import UnreadableImage
from vizreport.data.reading import read_image
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.mining.contents import image_of
from vizreport.experiments.mining.result import MiningResult
from vizreport.subject.subject import Subject


@dataclass(frozen=True)
class ChosenImages:
    """Images chosen or asked for.

    Attributes
    ----------
    paths : list of str
        Path of each within the data, or its file's name.
    pictures : uint8 [I, h, w, 3]
        What the network saw, in its own colours.
    labels : int32 [I]
        True class, -1 where it is not known.
    images : int32 [I]
        Number in the mining result, -1 for an image that is not in the data.
    """

    paths: list[str]
    pictures: np.ndarray
    labels: np.ndarray
    images: np.ndarray


def images_of_the_data(
    subject: Subject, mining: MiningResult, images: np.ndarray, option: str
) -> ChosenImages:
    """Return images of the data.

    Parameters
    ----------
    subject : Subject
        Decodes the images as the network is given them.
    mining : MiningResult
        What the numbers of ``images`` refer to.
    images : int32 [I]
        Numbers there, as :func:`choose_images` returns them.
    option : str
        By which images are asked for, such as "--occlude".

    Raises
    ------
    NotApplicable
        If there are none.
    """
    if not len(images):
        raise NotApplicable(
            f"no image in the data is classified correctly; choose images with {option} FILE"
        )
    return ChosenImages(
        [mining.paths[i] for i in images],
        subject.pictures(mining.records[images]),
        mining.labels[images].astype(np.int32),
        images,
    )


def is_right(mining: MiningResult) -> np.ndarray:
    """Return which images are classified correctly: all, where no class is known: bool [N]."""
    if not (mining.labels >= 0).any():
        return np.ones(len(mining.labels), bool)
    right: np.ndarray = mining.labels == mining.top_classes[:, 0]
    return right


def choose_images(
    mining: MiningResult,
    count: int,
    seed: int,
    above: float = 0.0,
    among: np.ndarray | None = None,
) -> np.ndarray:
    """Choose correctly classified images at random, at most one a class.

    Where no class is known, predicted classes stand for the true ones; of a network without
    class scores any images are chosen.

    Parameters
    ----------
    mining : MiningResult
        Has predictions and labels.
    count : int
        At most.
    seed : int
        Of the random choice.
    above : float
        Least probability of the class, exclusive.
    among : int array, optional
        Images to choose from; all by default.

    Returns
    -------
    int32 [at most count]
        Images, in rising order of their class.
    """
    order = np.random.default_rng([seed, 7]).permutation(len(mining.top_classes))
    order = order if among is None else order[np.isin(order, among)]
    if not mining.top_classes.size:
        return np.sort(order[:count]).astype(np.int32)
    predicted = mining.top_classes[:, 0]
    right = is_right(mining) & (mining.top_probabilities[:, 0] > above)
    found: dict[int, int] = {}
    for image in order[right[order]]:
        if len(found) == count:
            break
        found.setdefault(int(predicted[image]), int(image))
    return np.array([found[c] for c in sorted(found)], np.int32)


def photograph(subject: Subject, file: str) -> np.ndarray:
    """Read a file as the network sees it: uint8 [h, w, 3].

    Raises
    ------
    RequestError
        If it cannot be read, or does not suit the network.
    """
    try:
        return subject.preprocessing.picture(read_image(file, subject.dataset.decoding))
    except UnreadableImage as error:
        raise RequestError(f"the image {file} cannot be used: {error}") from error


def images_of_files(subject: Subject, mining: MiningResult, files: tuple[str, ...]) -> ChosenImages:
    """Read files; one that is in the data too has the class it has there.

    Raises
    ------
    RequestError
        If a file cannot be read.
    """
    pictures, images = [], []
    for file in files:
        pictures.append(photograph(subject, file))
        images.append(image_of(mining, hashlib.sha256(Path(file).read_bytes()).digest()))
    found = np.array(images, np.int32)
    labels = np.where(found >= 0, mining.labels[found], -1).astype(np.int32)
    return ChosenImages([Path(file).name for file in files], np.stack(pictures), labels, found)
