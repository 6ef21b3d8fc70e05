"""ZFNet (Zeiler & Fergus, Fig. 3): 62,357,608 parameters with 1,000 classes."""

from __future__ import annotations

from vizreport.models.architecture import Architecture, Convolution, Dense

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
