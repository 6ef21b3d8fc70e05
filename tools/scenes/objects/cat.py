"""Cats: three kinds of heads, sitting and standing cats; lying ones are held out."""

import numpy as np
from meshes import (
    ball,
    joined,
    outward,
    rotation,
    smooth,
    tube,
)
from paint import fur, painted
from subject import Subject

from objects.cat_head import cat_head, draw_proportions
from objects.coats import draw_coat

DESIGNS = ("short-haired head", "long-haired head", "oriental head", "sitting", "standing", "lying")


def build(scene, rng, design):
    """Build a cat that looks to -y: a head of width about 2 on a chest, or a whole cat."""
    coat = draw_coat(rng, pointed=design == 2)
    shape = draw_proportions(rng, design)
    if design < 3:
        parts = cat_head(scene, rng, shape, coat, np.eye(4), hairs=13000)
        _chest(scene, rng, shape, coat)
        return Subject(
            parts, ("portrait",), (-48, 48), (-10, 25), (0, 0), fill=(0.6, 0.97), metres=0.5
        )
    head, turn = (_sitting, _standing, _lying)[design - 3](scene, rng, coat)
    matrix = np.eye(4)
    look = rotation("z", turn) @ rotation("x", rng.uniform(-8, 12))
    matrix[:3, :3] = look * rng.between(0.46, 0.56)
    matrix[:3, 3] = head
    parts = cat_head(scene, rng, shape, coat, matrix, hairs=6000)
    yaw = {3: (-55, 55), 4: (-85, -25) if turn > 0 else (25, 85), 5: (-65, 65)}[design]
    stages = ("floor", "floor", "meadow", "table", "street")
    return Subject(parts, stages, yaw, (3, 24), fill=(0.72, 1.0), metres=0.5)


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
