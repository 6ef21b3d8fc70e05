"""Top-1 and top-5 error of one checkpoint or of an ensemble, single crop and ten crops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.labels import Labels, resolve_labels
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.reading import read_batches
from vizreport.errors import RequestError
from vizreport.experiments.context import Context, Source
from vizreport.models.sidecar import read_sidecar
from vizreport.progress import progress
from vizreport.settings import Settings
from vizreport.training.accuracy import ranks, top_errors
from vizreport.training.geometry import CENTRE, CROPS, square_of, sub_crops


@dataclass(frozen=True)
class EvaluationRequest:
    """What a user asks of ``vizreport evaluate``.

    Attributes
    ----------
    checkpoints : tuple of Path
        Several are an ensemble: their class probabilities are averaged.
    dataset : Dataset
    labels : Path or None
        File that names the outputs.
    labels_in_order : bool
    preset : str or None
        Preprocessing preset.
    preprocessing : dict
        Parts of the preprocessing given one by one.
    imports : tuple of str
        Modules that register the user's own layers.
    batch_size : int
        Images at a time.
    """

    checkpoints: tuple[Path, ...]
    dataset: Dataset
    labels: Path | None = None
    labels_in_order: bool = False
    preset: str | None = None
    preprocessing: dict[str, Any] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    batch_size: int = 32


@dataclass(frozen=True)
class Errors:
    """Errors on some images, as shares from 0 to 1.

    Attributes
    ----------
    images : int
        Readable images of known class.
    left_out : int
        Images unreadable or of unknown class.
    classes : int
        Outputs.
    top1, top5 : float, float or None
        Central crop. Top 5 is None with five classes or fewer.
    ten_crop_top1, ten_crop_top5 : float or None
        Probabilities averaged over ten crops; None where the preprocessing leaves no margin.
    no_ten_crops : str
        Why not; else empty.
    """

    images: int
    left_out: int
    classes: int
    top1: float
    top5: float | None
    ten_crop_top1: float | None
    ten_crop_top5: float | None
    no_ten_crops: str = ""


def evaluate(request: EvaluationRequest) -> Errors:
    """Measure the error of a checkpoint, or of several with their probabilities averaged.

    The networks are loaded one after the other; the images are read anew for each.

    Parameters
    ----------
    request : EvaluationRequest

    Raises
    ------
    RequestError
        A checkpoint or the data is wrong, the classes are not known, or the checkpoints have not
        the same outputs.
    """
    count = len(request.dataset.records)
    single: np.ndarray | None = None
    ten: np.ndarray | None = None
    seen = np.ones(count, bool)
    labels: Labels | None = None
    reason = ""
    for path in request.checkpoints:
        context = _context(request, path)
        labels = _labels(request, path, context.model.output_shape, labels)
        answers = predict(context, labels.labels >= 0, request.batch_size)
        seen &= answers.seen
        single = answers.single if single is None else single + answers.single
        reason = reason or answers.no_ten_crops
        if answers.ten is not None:
            ten = answers.ten if ten is None else ten + answers.ten
    if labels is None or single is None:
        raise RequestError("no checkpoint was given")
    if not seen.any():
        raise RequestError(f"no image of {request.dataset.name} can be read")
    truth, classes = labels.labels[seen], single.shape[1]
    top1, top5 = top_errors(ranks(single[seen], truth), classes)
    ten_top1, ten_top5 = None, None
    if ten is not None and not reason:
        ten_top1, ten_top5 = top_errors(ranks(ten[seen], truth), classes)
    return Errors(
        int(seen.sum()), int(count - seen.sum()), classes, top1, top5, ten_top1, ten_top5, reason
    )


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
    """

    seen: np.ndarray
    single: np.ndarray
    ten: np.ndarray | None
    no_ten_crops: str


def predict(context: Context, wanted: np.ndarray, batch_size: int) -> Answers:
    """Run a network on the central crop and the ten crops of images.

    Parameters
    ----------
    context : Context
        The network, its preprocessing and the data.
    wanted : bool array [n]
        Records to read.
    batch_size : int
    """
    model, preprocessing, dataset = context.model, context.preprocessing, context.dataset
    sidecar = read_sidecar(context.source.checkpoint)
    mean_square = sidecar.mean_square if sidecar else None
    reason = ""
    try:
        square = square_of(preprocessing)
    except RequestError as error:
        reason, square = str(error), preprocessing
    classes = model.output_shape[-1]
    seen = np.zeros(len(wanted), bool)
    single = np.zeros((len(wanted), classes), np.float32)
    ten = None if reason else np.zeros_like(single)
    indices = np.flatnonzero(wanted)
    with progress(f"evaluating {context.source.checkpoint.name}", len(indices), "images") as bar:
        for batch in read_batches(dataset, square, batch_size, indices):
            bar.update(len(batch.indices) + len(batch.unreadable))
            if not len(batch.indices):
                continue
            seen[batch.indices] = True
            if ten is None:
                inputs = preprocessing.tensor(batch.pictures)
                single[batch.indices] = _probabilities(model, inputs, batch_size)
                continue
            for crop in range(CROPS):
                inputs = crop_inputs(batch.pictures, crop, preprocessing, mean_square)
                answer = _probabilities(model, inputs, batch_size)
                ten[batch.indices] += answer / CROPS
                if crop == CENTRE:
                    single[batch.indices] = answer
    return Answers(seen, single, ten, reason)


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


def _probabilities(model: keras.Model, inputs: np.ndarray, batch_size: int) -> np.ndarray:
    # Always a whole batch, so that one graph does for all.
    full = np.zeros((batch_size, *inputs.shape[1:]), np.float32)
    full[: len(inputs)] = inputs
    output = np.asarray(model.predict_on_batch(full), np.float64)[: len(inputs)]
    if (output >= 0).all() and np.allclose(output.sum(1), 1, atol=1e-3):
        return output
    exponent = np.exp(output - output.max(1, keepdims=True))  # class scores before the softmax
    return exponent / exponent.sum(1, keepdims=True)


def _context(request: EvaluationRequest, path: Path) -> Context:
    source = Source(
        path,
        request.preset,
        request.preprocessing,
        request.labels,
        request.labels_in_order,
        request.imports,
    )
    return Context(source, request.dataset, Settings(batch_size=request.batch_size))


def _labels(
    request: EvaluationRequest, path: Path, shape: Sequence[Any], before: Labels | None
) -> Labels:
    if len(shape) != 2 or shape[1] is None or shape[1] < 2:
        raise RequestError(
            f"{path} has outputs of shape {tuple(shape)}; an error needs (N, classes)"
        )
    sidecar = read_sidecar(path)
    labels = resolve_labels(
        request.dataset,
        shape[1],
        (sidecar.class_names or None) if sidecar else None,
        (sidecar.class_ids or None) if sidecar else None,
        request.labels,
        request.labels_in_order or bool(sidecar and sidecar.labels_in_order),
    )
    if not labels.known:
        raise RequestError(f"the true classes are not known to {path}: {labels.reason}")
    if before is not None and (
        len(before.class_names) != len(labels.class_names)
        or not np.array_equal(before.labels, labels.labels)
    ):
        raise RequestError(
            f"{path} has other classes than {request.checkpoints[0]}, or in another order; an "
            "ensemble needs networks of the same outputs"
        )
    return labels
