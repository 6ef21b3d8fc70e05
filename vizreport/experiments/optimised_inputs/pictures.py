"""From optimised values to pixels, and from pixels to a network's input, forward and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.data.preprocessing import Preprocessing

_LEAST = 1e-12


class Fourier:
    """Pictures as spectra in decorrelated colours (Olah et al. 2017).

    A coefficient is divided by its frequency, so that a step of one size changes coarse and fine
    structure as pictures have them; three components take the place of red, green and blue, each
    of the variance that it has in the data.

    Parameters
    ----------
    shape : (int, int)
        Height and width, px.
    colours : float array [C, C]
        From components to colours; their product with the transpose is the covariance.
    """

    def __init__(self, shape: tuple[int, int], colours: np.ndarray) -> None:
        from scipy import fft  # slow to import

        self.shape, self.colours = shape, colours.astype(np.float32)
        # A few px more, so that lengths have small factors alone.
        self._whole = fft.next_fast_len(shape[0], True), fft.next_fast_len(shape[1], True)
        down = np.fft.fftfreq(self._whole[0])[:, None]
        across = np.fft.rfftfreq(self._whole[1])[None]
        frequency = np.maximum(np.hypot(down, across), 1 / max(shape))
        self.scale = (1 / frequency).astype(np.float32)
        # A real picture's spectrum is half of the whole: the other half moves with it.
        twice = (across > 0) & (np.arange(across.size) * 2 < self._whole[1])
        self._weight = np.where(twice, 2, 1).astype(np.float32)

    def start(self, random: np.random.Generator) -> np.ndarray:
        """Draw a spectrum: complex64 [C, h', w' / 2 + 1]."""
        size = (2, len(self.colours), *self.scale.shape)
        real, imaginary = random.normal(0, 1, size).astype(np.float32)
        return (real + 1j * imaginary).astype(np.complex64)

    def pictures(self, spectra: np.ndarray) -> np.ndarray:
        """Return what spectra look like: float32 [U, h, w, C], about 0."""
        from scipy import fft

        plain = fft.irfft2(spectra * self.scale, self._whole, norm="ortho")
        plain = plain[..., : self.shape[0], : self.shape[1]].astype(np.float32)
        found: np.ndarray = np.moveaxis(plain, 1, -1) @ self.colours.T
        return found

    def back(self, signals: np.ndarray) -> np.ndarray:
        """Carry derivatives by pictures back to spectra."""
        from scipy import fft

        mixed = np.moveaxis(signals @ self.colours, -1, 1)
        found = fft.rfft2(mixed, self._whole, norm="ortho")  # beyond the picture lies 0
        spectra: np.ndarray = (found * self.scale * self._weight).astype(np.complex64)
        return spectra


class Pixels:
    """Pictures as they are: each value of each pixel by itself.

    Parameters
    ----------
    shape : (int, int)
        Height and width, px.
    channels : int
    """

    def __init__(self, shape: tuple[int, int], channels: int) -> None:
        self.shape, self.channels = shape, channels

    def start(self, random: np.random.Generator) -> np.ndarray:
        """Draw a picture: float32 [h, w, C]."""
        return random.normal(0, 1, (*self.shape, self.channels)).astype(np.float32)

    def pictures(self, pixels: np.ndarray) -> np.ndarray:
        """Return the pictures."""
        return pixels

    def back(self, signals: np.ndarray) -> np.ndarray:
        """Return the derivatives."""
        return signals


def with_contrast(pictures: np.ndarray, contrasts: np.ndarray) -> np.ndarray:
    """Scale pictures about 0 to root mean squares: [U, h, w, C]."""
    found: np.ndarray = pictures * (contrasts / _strengths(pictures))[:, None, None, None]
    return found


def contrast_back(pictures: np.ndarray, contrasts: np.ndarray, signals: np.ndarray) -> np.ndarray:
    """Carry derivatives back through :func:`with_contrast`."""
    strengths = _strengths(pictures)
    along = np.einsum("uhwc,uhwc->u", pictures, signals) / (strengths**2 * pictures[0].size)
    found: np.ndarray = (signals - pictures * along[:, None, None, None]) * (contrasts / strengths)[
        :, None, None, None
    ]
    return found


def _strengths(pictures: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.sqrt(np.square(pictures).mean(axis=(1, 2, 3))) + _LEAST
    return found


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a preprocessing makes of pixels, anywhere in the input.

    Attributes
    ----------
    linear : float32 [C', C]
        From a pixel's colours to the network's channels.
    offset : float32 [H, W, C]
        What black becomes.
    """

    linear: np.ndarray
    offset: np.ndarray

    @classmethod
    def of(cls, preprocessing: Preprocessing) -> Prepared:
        """Measure a preprocessing, which is affine."""
        channels = preprocessing.image_channels
        black = np.zeros((1, *preprocessing.input_size, channels), np.uint8)
        offset = preprocessing.tensor(black)[0]
        rows = []
        for channel in range(channels):
            pure = black.copy()
            pure[..., channel] = 255
            rows.append((preprocessing.tensor(pure)[0] - offset)[0, 0] / 255)
        return cls(np.stack(rows), offset)

    def inputs(self, pixels: np.ndarray, top: int, left: int) -> np.ndarray:
        """Return what the network is given for crops of pixels at a place: float32 [U, h, w, C]."""
        height, width = pixels.shape[1:3]
        there = self.offset[top : top + height, left : left + width]
        found: np.ndarray = pixels @ self.linear + there
        return found

    def back(self, signals: np.ndarray) -> np.ndarray:
        """Carry derivatives at the network's input back to pixels."""
        found: np.ndarray = signals @ self.linear.T
        return found


def colour_statistics(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean colour of pictures and a root of the covariance of their colours.

    Parameters
    ----------
    pictures : uint8 [N, h, w, C]

    Returns
    -------
    mean : float32 [C]
        0 to 255.
    root : float32 [C, C]
        The symmetric one, divided by its largest singular value.
    """
    pixels = pictures.reshape(-1, pictures.shape[-1]).astype(np.float64)
    covariance = np.atleast_2d(np.cov(pixels, rowvar=False))
    values, vectors = np.linalg.eigh(covariance)
    # A component that the data hardly have is still open to the optimum.
    values = np.maximum(values, 1e-3 * max(values.max(), _LEAST))
    root = (vectors * np.sqrt(values)) @ vectors.T
    return pixels.mean(axis=0).astype(np.float32), (root / np.sqrt(values.max())).astype(np.float32)
