"""Cats: three kinds of heads, sitting and standing cats; lying ones are held out."""

from dataclasses import dataclass

import numpy as np
from colours import mix, shade
from meshes import (
    ball,
    flakes,
    joined,
    moved,
    outward,
    rotation,
    sculpted,
    slab,
    smooth,
    surface_samples,
    tube,
)
from paint import fur, painted
from subject import Subject

from objects.coats import draw_coat
from objects.face import front

DESIGNS = ("short-haired head", "long-haired head", "oriental head", "sitting", "standing", "lying")


@dataclass(frozen=True)
class Build:
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


def build(scene, rng, design):
    """Build a cat that looks to -y: a head of width about 2 on a chest, or a whole cat."""
    coat = draw_coat(rng, pointed=design == 2)
    shape = _proportions(rng, design)
    if design < 3:
        parts = _head(scene, rng, shape, coat, np.eye(4), hairs=13000)
        _chest(scene, rng, shape, coat)
        return Subject(
            parts, ("portrait",), (-48, 48), (-10, 25), (0, 0), fill=(0.6, 0.97), metres=0.5
        )
    head, turn = (_sitting, _standing, _lying)[design - 3](scene, rng, coat)
    matrix = np.eye(4)
    look = rotation("z", turn) @ rotation("x", rng.uniform(-8, 12))
    matrix[:3, :3] = look * rng.between(0.46, 0.56)
    matrix[:3, 3] = head
    parts = _head(scene, rng, shape, coat, matrix, hairs=6000)
    yaw = {3: (-55, 55), 4: (-85, -25) if turn > 0 else (25, 85), 5: (-65, 65)}[design]
    stages = ("floor", "floor", "meadow", "table", "street")
    return Subject(parts, stages, yaw, (3, 24), fill=(0.72, 1.0), metres=0.5)


def _proportions(rng, design):
    long, slim = design == 1, design == 2
    return Build(
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


def _head(scene, rng, shape, coat, matrix, hairs):
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


def _chest(scene, rng, shape, coat):
    hide = painted(scene, rng, is_object=False)
    side = rng.uniform(-0.5, 0.5)
    form = joined(
        [ball((0.8, 0.7, 1.1), (0, 0.35, -1.5), 24), ball((1.0, 1.3, 0.95), (side, 1.3, -1.4), 24)]
    )

    def chest(p):
        return coat.body(p + (0, 0, 2.6))

    scene.add(form, hide, is_object=False, paint=chest(form[0]))
    fur(
        scene,
        rng,
        form,
        hide,
        chest,
        4500,
        1.4 * shape.hair,
        0.035,
        lambda p: np.tile((0, 0.2, -0.7), (len(p), 1)),
        is_object=False,
    )


def _limb(points, radii):
    path = smooth(points, 14)
    widths = np.interp(np.linspace(0, 1, 14), np.linspace(0, 1, len(radii)), radii)
    return outward(tube(path, widths, 14))


def _cover(scene, rng, coat, pieces, length, down):
    """Add the body and its fur."""
    hide = painted(scene, rng)
    body = joined(pieces)
    scene.add(body, hide, paint=coat.body(body[0]))
    fur(
        scene,
        rng,
        body,
        hide,
        coat.body,
        9000,
        length,
        0.022,
        lambda p: np.tile((0, 0.5, -down), (len(p), 1)),
        keep=lambda p: p[:, 2] > 0.05,
    )


def _sitting(scene, rng, coat):
    high, stout = rng.between(1.75, 2.1), rng.between(0.88, 1.15)
    s = high / 2
    torso = _limb(
        [(0, 0.55, 0.42), (0, 0.4, 0.9 * s), (0, 0.02, 1.35 * s), (0, -0.22, 1.8 * s)],
        np.array([0.5, 0.6, 0.5, 0.36]) * stout,
    )
    pieces = [torso, ball((0.6 * stout, 0.5, 0.42), (0, 0.5, 0.42))]
    apart = rng.between(0.14, 0.26)
    for sx in (-1, 1):
        pieces += [
            _limb(
                [
                    (sx * 0.24, -0.15, 1.25 * s),
                    (sx * apart, -0.4, 0.7 * s),
                    (sx * apart, -0.5, 0.1),
                ],
                [0.24, 0.16, 0.11],
            ),
            ball((0.13, 0.2, 0.09), (sx * apart, -0.58, 0.09), 14),
            ball((0.26 * stout, 0.48, 0.4), (sx * 0.42 * stout, 0.3, 0.4)),
            ball((0.12, 0.26, 0.09), (sx * 0.46 * stout, -0.22, 0.09), 14),
        ]
    side = rng.choice([-1, 1])
    tail = [
        (0, 0.95, 0.2),
        (side * 0.6, 0.95, 0.1),
        (side * 0.85, 0.2, 0.1),
        (side * 0.5, -0.5, 0.1),
    ]
    pieces.append(_limb(tail, [0.12, 0.12, 0.11, 0.06]))
    _cover(scene, rng, coat, pieces, rng.between(0.07, 0.16), 0.6)
    return (0, -0.38, high + 0.2), rng.uniform(-35, 35)


def _standing(scene, rng, coat):
    long, leg, stout = rng.between(0.85, 1.15), rng.between(0.75, 1.0), rng.between(0.34, 0.46)
    torso = _limb(
        [(0, -long, leg + 0.35), (0, -0.4, leg + 0.2), (0, 0.4, leg + 0.22), (0, long, leg + 0.2)],
        np.array([0.8, 1, 1, 0.8]) * stout,
    )
    pieces = [torso, ball((stout * 0.8, 0.3, stout * 0.8), (0, long, leg + 0.2))]
    pieces.append(_limb([(0, -long + 0.1, leg + 0.3), (0, -long - 0.35, leg + 0.6)], [0.38, 0.28]))
    for sx in (-1, 1):
        for y, bend in ((-long + 0.15, 0.04), (long - 0.1, 0.14)):
            step = rng.uniform(-0.25, 0.25)
            pieces += [
                _limb(
                    [
                        (sx * 0.2, y, leg + 0.2),
                        (sx * 0.22, y + bend + step / 2, leg * 0.45),
                        (sx * 0.2, y + step, 0.1),
                    ],
                    [0.26, 0.13, 0.09],
                ),
                ball((0.11, 0.18, 0.08), (sx * 0.2, y + step - 0.07, 0.08), 14),
            ]
    rise = rng.uniform(-0.4, 1.2)
    tail = [
        (0, long + 0.15, leg + 0.3),
        (0, long + 0.5, leg + 0.4 + 0.3 * rise),
        (rng.uniform(-0.2, 0.2), long + 0.7, leg + 0.3 + rise),
    ]
    pieces.append(_limb(tail, [0.12, 0.11, 0.07]))
    _cover(scene, rng, coat, pieces, rng.between(0.06, 0.14), 0.5)
    return (0, -long - 0.6, leg + 0.85), rng.choice([-1, 1]) * rng.uniform(10, 60)


def _lying(scene, rng, coat):
    long, stout = rng.between(0.85, 1.2), rng.between(0.42, 0.56)
    torso = _limb(
        [(0, -0.6, 0.55), (0, -0.1, 0.5), (0, 0.5, 0.5), (0, long, 0.42)],
        np.array([0.8, 1, 1.1, 0.8]) * stout,
    )
    pieces = [torso, ball((stout, 0.45, 0.42), (0, long, 0.42))]
    pieces.append(_limb([(0, -0.5, 0.6), (0, -0.75, 0.95)], [0.4, 0.3]))
    for sx in (-1, 1):
        pieces += [
            _limb([(sx * 0.3, -0.45, 0.35), (sx * 0.26, -1.3, 0.1)], [0.2, 0.1]),
            ball((0.12, 0.18, 0.09), (sx * 0.26, -1.36, 0.09), 14),
            ball((0.26, 0.5, 0.38), (sx * stout * 0.9, long - 0.25, 0.36)),
            ball((0.12, 0.28, 0.09), (sx * stout * 1.1, long - 0.75, 0.09), 14),
        ]
    side = rng.choice([-1, 1])
    tail = [(0, long + 0.4, 0.2), (side * 0.7, long + 0.3, 0.1), (side * 0.95, long - 0.7, 0.1)]
    pieces.append(_limb(tail, [0.12, 0.12, 0.07]))
    _cover(scene, rng, coat, pieces, rng.between(0.07, 0.16), 0.3)
    return (0, -0.85, 1.3), rng.uniform(-45, 45)
