"""What the first layer's filters answer to gratings of every frequency. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

HIGH = 1 / 4
"""Cycles a pixel from which a frequency is high: periods of 4 px and less."""
SMALLEST = 7
"""Side in px below which no frequency lies between one period a filter and the high ones."""

_FINEST = 64  # frequencies a side, at least


def responses(filters: np.ndarray, stride: Sequence[int] = (1, 1)) -> np.ndarray:
    """Return how strongly each filter responds to gratings, squared and summed over the channels.

    Parameters
    ----------
    filters : float array [M, h, w, C]
        Of the first layer, as they act on RGB.
    stride : sequence of int
        Rows, columns; the sampled frequencies are a multiple of it.

    Returns
    -------
    float64 array [M, H, W]
        At frequencies ``numpy.fft.fftfreq`` of H and W, cycles a pixel.
    """
    sides = [
        -(-max(_FINEST, 4 * size) // step) * step
        for size, step in zip(filters.shape[1:3], stride, strict=True)
    ]
    power = np.zeros((len(filters), *sides))
    for channel in np.moveaxis(filters, -1, 0).astype(np.float64):
        power += np.square(np.abs(np.fft.fft2(channel, sides)))
    return power


def ambiguous_shares(filters: np.ndarray, stride: Sequence[int]) -> np.ndarray:
    """Return how much of each filter's response its stride leaves ambiguous: aliasing.

    Units a stride s apart cannot tell a grating from its aliases, those whose frequencies differ by
    multiples of 1/s. Of every set of aliases the one that excites the filter most is what its
    response stands for; what it responds to the others is ambiguous. A filter that responds to a
    clean grating of whatever frequency has none, even beyond the Nyquist frequency 1/(2s); a
    single pixel, which answers to all gratings alike, 1 - 1/s² (s in both directions).

    Parameters
    ----------
    filters : float array [M, h, w, C]
        Of the first layer, as they act on RGB.
    stride : sequence of int
        Rows, columns.

    Returns
    -------
    float64 array [M]
        Share of the summed squares, 0 to 1; NaN for a filter of zeros.
    """
    power = responses(filters, stride)
    count, height, width = power.shape
    rows, cols = stride
    aliases = power.reshape(count, rows, height // rows, cols, width // cols)
    kept, total = aliases.max(axis=(1, 3)).sum(axis=(1, 2)), power.sum(axis=(1, 2))
    return 1 - np.divide(kept, total, out=np.full(count, np.nan), where=total > 0)


def preferred(filters: np.ndarray) -> np.ndarray:
    """Return the frequency of the grating that excites each filter most.

    Parameters
    ----------
    filters : float array [M, h, w, C]
        Of the first layer, as they act on RGB.

    Returns
    -------
    float64 array [M]
        Cycles a pixel, 0 to 1/√2; NaN for a filter of zeros.
    """
    power = responses(filters)
    down, across = (np.fft.fftfreq(side) for side in power.shape[1:])
    radius = np.hypot(down[:, None], across[None]).ravel()
    flat = power.reshape(len(power), -1)
    return np.where(flat.any(axis=1), radius[flat.argmax(axis=1)], np.nan)


def bands(filters: np.ndarray) -> np.ndarray:
    """Count the filters that prefer low, middle and high frequencies that their size resolves.

    Low: less than one period in the filter, as blobs of colour and gradients have. High: periods of
    4 px and less. Middle: between.

    Parameters
    ----------
    filters : float array [M, h, w, C]
        Of the first layer, as they act on RGB.

    Returns
    -------
    int array [3]
    """
    found = preferred(filters)
    found = found[np.isfinite(found)]
    low, high = found < 1 / min(filters.shape[1:3]), found >= HIGH
    return np.array([(low & ~high).sum(), (~low & ~high).sum(), high.sum()])
