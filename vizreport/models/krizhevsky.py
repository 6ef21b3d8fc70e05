"""The network of Krizhevsky et al. (2012) as Zeiler & Fergus replicated it (section 3).

60,965,224 parameters with 1,000 classes. Layers 2, 4 and 5 are in two groups, as they were split
over two devices.
"""

from __future__ import annotations

from vizreport.models.architecture import Architecture, Convolution, Dense

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
