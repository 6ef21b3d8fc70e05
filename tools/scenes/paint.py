"""Colours of vertices: smooth noise, blends, and fur that takes the colour of its root."""

from __future__ import annotations

import numpy as np
from meshes import Mesh, surface_samples

WHITE = (1.0, 1.0, 1.0)


def cloudy(points, rng: np.random.Generator, scale: float) -> np.ndarray:
    """Smooth noise [N], 0 to 1, of about ``scale`` waves a unit."""
    points = np.asarray(points, float)
    value = np.zeros(len(points))
    for octave in range(3):
        wave = rng.normal(0, 2.5 * scale * 2**octave, (3, 5))
        value += np.sin(points @ wave + rng.uniform(0, 2 * np.pi, 5)).sum(1) / 2**octave
    return 1 / (1 + np.exp(-1.1 * value))


def blend(first, second, share) -> np.ndarray:
    """Mix colours [3] or [N, 3] by shares [N]."""
    share = np.clip(np.asarray(share, float), 0, 1)[:, None]
    return np.asarray(first) * (1 - share) + np.asarray(second) * share


def near(points, centre, width) -> np.ndarray:
    """Gaussian [N] of the distance to a centre."""
    return np.exp(-(((points - np.asarray(centre)) / np.asarray(width)) ** 2).sum(1))


def painted(scene, rng: np.random.Generator, **settings):
    """Take a material that shows the vertices' colours, a little clouded."""
    settings = {"rough": 0.9, "scale": 6, **settings}
    return scene.material("painted", rng, WHITE, (0.82, 0.82, 0.82), **settings)


def fur(scene, rng, mesh: Mesh, material, coat, count, length, width, flow, keep=None, **settings):
    """Cover a mesh with hairs.

    ``coat`` and ``flow`` give colours [N, 3] and directions [N, 3] at points [N, 3]; ``keep``
    which points grow hair.
    """
    points, out = surface_samples(mesh, count, rng)
    if keep is not None:
        chosen = keep(points)
        points, out = points[chosen], out[chosen]
    along = 0.55 * out + flow(points) + rng.normal(0, 0.2, points.shape)
    along *= (length * rng.uniform(0.7, 1.3, len(points)) / np.linalg.norm(along, axis=1))[:, None]
    # Flat on the skin and shaded as it is: turned any way, hairs glitter.
    across = np.cross(along, out + 0.4 * rng.normal(size=out.shape))
    across *= width / 2 / (np.linalg.norm(across, axis=1, keepdims=True) + 1e-9)
    corners = np.stack([points - across, points + across, points + along], 1).reshape(-1, 3)
    hairs = corners, np.arange(len(corners)).reshape(-1, 3).tolist()
    normals = out + 0.2 * rng.normal(size=out.shape)
    shades = np.clip(coat(points) * rng.uniform(0.7, 1.25, (len(points), 1)), 0, 1)
    scene.add(
        hairs, material, paint=np.repeat(shades, 3, 0), normals=np.repeat(normals, 3, 0), **settings
    )
