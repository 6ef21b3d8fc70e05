"""The network of Krizhevsky et al. (2012) as Zeiler & Fergus replicated it (section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vizreport.models.architecture import Architecture, Convolution, Dense

if TYPE_CHECKING:
    import keras

KRIZHEVSKY = Architecture(
    "krizhevsky",
    (
        Convolution(1, 96, 11, stride=4, padding=2, pool=True, normalize="before"),
        Convolution(2, 256, 5, padding=2, groups=2, pool=True, normalize="before"),
        Convolution(3, 384, 3, padding=1),
        Convolution(4, 384, 3, padding=1, groups=2),
        Convolution(5, 256, 3, padding=1, groups=2, pool=True),
    ),
    (Dense(6, 4096), Dense(7, 4096)),
)


def krizhevsky(classes: int = 1000, input_size: int = 224, width: float = 1.0) -> keras.Model:
    """Build the network of Krizhevsky et al.: 60,965,224 parameters at full size, 1,000 classes.

    Layers 2, 4 and 5 are in two groups, as they were split over two devices.

    Parameters
    ----------
    classes : int
        Outputs.
    input_size : int
        Side of the square RGB input in pixels.
    width : float
        Multiplies the maps and units of layers 1 to 7.

    Raises
    ------
    RequestError
        Too small an input, a width not above 0, fewer than 2 classes.
    """
    from vizreport.models.network import build_network

    return build_network(KRIZHEVSKY, classes, input_size, width)
