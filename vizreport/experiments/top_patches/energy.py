"""How much of a projection lies on the object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.drawing.tiles import energies


@dataclass(frozen=True)
class Shares:
    """Shares of the projections' energy that lie on the object, 0 to 1.

    Attributes
    ----------
    inside : float array
        Of the projection itself; NaN where it is zero throughout.
    area : float array
        If its energy were spread evenly over the receptive field.
    elsewhere : float array
        If the object lay where it does in another image, on average over all images.
    """

    inside: np.ndarray
    area: np.ndarray
    elsewhere: np.ndarray

    def put(self, units: np.ndarray, found: Shares) -> None:
        """Enter what was found of some units, int [U, 2]."""
        for name in ("inside", "area", "elsewhere"):
            getattr(self, name)[tuple(units.T)] = getattr(found, name)


def energy_shares(
    projections: np.ndarray,
    tops: np.ndarray,
    lefts: np.ndarray,
    fields: np.ndarray,
    masks: np.ndarray,
    mean_mask: np.ndarray,
) -> Shares:
    """Measure projections against masks.

    Parameters
    ----------
    projections : float array [U, h, w, C]
        On crops of the input; zero where a crop leaves it.
    tops, lefts : int array [U]
        Where each crop lies in the input.
    fields : int array [U, 4]
        Receptive fields in the input: left, top, right, bottom.
    masks : bool array [U, H, W]
        Where the object is in each unit's image.
    mean_mask : float array [H, W]
        Share of the images whose object shows at a pixel.
    """
    energy = energies(projections)
    total = energy.sum(axis=(1, 2))
    # Beyond the input there is no energy: any pixel may stand for those there.
    height, width = mean_mask.shape
    rows = (tops[:, None] + np.arange(energy.shape[1])).clip(0, height - 1)[:, :, None]
    cols = (lefts[:, None] + np.arange(energy.shape[2])).clip(0, width - 1)[:, None, :]
    there = masks[np.arange(len(masks))[:, None, None], rows, cols]
    with np.errstate(invalid="ignore"):
        inside = (energy * there).sum(axis=(1, 2)) / total
        elsewhere = (energy * mean_mask[rows, cols]).sum(axis=(1, 2)) / total
    return Shares(inside, _area(masks, fields), elsewhere)


def _area(masks: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """Return the object's share of each receptive field, by summed area tables."""
    sums = np.pad(masks.astype(np.int32).cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))
    left, top, right, bottom = fields.T
    u = np.arange(len(masks))
    inside = sums[u, bottom, right] - sums[u, top, right] - sums[u, bottom, left]
    return (inside + sums[u, top, left]) / ((right - left) * (bottom - top))
