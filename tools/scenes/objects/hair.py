"""Hair, beards, hats and glasses of faces."""

import numpy as np
from colours import shade
from meshes import (
    ball,
    flakes,
    joined,
    lathe,
    moved,
    ring,
    rod,
    rotation,
    rough,
    smooth,
    surface_samples,
    tube,
)
from paint import cloudy, fur


def front(mesh, x, z):
    """Depth y of the front of a mesh at (x, z)."""
    points = mesh[0][mesh[0][:, 1] < 0]
    return float(points[np.argmin((points[:, 0] - x) ** 2 + (points[:, 2] - z) ** 2), 1])


def brows(scene, rng, head, hair, tint, eye_x, eye_z):
    """Add the brows of a face."""
    arch, thick, count = rng.between(0.0, 0.07), rng.between(0.01, 0.028), 200
    u = rng.uniform(-1, 1, count)
    for s in (-1, 1):
        x = s * (eye_x + 0.21 * u)
        z = (
            eye_z
            + 0.19
            + arch * (1 - u**2)
            - 0.03 * u
            + rng.normal(0, thick, count) * (1.1 - 0.5 * u)
        )
        y = np.array([front(head, a, b) for a, b in zip(x, z, strict=True)])
        points = np.stack([x, y - 0.01, z], 1)
        hairs = flakes(points, np.array([s, 0, 0.25]), 0.09, 0.013, rng, 3)
        scene.add(hairs, hair, paint=np.tile(shade(tint, 0.7), (3 * count, 1)))


def _cap(head, keep, grow):
    """The part of the head's surface where ``keep(x, y, z)``, moved outwards."""
    vertices, faces = head
    chosen = keep(*vertices.T)
    return vertices * grow, [face for face in faces if all(chosen[i] for i in face)]


def _grow(scene, rng, mesh, hair, tint, count, length, flow, width=0.028, keep=None):
    """Grow hair of one colour, in streaks."""

    def coat(p):
        return np.clip(np.asarray(tint) * (0.55 + 0.9 * cloudy(p, rng, 1.6))[:, None], 0, 1)

    scene.add(mesh, hair, paint=np.tile(shade(tint, 0.6), (len(mesh[0]), 1)))
    fur(scene, rng, mesh, hair, coat, count, length, width, flow, keep)


def dress(scene, rng, design, head, hair, tint):
    """Add what the designs of objects/face.py differ in."""
    line, side = rng.between(0.42, 0.6), rng.uniform(-0.6, 0.6)
    lay = rng.uniform(0.8, 2.6)
    top = _cap(
        head,
        lambda x, y, z: z > line * np.clip(-y * 1.6, -0.9, 1) + 0.25 * (abs(x) > 0.6) * (y < 0),
        rng.between(1.03, 1.1),
    )
    top = rough(top, rng, 0.02, 3)

    def combed(p):
        way = [0.6 * p[:, 0] + side, 0.3 + 0.4 * p[:, 1], -0.6 * (1.1 - p[:, 2])]
        return lay * np.stack(way, 1)

    def down(p):
        return np.tile((0, -0.1, -1.0), (len(p), 1))

    if design in (0, 1, 5) or (design == 2 and rng.random() < 0.6):
        _grow(scene, rng, top, hair, tint, 5000, rng.between(0.12, 0.34), combed)
    if design == 1:
        _tresses(scene, rng, hair, tint)
    if design == 2 or (design == 4 and rng.random() < 0.4):
        low = rng.between(0.2, 0.42)
        beard = _cap(
            head,
            lambda x, y, z: (
                (z < 0.9 * np.maximum(abs(x) - 0.4, 0) - low - 0.33 * (abs(x) < 0.26) * (z > -0.62))
                & (y < 0.2)
                & (z > -1)
            ),
            1.02,
        )
        _grow(scene, rng, beard, hair, tint, 3500, rng.between(0.08, 0.4), down)
        lip = _cap(
            head,
            lambda x, y, z: (abs(x) < 0.3) & (abs(z + 0.385 + 0.2 * x**2) < 0.055) & (y < 0),
            1.02,
        )
        if rng.random() < 0.8:
            _grow(scene, rng, lip, hair, tint, 700, 0.1, down)
    if design == 3:
        size, grown = rng.between(0.05, 0.11), rng.between(0.02, 0.22)
        points, out = surface_samples(top, 650, rng)
        at = points + out * rng.uniform(0, grown, (650, 1))
        curls = joined([ball(size * rng.uniform(0.7, 1.2), p, 8) for p in at])
        scene.add(top, hair, paint=np.tile(shade(tint, 0.4), (len(top[0]), 1)))
        _grow(scene, rng, curls, hair, tint, 5000, size * 0.9, lambda p: 0 * p, 0.02)
    if design == 4:
        felt_colour = rng.colour("any", "dark", "muted")
        felt = scene.material(
            "mottled", rng, felt_colour, shade(felt_colour, 0.8), scale=4, rough=0.95
        )
        brim, tall = rng.between(0.98, 1.5), rng.between(0.45, 0.85)
        crown = lathe(
            [
                (brim, rng.between(-0.08, 0.12)),
                (brim, 0.08),
                (0.88, 0.1),
                (0.86, 0.25),
                (rng.between(0.65, 0.84), tall),
                (0.55, tall + 0.08),
                (0.01, tall + 0.02),
            ],
            48,
        )
        turn = rotation("x", rng.uniform(-12, 4))
        scene.add(moved(crown, (0, 0.05, 0.5), turn), felt)
        ribbon = scene.material("plain", rng, rng.colour("dark", "any"), rough=0.5)
        band = lathe([(0.89, 0.1), (0.88, 0.28)], 40)
        scene.add(moved(band, (0, 0.05, 0.5), turn), ribbon)
        if rng.random() < 0.6:
            back = _cap(head, lambda x, y, z: (y > 0.05) & (z > -0.6), 1.05)
            _grow(scene, rng, back, hair, tint, 2500, rng.between(0.15, 0.5), down)
    if design == 5:
        frame = scene.material("plain", rng, rng.colour("black", "vivid", "metal"), rough=0.3)
        y = min(front(head, 0.3, 0.1) - 0.12, front(head, 0.0, 0.12) - 0.02)
        wide, round_ = rng.between(0.2, 0.27), rng.between(0.75, 1)
        for s in (-1, 1):
            hoop = ring(wide, rng.between(0.016, 0.035))
            hoop[0][:, 2] *= round_
            scene.add(moved(hoop, (s * 0.31, y, 0.1)), frame)
            scene.add(rod((s * (0.31 + wide), y, 0.13), (s * 0.82, 0.1, 0.12), 0.02), frame)
        scene.add(rod((-0.31 + wide, y, 0.14), (0.31 - wide, y, 0.14), 0.022), frame)
        bun = ball(rng.between(0.26, 0.42), (0, 0.35, 1.2))
        _grow(scene, rng, bun, hair, tint, 1500, 0.12, lambda p: np.cross(p, (0, 0.5, 1)))


def _tresses(scene, rng, hair, tint):
    """Add long hair at the sides and the back."""
    length, wave, open_ = rng.between(0.5, 1.7), rng.between(0, 0.08), rng.between(-35, 0)
    locks, shades = [], []
    for a in np.radians(np.linspace(open_, 180 - open_, 130) + rng.normal(0, 2, 130)):
        r = rng.uniform(0.93, 1.12)
        start = np.array([0.55 * np.cos(a), 0.55 * np.sin(a) + 0.1, rng.uniform(0.7, 0.98)])
        mid = np.array([0.9 * r * np.cos(a), 0.95 * r * np.sin(a), 0.1])
        end = np.array([0.92 * r * np.cos(a), r * np.sin(a), -length * rng.uniform(0.85, 1.05)])
        path = smooth([start, mid, end + rng.normal(0, 0.05, 3)], 16)
        path[:, :2] += wave * np.sin(np.linspace(0, 9, 16) + 3 * a)[:, None]
        lock = tube(
            path, 0.055 * np.interp(np.linspace(0, 1, 16), [0, 0.3, 0.8, 1], [0.6, 1, 1, 0.2]), 6
        )
        locks.append(lock)
        shades.append(np.tile(shade(tint, rng.uniform(0.5, 1.4)), (len(lock[0]), 1)))
    scene.add(joined(locks), hair, paint=np.concatenate(shades))
