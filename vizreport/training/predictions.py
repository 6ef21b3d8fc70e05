"""Class probabilities of a network, from the central crop and from ten crops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vizreport.data.preprocessing import Preprocessing
from vizreport.data.reading import read_batches
from vizreport.errors import RequestError
from vizreport.parallel.piece import Compute, Work, image_pieces
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject
from vizreport.training.geometry import CENTRE, CROPS, square_of, sub_crops


@dataclass(frozen=True)
class Predictions:
    """Class probabilities of one network.

    Attributes
    ----------
    seen : bool array [n]
        Records that were wanted and could be read; the others' rows are 0.
    single : float32 array [n, C]
        Central crop.
    ten : float32 array [n, C] or None
        Mean over ten crops.
    no_ten_crops : str or None
        Why there are none.
    unreadable : tuple of (path, reason)
        Images that were wanted and could not be read.
    """

    seen: np.ndarray
    single: np.ndarray
    ten: np.ndarray | None
    no_ten_crops: str | None
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class PiecePredictions:
    """Class probabilities of a piece of the images.

    Attributes
    ----------
    records : int64 [k]
        Those that could be read.
    single : float32 [k, C]
        Central crop.
    ten : float32 [k, C]
        Mean over ten crops; zeros where there are none.
    unreadable : list of (path, reason)
        The others.
    """

    records: np.ndarray
    single: np.ndarray
    ten: np.ndarray
    unreadable: list[tuple[str, str]]


def predict(subject: Subject, pieces: Pieces, wanted: np.ndarray) -> Predictions:
    """Run a network on the central crop and the ten crops of images.

    Parameters
    ----------
    subject : Subject
        The network, its preprocessing and the data.
    pieces : Pieces
        Maps over the images.
    wanted : bool array [n]
        Records to read.
    """
    reason = _no_ten_crops(subject.preprocessing)
    seen = np.zeros(len(wanted), bool)
    single = np.zeros((len(wanted), subject.output.classes), np.float32)
    ten = None if reason else np.zeros_like(single)
    indices, batch_size = np.flatnonzero(wanted), subject.batch_size
    work = Work(
        name="images",
        make=predict_piece,
        arguments=(batch_size,),
        pieces=image_pieces(len(indices), batch_size, indices),
        kind=PiecePredictions,
        doing=f"evaluating {subject.network.path.name}",
        unit="images",
    )
    unreadable: list[tuple[str, str]] = []
    for one in pieces.map(subject, work):
        seen[one.records], single[one.records] = True, one.single
        if ten is not None:
            ten[one.records] = one.ten
        unreadable += one.unreadable
    return Predictions(seen, single, ten, reason, tuple(unreadable))


def _no_ten_crops(preprocessing: Preprocessing) -> str | None:
    """Explain why there cannot be ten crops; None where there can."""
    try:
        square_of(preprocessing)
    except RequestError as error:
        return str(error)
    return None


def predict_piece(subject: Subject, batch_size: int) -> Compute:
    """Return what classifies images: from their records to PiecePredictions."""
    preprocessing, dataset = subject.preprocessing, subject.dataset
    mean_square = subject.sidecar.mean_square if subject.sidecar else None
    crops = not _no_ten_crops(preprocessing)
    square = square_of(preprocessing) if crops else preprocessing

    def compute(records: np.ndarray, done: Callable[[int], Any]) -> PiecePredictions:
        unreadable: list[tuple[str, str]] = []
        read: list[int] = []
        single = np.zeros((len(records), subject.output.classes), np.float32)
        ten = np.zeros_like(single)
        for batch in read_batches(dataset, square, batch_size, records):
            done(len(batch.indices) + len(batch.unreadable))
            unreadable += batch.unreadable
            if not len(batch.indices):
                continue
            rows = slice(len(read), len(read) + len(batch.indices))
            read += batch.indices.tolist()
            if not crops:
                inputs = preprocessing.tensor(batch.pictures)
                single[rows] = _probabilities(subject, inputs, batch_size)
                continue
            for crop in range(CROPS):
                inputs = crop_inputs(batch.pictures, crop, preprocessing, mean_square)
                found = _probabilities(subject, inputs, batch_size)
                ten[rows] += found / CROPS
                if crop == CENTRE:
                    single[rows] = found
        count = len(read)
        return PiecePredictions(np.array(read, np.int64), single[:count], ten[:count], unreadable)

    return compute


def crop_inputs(
    squares: np.ndarray, crop: int, preprocessing: Preprocessing, mean_square: np.ndarray | None
) -> np.ndarray:
    """Cut and normalise one of the ten crops.

    Parameters
    ----------
    squares : uint8 array [N, H, W, 3]
        As ``square_of(preprocessing)`` gives them.
    crop : int
        0 to 9.
    preprocessing : Preprocessing
        The network's.
    mean_square : float32 array [H, W, C] or None
        Per-pixel mean of the squares, subtracted before the cut (paper, section 3). Without it
        the network's own mean is subtracted from each crop.

    Returns
    -------
    float32 array [N, h, w, C]
    """
    size = preprocessing.input_size
    chosen = np.full(len(squares), crop)
    cut = sub_crops(squares, chosen, size)
    mean = preprocessing.mean_image
    if mean is not None and mean_square is not None:
        # The mean under this crop; flipped with it.
        mean = sub_crops(mean_square[None], chosen[:1], size)[0]
    elif mean is not None and crop % 2:
        mean = mean[:, ::-1]
    return replace(preprocessing, mean_image=mean).tensor(cut)


def _probabilities(subject: Subject, inputs: np.ndarray, batch_size: int) -> np.ndarray:
    # Always a whole batch, so that one graph does for all.
    full = np.zeros((batch_size, *inputs.shape[1:]), np.float32)
    full[: len(inputs)] = inputs
    outputs = np.asarray(subject.model.predict_on_batch(full))[: len(inputs)]
    return subject.output.probabilities(outputs.reshape(len(inputs), -1))
