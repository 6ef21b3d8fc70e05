"""Shapes as arrays: vertices [N, 3] and faces (lists of vertex numbers), in the object's own units.

x points to the object's left, y to its back, z up; the front looks towards -y.
"""

from __future__ import annotations

import numpy as np

Mesh = tuple[np.ndarray, list]


def rotation(axis: str, degrees: float) -> np.ndarray:
    """Return the matrix [3, 3] of a rotation about x, y or z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def moved(mesh: Mesh, offset=(0, 0, 0), turn=None, scale=1.0) -> Mesh:
    """Scale, then turn, then shift."""
    vertices, faces = mesh
    vertices = np.asarray(vertices, float) * scale
    if turn is not None:
        vertices = vertices @ np.asarray(turn).T
    return vertices + np.asarray(offset, float), faces


def joined(meshes: list[Mesh]) -> Mesh:
    """Put meshes into one."""
    vertices, faces, start = [], [], 0
    for points, polygons in meshes:
        vertices.append(np.asarray(points, float))
        faces += [[start + int(i) for i in polygon] for polygon in polygons]
        start += len(points)
    return np.concatenate(vertices), faces


def outward(mesh: Mesh) -> Mesh:
    """Turn the faces of a closed mesh round if they look inwards."""
    vertices, faces = mesh
    centred = vertices - vertices.mean(0)
    a, b, c = (centred[[face[i] for face in faces]] for i in range(3))
    if (a * np.cross(b, c)).sum() >= 0:
        return mesh
    return vertices, [face[::-1] for face in faces]


def box(size, centre=(0, 0, 0)) -> Mesh:
    """Make a box of width, depth and height."""
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    faces = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    return corners * np.asarray(size, float) / 2 + centre, faces


def loft(rings, closed: bool = False, caps: bool = True) -> Mesh:
    """Skin through rings [R, K, 3] of equal length; ``closed`` joins the last to the first."""
    rings = np.asarray(rings, float)
    count, size = rings.shape[:2]
    faces = []
    for i in range(count if closed else count - 1):
        a, b = i * size, (i + 1) % count * size
        faces += [[a + j, a + (j + 1) % size, b + (j + 1) % size, b + j] for j in range(size)]
    if caps and not closed:
        faces.append(list(range(size))[::-1])
        faces.append([(count - 1) * size + j for j in range(size)])
    return rings.reshape(-1, 3), faces


def lathe(profile, segments: int = 32) -> Mesh:
    """Turn a profile of (radius, height) about the z axis."""
    profile = np.asarray(profile, float)
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], -1)
    rings = np.empty((len(profile), segments, 3))
    rings[..., :2] = profile[:, None, :1] * ring
    rings[..., 2] = profile[:, None, 1]
    return loft(rings)


def ball(radii=(1, 1, 1), centre=(0, 0, 0), segments: int = 24) -> Mesh:
    """Make an ellipsoid with its poles on z."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)
    angle[[0, -1]] *= 0.985
    vertices, faces = lathe(np.stack([np.cos(angle), np.sin(angle)], -1), segments)
    return vertices * np.broadcast_to(np.asarray(radii, float), 3) + centre, faces


def tube(path, radius=0.05, segments: int = 10, closed: bool = False) -> Mesh:
    """Sweep a circle along a path [P, 3]; ``radius`` is a number or one a point."""
    path = np.asarray(path, float)
    radius = np.broadcast_to(np.asarray(radius, float), len(path))
    tangent = np.gradient(path, axis=0)
    if closed:
        tangent = np.roll(path, -1, 0) - np.roll(path, 1, 0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    # One reference direction for the whole path: the axis least along it.
    reference = np.eye(3)[np.argmin(np.abs(tangent).max(0))]
    side = np.cross(tangent, reference)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-9
    up = np.cross(side, tangent)
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)[:, None, None]
    rings = path + radius[:, None] * (np.cos(angle) * side + np.sin(angle) * up)
    return loft(np.moveaxis(rings, 0, 1), closed)


def rod(start, end, radius=0.05, segments: int = 10) -> Mesh:
    """Make a straight round bar."""
    return tube(np.linspace(start, end, 2), radius, segments)


def ring(radius: float, thickness: float, axis: str = "y", segments: int = 40) -> Mesh:
    """Make a torus about an axis through the origin."""
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    flat = radius * np.stack([np.cos(angle), np.sin(angle), 0 * angle], -1)
    tilt = {"z": np.eye(3), "y": rotation("x", 90), "x": rotation("y", 90)}[axis]
    # The flat ring keeps one reference (z) for all its points, so it is swept before it is turned.
    vertices, faces = tube(flat, thickness, 10, closed=True)
    return vertices @ tilt.T, faces


def slab(outline, thickness: float, axis: str = "y") -> Mesh:
    """Extrude a flat outline [K, 2] (counter-clockwise) by a thickness about the origin.

    The outline's coordinates are (x, z) for axis y, (x, y) for z and (y, z) for x.
    """
    outline = np.asarray(outline, float)
    half = np.full(len(outline), thickness / 2)
    u, v = outline.T
    stack = {
        "y": lambda h: np.stack([u, -h, v], -1),
        "z": lambda h: np.stack([u, v, h], -1),
        "x": lambda h: np.stack([h, u, v], -1),
    }[axis]
    return loft([stack(-half), stack(half)])


def sculpted(mesh: Mesh, bumps) -> Mesh:
    """Push vertices by bumps (centre, width, offset): a Gaussian of the distance to the centre."""
    vertices, faces = mesh
    pushed = vertices.copy()
    for centre, width, offset in bumps:
        squared = (((vertices - np.asarray(centre)) / np.asarray(width)) ** 2).sum(1)
        pushed += np.exp(-squared)[:, None] * np.asarray(offset)
    return pushed, faces


def rough(mesh: Mesh, rng: np.random.Generator, amount: float, scale: float = 2.0) -> Mesh:
    """Displace the vertices along their direction from the centre by smooth noise."""
    vertices, faces = mesh
    centre = vertices.mean(0)
    out = vertices - centre
    size = np.linalg.norm(out, axis=1).mean()
    value = np.zeros(len(vertices))
    for octave in range(4):
        wave = rng.normal(0, scale * 2**octave / size, (3, 4))
        phase = rng.uniform(0, 2 * np.pi, 4)
        value += np.sin(vertices @ wave + phase).sum(1) / 2**octave
    return vertices + out * (amount * value / 3)[:, None], faces


def flakes(points, directions, length, width, rng: np.random.Generator, sides: int = 4) -> Mesh:
    """Scatter small flat leaves (``sides`` 4) or hairs (3) at points [N, 3] along directions."""
    points = np.asarray(points, float)
    directions = np.broadcast_to(np.asarray(directions, float), points.shape)
    count = len(points)
    along = directions / (np.linalg.norm(directions, axis=1, keepdims=True) + 1e-9)
    across = np.cross(along, rng.normal(size=(count, 3)))
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    length = (np.asarray(length) * rng.uniform(0.7, 1.3, count))[:, None]
    side = across * np.broadcast_to(np.asarray(width, float), count)[:, None] / 2
    tip = points + along * length
    if sides == 3:
        corners = np.stack([points - side, points + side, tip], 1)
    else:
        middle = points + along * length * 0.45
        corners = np.stack([points, middle + side, tip, middle - side], 1)
    faces = np.arange(count * corners.shape[1]).reshape(count, -1).tolist()
    return corners.reshape(-1, 3), faces


def surface_samples(mesh: Mesh, count: int, rng: np.random.Generator):
    """Draw points and outward normals [count, 3] on quads and triangles, by their area."""
    vertices, faces = mesh
    triples = np.array([face[:3] for face in faces if len(face) in (3, 4)])
    a, b, c = (vertices[triples[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    area = np.linalg.norm(normal, axis=1)
    chosen = rng.choice(len(triples), count, p=area / area.sum())
    # Quads are near parallelograms, which two edges span.
    u, v = rng.uniform(size=(2, count, 1))
    points = b[chosen] + u * (a - b)[chosen] + v * (c - b)[chosen]
    unit = normal[chosen] / (area[chosen, None] + 1e-12)
    return points, unit


def smooth(points, count: int = 40, closed: bool = False) -> np.ndarray:
    """Catmull-Rom curve of ``count`` points through points [K, D]."""
    points = np.asarray(points, float)
    if closed:
        padded = np.concatenate([points[-1:], points, points[:2]])
    else:
        padded = np.concatenate(
            [2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]]
        )
    spans = len(padded) - 3
    t = np.linspace(0, spans, count, endpoint=not closed)
    i = np.minimum(t.astype(int), spans - 1)
    t = (t - i)[:, None]
    p0, p1, p2, p3 = (padded[i + k] for k in range(4))
    return 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
