"""How much of a probability's fall lies on the object, over a sample of images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion.fills import fill_picture
from vizreport.experiments.occlusion.masks import agreement, object_masks
from vizreport.experiments.occlusion.places import pixel_average, places
from vizreport.experiments.occlusion.result import LEAST, Sample
from vizreport.graph.layers import ReportableLayer
from vizreport.parallel.piece import Compute, Piece, Work
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject

IMAGES = 30
"""Images in which the probability falls somewhere that are looked for."""
MOST = 60
"""Images that are looked at, at most: in a network that is sure of itself few fall."""
SIDE = 8  # places a row: the maps of the sample are coarser than those that are shown


@dataclass(frozen=True)
class Hidden:
    """Probability of an image's class at each place of the square: float32 [P]."""

    probabilities: Annotated[np.ndarray, "float32 [P]"]


def on_objects(
    subject: Subject,
    pieces: Pieces,
    mining: MiningResult,
    layer: ReportableLayer,
    size: int,
    seed: int,
    memory: int,
) -> Sample:
    """Occlude correctly classified images whose objects are known, in a seeded random order.

    Until the probability falls somewhere in 30 of them, or 60 have been looked at.

    Parameters
    ----------
    subject : Subject
        Has the network, the images and their masks.
    pieces : Pieces
        Maps over the images.
    mining : MiningResult
        Says which images are classified correctly.
    layer : ReportableLayer
        Recorded on the way, as for the images that are shown.
    size : int
        Of the square, px.
    seed, memory : int
        Memory that batches of places may take, bytes.
    """
    images = _choice(mining, seed) if subject.dataset.truth is not None else np.zeros(0, np.int32)
    masks, masked = object_masks(subject, mining, images)
    images, masks = images[masked], masks[masked]
    shape = subject.preprocessing.input_size
    tops, lefts = (places(n, size, _stride(n, size)) for n in shape)
    rows, cols = (each.ravel() for each in np.meshgrid(tops, lefts, indexing="ij"))
    cut = [
        Piece(f"image-{image}", (picture, int(mining.labels[image])), len(rows), f"image {image}")
        for image, picture in zip(images, subject.pictures(mining.records[images]), strict=True)
    ]
    arguments = layer, size, rows, cols, seed, memory
    work = Work("sample", hide, arguments, cut, Hidden, "occluding a sample", "places")
    hits: list[bool] = []
    found: list[tuple[float, ...]] = []
    # Pieces after the last that is needed are not computed, or no one waits for them.
    for image, mask, one in zip(images, masks, pieces.map(subject, work), strict=False):
        hidden, clean = one.probabilities, float(mining.top_probabilities[image, 0])
        pixels = pixel_average(hidden.reshape(len(tops), -1), tops, lefts, size, shape)
        told = agreement(pixels, clean, mask)
        lowest = float(hidden.min())
        share = told.share if clean - lowest >= LEAST else np.nan
        hits.append(told.hit)
        found.append((clean, lowest, share, told.area))
        if sum(np.isfinite(share) for _, _, share, _ in found) == IMAGES:
            break
    columns = np.array(found, np.float32).reshape(-1, 4).T
    return Sample(
        images=images[: len(found)],
        clean=columns[0],
        lowest=columns[1],
        shares=columns[2],
        areas=columns[3],
        hits=np.array(hits, bool),
    )


def hide(
    subject: Subject,
    layer: ReportableLayer,
    size: int,
    rows: np.ndarray,
    cols: np.ndarray,
    seed: int,
    memory: int,
) -> Compute:
    """Return what occludes an image by a grey square: from (picture, class) to Hidden.

    Parameters
    ----------
    subject : Subject
        Has the network.
    layer : ReportableLayer
        Recorded on the way.
    size : int
        Of the square, px.
    rows, cols : int array [P]
        Its upper left corners, px.
    seed, memory : int
        Memory that batches of places may take, bytes.
    """
    from vizreport.engine.occlusion import Running, Squares, occlude

    squares, running = Squares(rows, cols, size), Running(memory, maps=IMAGES)

    def compute(argument: tuple[np.ndarray, int], done: Callable[[int], Any]) -> Hidden:
        picture, watched = argument
        fill = fill_picture(picture, "grey", size, np.random.default_rng(seed))
        inputs, fills = subject.preprocessing.tensor(np.stack([picture, fill]))
        scores = occlude(subject.traced, inputs, fills, squares, layer, 0, running)
        return Hidden(subject.output.probabilities(scores.outputs)[:, watched])

    return compute


def _choice(mining: MiningResult, seed: int) -> np.ndarray:
    """Draw correctly classified images, whatever their class."""
    order = np.random.default_rng([seed, 21]).permutation(len(mining.top_classes))
    right = mining.labels[order] == mining.top_classes[order, 0]
    return order[right & (mining.labels[order] >= 0)][:MOST].astype(np.int32)


def _stride(length: int, size: int) -> int:
    return max(1, min(size, -(-(length - size) // (SIDE - 1))))
