"""Learn a deconvolutional network of two layers from pictures, and measure it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import tensorflow as tf

from vizreport.data.dataset import Dataset
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.reading import read_batches
from vizreport.deconvolutional.contrast import normalise_contrast
from vizreport.deconvolutional.learning import compile_encoder, learn_layer, random_filters
from vizreport.deconvolutional.operator import POOLING
from vizreport.deconvolutional.strongest import (
    Extremes,
    extremes,
    joined,
    patches,
    projections,
    strongest,
)
from vizreport.errors import RequestError
from vizreport.experiments.deconvolutional.result import DeconvolutionalResult
from vizreport.system.progress import progress

HELD_OUT = 5
"""Every fifth picture is not learned from."""

EXAMPLES = 3
STEP = 4 / 127
"""Of stored pictures after contrast normalisation, which hardly leave -4 to 4."""


@dataclass(frozen=True)
class LearningRequest:
    """What to learn.

    Attributes
    ----------
    dataset : Dataset
        The pictures; a part of them is held out.
    input_size : int
        Height and width, px; even.
    channels : {"RGB", "L"}
        Learn from colour or from grey pictures.
    maps : (int, int)
        Feature maps of layers 1 and 2.
    weights : (float, float)
        lambda of layers 1 and 2.
    sides : (int, int)
        Of the filters, odd: px, and places of the pooled maps.
    iterations : int
        Of each inference.
    epochs, batch_size, seed : int
        Passes over the pictures for each layer; pictures of a batch; what the first filters and the
        order are drawn from.
    """

    dataset: Dataset
    input_size: int = 64
    channels: str = "RGB"
    maps: tuple[int, int] = (24, 24)
    weights: tuple[float, float] = (1.0, 1.0)
    sides: tuple[int, int] = (7, 5)
    iterations: int = 15
    epochs: int = 3
    batch_size: int = 8
    seed: int = 0


def learn(request: LearningRequest, log: Callable[[str], None]) -> DeconvolutionalResult:
    """Learn layer 1, then layer 2 above it, then infer all pictures once more and measure.

    Parameters
    ----------
    request : LearningRequest
        The pictures, and the sizes of what is learned of them.
    log : callable
        Is given a line for each step.

    Raises
    ------
    RequestError
        If fewer than ``HELD_OUT`` pictures can be read.
    """
    pictures, inputs = _read(request)
    held_out = np.arange(len(inputs)) % HELD_OUT == 0
    batches = partial(
        _batches, inputs[~held_out], request.batch_size, np.random.default_rng(request.seed)
    )
    banks: list[np.ndarray] = []
    learning = {}
    for depth in (0, 1):
        side, count = request.sides[depth], request.maps[depth]
        below = request.maps[0] if depth else inputs.shape[-1]
        start = random_filters((side, side, below, count), request.seed + depth)
        total = request.epochs * int((~held_out).sum())
        with progress(f"learning layer {depth + 1}", total, "pictures") as bar:
            bank, learning[str(depth + 1)] = learn_layer(
                batches,
                start,
                banks,
                request.weights,
                request.iterations,
                request.epochs,
                bar.update,
            )
        banks.append(bank)
        log(
            f"layer {depth + 1}: objective {learning[str(depth + 1)][0]:.0f} in the first batch, "
            f"{learning[str(depth + 1)][-1]:.0f} in the last"
        )
    return _measure(request, pictures, inputs, held_out, banks, learning)


def _read(request: LearningRequest) -> tuple[np.ndarray, np.ndarray]:
    size, depth = request.input_size, 1 if request.channels == "L" else 3
    preprocessing = Preprocessing(
        (size, size),
        "shortest",
        size,
        "center",
        request.channels,
        1 / 255,
        (0.0,) * depth,
        (1.0,) * depth,
    )
    pictures, inputs = [], []
    for batch in read_batches(request.dataset, preprocessing, request.batch_size):
        pictures.append(batch.pictures)
        if len(batch.pictures):
            inputs.append(normalise_contrast(preprocessing.tensor(batch.pictures)))
    count = sum(map(len, pictures))
    if count < HELD_OUT:
        raise RequestError(
            f"{request.dataset.name} has {count} readable images; learning needs at least "
            f"{HELD_OUT}"
        )
    return np.concatenate(pictures), np.concatenate(inputs)


def _batches(
    inputs: np.ndarray, batch_size: int, random: np.random.Generator
) -> Iterator[np.ndarray]:
    order = random.permutation(len(inputs))
    for start in range(0, len(order), batch_size):
        yield inputs[order[start : start + batch_size]]


def _measure(
    request: LearningRequest,
    pictures: np.ndarray,
    inputs: np.ndarray,
    held_out: np.ndarray,
    banks: list[np.ndarray],
    learning: dict[str, np.ndarray],
) -> DeconvolutionalResult:
    filters = [tf.constant(bank) for bank in banks]
    encode = compile_encoder(request.weights, request.iterations)
    found: list[list[Extremes]] = [[], []]
    traces: list[list[np.ndarray]] = [[], []]
    snr: list[list[np.ndarray]] = [[], []]
    active: list[list[np.ndarray]] = [[], []]
    shown: list[list[np.ndarray]] = [[], []]
    units, shape, kept = {}, (0, 0), []
    with progress("measuring", len(inputs), "pictures") as bar:
        for start in range(0, len(inputs), request.batch_size):
            part = slice(start, start + request.batch_size)
            layers, (switches,) = encode(tf.constant(inputs[part]), *filters)
            kept.append(np.packbits(switches.numpy().astype(bool), -1))
            for depth, layer in enumerate(layers):
                maps, below, trace = (tensor.numpy() for tensor in layer)
                test = held_out[part]
                found[depth].append(extremes(maps))
                traces[depth].append(trace[:, test].T)
                snr[depth].append(signal_to_noise(inputs[part][test], below[test]))
                active[depth].append((maps[test] != 0).mean((1, 2, 3)))
                shown[depth].append(below[test][:EXAMPLES])
                units[str(depth + 1)] = int(np.prod(maps.shape[1:]))
                shape = maps.shape[1:3]
            bar.update(len(inputs[part]))
    of_all = np.unpackbits(np.concatenate(kept), -1, count=request.maps[0])
    tops = [strongest(joined(parts)) for parts in found]
    names = ("1", "2")
    examples = np.flatnonzero(held_out)[:EXAMPLES]
    return DeconvolutionalResult(
        data=request.dataset.name,
        data_fingerprint=request.dataset.fingerprint,
        pictures=int((~held_out).sum()),
        settings={
            "input_size": request.input_size,
            "channels": request.channels,
            "maps": list(request.maps),
            "weights": list(request.weights),
            "sides": list(request.sides),
            "pooling": POOLING,
            "iterations": request.iterations,
            "epochs": request.epochs,
            "batch_size": request.batch_size,
            "seed": request.seed,
        },
        filters=dict(zip(names, banks, strict=True)),
        learning=learning,
        inference={
            name: np.concatenate(traces[i]).mean(0, dtype=np.float64)
            for i, name in enumerate(names)
        },
        snr={name: np.concatenate(snr[i]) for i, name in enumerate(names)},
        active={name: np.concatenate(active[i]) for i, name in enumerate(names)},
        units=units,
        examples=pictures[examples],
        inputs=_quantised(inputs[examples]),
        reconstructions={
            name: _quantised(np.concatenate(shown[i])[:EXAMPLES]) for i, name in enumerate(names)
        },
        step=STEP,
        signs={name: top[0] for name, top in zip(names, tops, strict=True)},
        activations={name: top[1] for name, top in zip(names, tops, strict=True)},
        patches={
            name: patches(pictures, tops[i][2], tops[i][3], request.sides[: i + 1])
            for i, name in enumerate(names)
        },
        projections=projections(filters, of_all, shape, tops[1][2], tops[1][3], tops[1][0]),
    )


def signal_to_noise(signal: np.ndarray, reconstruction: np.ndarray) -> np.ndarray:
    """Return 10 log10(|y|^2 / |y - r|^2) of each picture [N, H, W, C], dB, float64 [N]."""
    error = ((signal - reconstruction).astype(np.float64) ** 2).sum((1, 2, 3))
    power = (signal.astype(np.float64) ** 2).sum((1, 2, 3))
    tiny = np.finfo(np.float64).tiny
    return 10 * np.log10(np.maximum(power, tiny) / np.maximum(error, tiny))


def _quantised(values: np.ndarray) -> np.ndarray:
    return np.clip(np.round(values / STEP), -127, 127).astype(np.int8)
