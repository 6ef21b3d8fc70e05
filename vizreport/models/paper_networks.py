"""The paper's two networks, which share their layers 3 to 7.

ZFNet (Zeiler & Fergus, Fig. 3) has 62,357,608 parameters with 1,000 classes; the network of
Krizhevsky et al. (2012), as they replicated it (section 3), 60,965,224. Its layers 2, 4 and 5 are
in two groups, as they were split over two devices.
"""

from __future__ import annotations

from vizreport.models.architecture import Architecture, Convolution, Dense


def _network(name: str, first: Convolution, second: Convolution, groups: int) -> Architecture:
    return Architecture(
        name,
        (
            first,
            second,
            Convolution(3, 384, 3, padding=1),
            Convolution(4, 384, 3, padding=1, groups=groups),
            Convolution(5, 256, 3, padding=1, groups=groups, pool=True),
        ),
        (Dense(6, 4096), Dense(7, 4096)),
    )


ZFNET = _network(
    "zfnet",
    Convolution(1, 96, 7, stride=2, padding=1, pool=True, pool_padding=1, normalize="after"),
    Convolution(2, 256, 5, stride=2, pool=True, pool_padding=1, normalize="after"),
    groups=1,
)
KRIZHEVSKY = _network(
    "krizhevsky",
    Convolution(1, 96, 11, stride=4, padding=2, pool=True, normalize="before"),
    Convolution(2, 256, 5, padding=2, groups=2, pool=True, normalize="before"),
    groups=2,
)
