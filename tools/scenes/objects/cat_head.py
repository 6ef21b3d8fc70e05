"""A cat's head: skull, muzzle, ears, eyes, whiskers and fur."""

from dataclasses import dataclass

import numpy as np
from colours import mix, shade
from meshes import (
    ball,
    flakes,
    joined,
    moved,
    rotation,
    sculpted,
    slab,
    smooth,
    surface_samples,
    tube,
)
from paint import fur, painted

from objects.hair import front


@dataclass(frozen=True)
class Proportions:
    """Proportions of a head of radius 1 and its hair."""

    wide: float
    high: float
    muzzle: float
    ear: float
    ear_width: float
    lean: float
    eye: float
    slant: float
    hair: float


def draw_proportions(rng, design):
    """Draw the proportions of one of the designs of objects/cat.py."""
    long, slim = design == 1, design == 2
    return Proportions(
        wide=rng.between(0.94, 1.1) if not slim else rng.between(0.8, 0.92),
        high=rng.between(0.8, 0.92) if not slim else rng.between(0.86, 0.96),
        muzzle=rng.between(0.12, 0.28) if not long else rng.between(0.02, 0.14),
        ear=rng.between(0.55, 0.8) if not long else rng.between(0.42, 0.58),
        ear_width=rng.between(0.9, 1.15) if not slim else rng.between(1.15, 1.4),
        lean=rng.between(10, 26) if not slim else rng.between(26, 42),
        eye=rng.between(0.85, 1.12) if not slim else rng.between(0.78, 0.95),
        slant=rng.between(6, 18) if not slim else rng.between(16, 28),
        hair=rng.between(0.09, 0.17) if not long else rng.between(0.24, 0.4),
    )


def cat_head(scene, rng, shape, coat, matrix, hairs):
    """Add a head; ``matrix`` carries it from its own units to the object's; returns parts."""
    take = scene.material

    def put(mesh, material, **settings):
        vertices, faces = mesh
        return scene.add((vertices @ matrix[:3, :3].T + matrix[:3, 3], faces), material, **settings)

    skull = sculpted(
        ball((shape.wide, 0.82, shape.high), segments=44),
        [
            ((0, -0.75, -0.3), (0.3, 0.35, 0.24), (0, -shape.muzzle, -0.02)),
            ((0, -0.8, 0.05), (0.16, 0.4, 0.35), (0, -0.4 * shape.muzzle, 0)),
            ((-0.38, -0.7, 0.14), (0.24, 0.3, 0.2), (0, 0.1, 0)),
            ((0.38, -0.7, 0.14), (0.24, 0.3, 0.2), (0, 0.1, 0)),
            ((-0.75, -0.2, -0.4), (0.3, 0.5, 0.3), (-0.11, 0, -0.02)),
            ((0.75, -0.2, -0.4), (0.3, 0.5, 0.3), (0.11, 0, -0.02)),
        ],
    )
    hide = painted(scene, rng)
    put(skull, hide, levels=1, paint=coat.head(skull[0]))
    muzzle_y = front(skull, 0.0, -0.3)
    pads = joined(
        [ball((0.21, 0.16, 0.16), (s * 0.16, muzzle_y + 0.06, -0.36), 18) for s in (-1, 1)]
        + [ball((0.16, 0.14, 0.12), (0, muzzle_y + 0.1, -0.52), 14)]
    )
    put(pads, hide, levels=1, paint=coat.head(pads[0]))
    nose_tint = mix((0.5, 0.2, 0.18), coat.dark, rng.uniform(0, 0.9))
    pink = take("plain", rng, nose_tint, rough=0.5)
    parts = {}
    _ears(put, rng, shape, coat, hide, take("plain", rng, (0.5, 0.24, 0.2), rough=0.7), parts)
    _eyes(put, scene, rng, shape, skull, coat, parts)
    nose_y = muzzle_y - 0.09
    nose = sculpted(
        ball((0.1, 0.06, 0.07), (0, nose_y, -0.22), 16),
        [((0, nose_y, -0.3), (0.2, 0.2, 0.06), (0, 0, -0.03))],
    )
    put(nose, pink)
    line = take("plain", rng, (0.03, 0.015, 0.015), rough=0.6)
    for s in (-1, 1):
        path = [
            (0, nose_y - 0.03, -0.28),
            (0.01 * s, nose_y - 0.04, -0.4),
            (s * 0.12, nose_y - 0.01, -0.47),
            (s * 0.24, nose_y + 0.08, -0.42),
        ]
        put(tube(smooth(path, 12), 0.014, 6), line)
    _whiskers(put, scene, rng, nose_y)

    def bald(p):
        eyes = (abs(abs(p[:, 0]) - 0.4) < 0.25) & (abs(p[:, 2] - 0.12) < 0.22) & (p[:, 1] < 0)
        return ~(eyes | ((abs(p[:, 0]) < 0.13) & (abs(p[:, 2] + 0.28) < 0.12) & (p[:, 1] < -0.4)))

    def flow(p):
        return np.stack([p[:, 0] * 0.9, 0.5 + 0 * p[:, 0], p[:, 2] * 0.5 - 0.3], -1)

    def furred(mesh, count, length):
        turned = matrix[:3, :3] / np.cbrt(np.linalg.det(matrix[:3, :3]))
        size = float(np.cbrt(np.linalg.det(matrix[:3, :3])))
        placed = (mesh[0] @ matrix[:3, :3].T + matrix[:3, 3], mesh[1])

        def back(p):
            return (p - matrix[:3, 3]) @ turned / size

        fur(
            scene,
            rng,
            placed,
            hide,
            lambda p: coat.head(back(p)),
            count,
            length * size,
            0.018 * size,
            lambda p: flow(back(p)) @ turned.T,
            keep=lambda p: bald(back(p)),
        )

    furred(skull, hairs, shape.hair)
    furred(pads, hairs // 6, 0.06)
    parts |= {"nose": (0, nose_y - 0.07, -0.22), "mouth": (0, nose_y - 0.03, -0.42)}
    return {k: tuple(np.asarray(v) @ matrix[:3, :3].T + matrix[:3, 3]) for k, v in parts.items()}


def _whiskers(put, scene, rng, nose_y):
    white = scene.material("plain", rng, (0.9, 0.9, 0.88), rough=0.4)
    hairs = []
    for s in (-1, 1):
        for k in range(5):
            a = np.array([s * 0.25, nose_y + 0.03, -0.32 - 0.04 * k])
            b = a + (s * rng.uniform(0.7, 1.1), rng.uniform(-0.05, 0.3), 0.2 - 0.12 * k)
            path = smooth([a, (a + b) / 2 + (0, 0, 0.05), b], 8)
            hairs.append(tube(path, np.linspace(0.007, 0.002, 8), 5))
    put(joined(hairs), white)


def _ears(put, rng, shape, coat, hide, pink, parts):
    outline = smooth(
        [(-0.32, -0.2), (0.32, -0.2), (0.26, 0.2), (0.04, shape.ear), (-0.22, 0.25)], 30, True
    ) * (shape.ear_width, 1)
    for name, s in (("right ear", -1), ("left ear", 1)):
        turn = rotation("z", s * 22) @ rotation("y", s * shape.lean)
        place = np.array([s * 0.58 * shape.wide, -0.08, shape.high - 0.22])
        shell = sculpted(
            slab(outline if s > 0 else (outline * (-1, 1))[::-1], 0.12),
            [((0, 0, 0), (0.2, 1, 0.3), (0, 0.08, 0))],
        )
        shell = moved(shell, place, turn)
        put(shell, hide, paint=coat.head(shell[0]))
        inner = slab((outline * (s * 0.7, 0.78))[:: 1 if s > 0 else -1], 0.05)
        put(moved(inner, place + turn @ (0, -0.06, -0.01), turn), pink)
        parts[name] = tuple(place + turn @ (0, -0.1, shape.ear * 0.4))
        points, _ = surface_samples(inner, 90, rng)
        points = points[points[:, 0] * s < 0.12]
        tuft = flakes(points, np.array([0.1 * s, -0.25, 1.0]), 0.18, 0.022, rng, 3)
        light = np.tile(mix(coat.light, (0.8, 0.78, 0.74), 0.5), (len(tuft[0]), 1))
        put(moved(tuft, place + turn @ (0, -0.09, 0), turn), hide, paint=light)


def _eyes(put, scene, rng, shape, skull, coat, parts):
    take = scene.material
    hue = rng.uniform()
    tint = mix((0.55, 0.3, 0.03), (0.25, 0.42, 0.06), hue) if not coat.blue else (0.12, 0.3, 0.6)
    tint = shade(tint, rng.uniform(0.8, 1.4))
    iris = take("mottled", rng, tint, shade(tint, 0.55), scale=4, rough=0.05, coat=1)
    black = take("plain", rng, (0.004, 0.004, 0.004), rough=0.04, coat=1)
    rim = take("plain", rng, mix((0.02, 0.015, 0.01), coat.dark, 0.2), rough=0.6)
    slit, size = rng.uniform(0.035, 0.13), shape.eye
    for name, s in (("right eye", -1), ("left eye", 1)):
        x = s * 0.4 * shape.wide
        centre = np.array([x, front(skull, x, 0.12) + 0.03, 0.12])
        turn = rotation("z", s * 14) @ rotation("y", -s * shape.slant)
        radii = np.array([(0.255, 0.1, 0.19), (0.215, 0.125, 0.155), (slit, 0.04, 0.14)]) * size
        put(moved(ball(radii[0], segments=20), centre + (0, -0.005, 0), turn), rim)
        put(moved(ball(radii[1], segments=20), centre, turn), iris)
        put(
            moved(ball(radii[2], segments=14), centre + turn @ (0, -0.1 * size, 0), turn),
            black,
        )
        # The upper lid, which takes the stare out of a round eye.
        t = np.linspace(-1, 1, 14)
        lid = np.stack([0.25 * t, -0.13 * np.sqrt(1 - 0.8 * t**2), 0.17 * (1 - t**2)], -1) * size
        tint = coat.head(np.tile(centre + (0, 0, 0.2), (14 * 8, 1)))
        lid = tube(centre + lid @ turn.T, 0.05 * size * np.sqrt(1.05 - t**2), 8)
        put(lid, painted(scene, rng), paint=tint)
        parts[name] = tuple(centre + (0, -0.13 * size, 0))
