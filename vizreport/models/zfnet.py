"""ZFNet (Zeiler & Fergus, Fig. 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vizreport.models.architecture import Architecture, Convolution, Dense

if TYPE_CHECKING:
    import keras

ZFNET = Architecture(
    "zfnet",
    (
        Convolution(1, 96, 7, stride=2, padding=1, pool=True, pool_padding=1, normalize="after"),
        Convolution(2, 256, 5, stride=2, pool=True, pool_padding=1, normalize="after"),
        Convolution(3, 384, 3, padding=1),
        Convolution(4, 384, 3, padding=1),
        Convolution(5, 256, 3, padding=1, pool=True),
    ),
    (Dense(6, 4096), Dense(7, 4096)),
)


def zfnet(classes: int = 1000, input_size: int = 224, width: float = 1.0) -> keras.Model:
    """Build ZFNet as in Fig. 3: 62,357,608 parameters at full size with 1,000 classes.

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

    return build_network(ZFNET, classes, input_size, width)
