"""Maps of the images that are shown: the occlusion's examples, then photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from vizreport.errors import NotApplicable
from vizreport.experiments.chosen_images import images_of_files
from vizreport.experiments.class_evidence.methods import CAM, GRADIENTS, Evidence, over_squares
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion.fills import GREY, fill_picture
from vizreport.experiments.occlusion.masks import object_masks
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.subject.subject import Subject


class ShownMaps(TypedDict):
    """The fields of :class:`ClassEvidenceResult` that are of I images."""

    paths: list[str]
    pictures: np.ndarray
    masks: np.ndarray
    classes: np.ndarray
    probabilities: np.ndarray
    falls: np.ndarray
    maps: dict[str, np.ndarray]
    scores: np.ndarray
    grey_scores: np.ndarray
    totals: np.ndarray


@dataclass(frozen=True)
class _Example:
    """An image with its class and how far its probability falls at each place of the square."""

    path: str
    picture: np.ndarray
    mask: np.ndarray
    wanted: int
    probability: float
    falls: np.ndarray


def grey_input(subject: Subject) -> np.ndarray:
    """Return the grey picture as the network takes it: float [H, W, C]."""
    shape = (1, *subject.preprocessing.input_size, subject.preprocessing.image_channels)
    grey: np.ndarray = subject.preprocessing.tensor(np.full(shape, GREY, np.uint8))[0]
    return grey


def shown_maps(
    subject: Subject,
    evidence: Evidence,
    mining: MiningResult,
    occlusion: OcclusionResult,
    photographs: tuple[str, ...],
    steps: int,
    seed: int,
) -> ShownMaps:
    """Make the maps of I images.

    Parameters
    ----------
    subject : Subject
        Network and data of the build.
    evidence : Evidence
        The network's.
    mining : MiningResult
        Has labels and predictions.
    occlusion : OcclusionResult
        Of the same images.
    photographs : tuple of str
        Files.
    steps : int
        Points of the integration.
    seed : int
        Of the random choice.

    Raises
    ------
    NotApplicable
        If there is no image, or no score has a derivative.
    """
    images = [
        *_examples(subject, mining, occlusion),
        *_photographs(subject, evidence, mining, occlusion, photographs, seed),
    ]
    if not images:
        raise NotApplicable("there is no image to show")
    pictures = np.stack([each.picture for each in images])
    classes = np.array([each.wanted for each in images], np.int32)
    inputs, grey = subject.preprocessing.tensor(pictures), grey_input(subject)
    evidence.try_on(inputs, classes)
    tops, lefts, size = square(occlusion)
    maps: dict[str, list[np.ndarray]] = {method: [] for method in evidence.methods}
    totals = np.full(len(images), np.nan, np.float32)
    for i, image in enumerate(inputs):
        pixels = evidence.pixels(image, grey, int(classes[i]), steps)
        for method, values in pixels.items():
            over = over_squares(values, tops, lefts, size)
            maps[method].append(over / size**2 if method == CAM else over)
        if GRADIENTS in pixels:
            totals[i] = pixels[GRADIENTS].sum()
    return {
        "paths": [each.path for each in images],
        "pictures": subject.preprocessing.shown(pictures),
        "masks": np.stack([each.mask for each in images]),
        "classes": classes,
        "probabilities": np.array([each.probability for each in images], np.float32),
        "falls": np.stack([each.falls for each in images]).astype(np.float32),
        "maps": {method: np.stack(each).astype(np.float32) for method, each in maps.items()},
        "scores": evidence.scores(inputs, classes).astype(np.float32),
        "grey_scores": evidence.scores(grey[None], classes).astype(np.float32),
        "totals": totals,
    }


def square(occlusion: OcclusionResult) -> tuple[np.ndarray, np.ndarray, int]:
    """Return places and size of the occlusion's largest square: tops, lefts, px."""
    largest = occlusion.squares[occlusion.largest]
    return largest.tops, largest.lefts, occlusion.largest


def _examples(subject: Subject, mining: MiningResult, occlusion: OcclusionResult) -> list[_Example]:
    """Return the occlusion's images; its result has pictures of three bands alone."""
    clean = occlusion.clean
    pictures = dict(enumerate(clean.pictures))
    if subject.preprocessing.bands:
        kept = [i for i, path in enumerate(clean.paths) if path in mining.paths]
        indices = [mining.paths.index(clean.paths[i]) for i in kept]
        pictures = dict(zip(kept, subject.pictures(mining.records[indices]), strict=True))
    hidden = occlusion.squares[occlusion.largest].probabilities
    return [
        _Example(
            clean.paths[i],
            picture,
            clean.masks[i],
            int(clean.classes[i]),
            float(clean.probabilities[i]),
            clean.probabilities[i] - hidden[i],
        )
        for i, picture in pictures.items()
    ]


def _photographs(
    subject: Subject,
    evidence: Evidence,
    mining: MiningResult,
    occlusion: OcclusionResult,
    files: tuple[str, ...],
    seed: int,
) -> list[_Example]:
    """Occlude photographs with the same square as the occlusion's examples."""
    if not files:
        return []
    from vizreport.engine.occlusion import Squares, occlude

    given = images_of_files(subject, mining, files)
    masks, _ = object_masks(subject, mining, given.images)
    tops, lefts, size = square(occlusion)
    rows, cols = (each.ravel() for each in np.meshgrid(tops, lefts, indexing="ij"))
    found = []
    for i, picture in enumerate(given.pictures):
        random = np.random.default_rng([seed, i, size])
        fill = fill_picture(picture, occlusion.fill, size, random)
        image, filled = subject.preprocessing.tensor(np.stack([picture, fill]))
        clean = evidence.probabilities(image[None])[0]
        wanted = int(given.labels[i]) if given.labels[i] >= 0 else int(clean.argmax())
        squares = Squares(rows, cols, size)
        scores = occlude(subject.traced, image, filled, squares, evidence.layer, 0)
        hidden = subject.output.probabilities(scores.outputs)[:, wanted]
        falls = (clean[wanted] - hidden).reshape(len(tops), len(lefts))
        found.append(
            _Example(given.paths[i], picture, masks[i], wanted, float(clean[wanted]), falls)
        )
    return found
