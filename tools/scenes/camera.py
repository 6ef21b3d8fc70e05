"""Where the camera stands, and where points in space come to lie in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mathutils import Matrix
from scene import SIDE

SENSOR = 36.0
"""Width of the sensor, mm."""


@dataclass(frozen=True)
class View:
    """A camera: position [3], rotation [3, 3] (columns right, up, backwards), focal length, mm."""

    position: np.ndarray
    axes: np.ndarray
    focal: float

    def project(self, points) -> tuple[np.ndarray, np.ndarray]:
        """Positions [N, 2] in px (x to the right, y down) and depths [N] along the axis."""
        local = (np.asarray(points, float) - self.position) @ self.axes
        depth = -local[:, 2]
        flat = local[:, :2] / depth[:, None] * self.focal / SENSOR
        return (flat * (1, -1) + 0.5) * SIDE, depth


def frame(points, centre, azimuth, elevation, roll, focal, fill, shift) -> View:
    """Aim at ``centre`` so that ``points`` fill the share ``fill``, off the middle by ``shift``.

    Angles in degrees; azimuth 0 looks along +y, elevation is the camera's height above the centre.
    ``shift`` is a share of the room that is left on each side.
    """
    a, e = np.radians(azimuth), np.radians(elevation)
    back = np.array([-np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])
    right = np.cross([0, 0, 1.0], back)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(back, right), back], 1)
    c, s = np.cos(np.radians(roll)), np.sin(np.radians(roll))
    axes = axes @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    distance, aim = 8.0, np.asarray(centre, float)
    for step in range(40):
        flat, _depth = View(aim + distance * back, axes, focal).project(points)
        low, high = flat.min(0), flat.max(0)
        extent = (high - low).max() / SIDE
        if step >= 6 and abs(extent / fill - 1) < 0.15:
            break
        # Centre the extent, then put it off the middle.
        room = np.maximum(0, 1 - (high - low) / SIDE) / 2
        wanted = 0.5 + np.asarray(shift) * room
        off = (wanted - (low + high) / 2 / SIDE) * distance * SENSOR / focal
        aim = aim - axes[:, 0] * off[0] + axes[:, 1] * off[1]
        # What is long and near makes full steps swing to and fro: then smaller ones.
        distance *= extent / fill if step < 6 else (extent / fill) ** 0.4
        distance = float(np.clip(distance, 1.0 if step < 6 else 1.5, 80.0))
    return View(aim + distance * back, axes, focal)


def set_camera(camera, view: View, focus: float, blur: float) -> None:
    """Put the renderer's camera there; ``blur`` is the far background's, a share of the width."""
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = view.axes, view.position
    camera.matrix_world = Matrix(matrix.tolist())
    camera.data.lens, camera.data.sensor_width = view.focal, SENSOR
    camera.data.dof.focus_distance = focus
    # Circle of confusion at infinity: focal^2 / (N focus), in metres for 1 unit = 1 m.
    metres = view.focal / 1000
    camera.data.dof.aperture_fstop = metres**2 / (focus * blur * SENSOR / 1000)
