"""What a builder tells about the object that it made."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Subject:
    """An object to photograph.

    Attributes
    ----------
    parts : dict of name to (x, y, z)
        Named points on the surface, in the builder's units.
    stages : tuple of str
        Where it may stand: "table", "floor", "street", "meadow", "portrait", "air", "water".
    yaw, elevation : (low, high)
        Turn of the object away from the camera and height of the camera above it, degrees.
    roll : (low, high)
        Bank of things in the air, degrees.
    fill : (low, high)
        Larger extent of the object in the picture, as a share of its side.
    metres : float
        Its size in life, for the grass round it.
    stretch : float
        How much wider, deeper or higher it may be made than it was built, as a share.
    frame : array [N, 3] or None
        What the camera frames; None: all vertices of the object.
    """

    parts: dict[str, tuple[float, float, float]]
    stages: tuple[str, ...]
    yaw: tuple[float, float] = (-60, 60)
    elevation: tuple[float, float] = (3, 30)
    roll: tuple[float, float] = (0, 0)
    fill: tuple[float, float] = (0.55, 0.95)
    metres: float = 1.0
    stretch: float = 0.0
    frame: np.ndarray | None = field(default=None)
