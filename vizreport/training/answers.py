"""Class probabilities of a network, from the central crop and from ten crops."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vizreport.data.preprocessing import Preprocessing
from vizreport.data.reading import read_batches
from vizreport.errors import RequestError
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress
from vizreport.training.geometry import CENTRE, CROPS, square_of, sub_crops


@dataclass(frozen=True)
class Answers:
    """Class probabilities of one network.

    Attributes
    ----------
    seen : bool array [n]
        Records that were wanted and could be read; the others' rows are 0.
    single : float32 array [n, C]
        Central crop.
    ten : float32 array [n, C] or None
        Mean over ten crops.
    no_ten_crops : str
        Why there are none; else empty.
    unreadable : tuple of (path, reason)
        Images that were wanted and could not be read.
    """

    seen: np.ndarray
    single: np.ndarray
    ten: np.ndarray | None
    no_ten_crops: str
    unreadable: tuple[tuple[str, str], ...] = ()


def predict(subject: Subject, wanted: np.ndarray, batch_size: int) -> Answers:
    """Run a network on the central crop and the ten crops of images.

    Parameters
    ----------
    subject : Subject
        The network, its preprocessing and the data.
    wanted : bool array [n]
        Records to read.
    batch_size : int
        Images in a pass.
    """
    preprocessing, dataset = subject.preprocessing, subject.dataset
    sidecar = subject.network.sidecar()
    mean_square = sidecar.mean_square if sidecar else None
    reason = ""
    try:
        square = square_of(preprocessing)
    except RequestError as error:
        reason, square = str(error), preprocessing
    classes = subject.output.classes
    seen = np.zeros(len(wanted), bool)
    single = np.zeros((len(wanted), classes), np.float32)
    ten = None if reason else np.zeros_like(single)
    indices = np.flatnonzero(wanted)
    unreadable: list[tuple[str, str]] = []
    with progress(f"evaluating {subject.network.path.name}", len(indices), "images") as bar:
        for batch in read_batches(dataset, square, batch_size, indices):
            bar.update(len(batch.indices) + len(batch.unreadable))
            unreadable += batch.unreadable
            if not len(batch.indices):
                continue
            seen[batch.indices] = True
            if ten is None:
                inputs = preprocessing.tensor(batch.pictures)
                single[batch.indices] = _probabilities(subject, inputs, batch_size)
                continue
            for crop in range(CROPS):
                inputs = crop_inputs(batch.pictures, crop, preprocessing, mean_square)
                answer = _probabilities(subject, inputs, batch_size)
                ten[batch.indices] += answer / CROPS
                if crop == CENTRE:
                    single[batch.indices] = answer
    return Answers(seen, single, ten, reason, tuple(unreadable))


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
