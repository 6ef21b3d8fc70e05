"""Cats' heads: tabby, patched, pointed, ginger; long-haired and spotted for the test split."""

import numpy as np
from colours import colour, encoded, mix, shade
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
from subject import Subject

from objects.face import front

DESIGNS = ("tabby", "patched", "pointed", "ginger", "long-haired", "spotted")


def build(scene, rng, design):
    """Build a cat's head of width about 2 that looks to -y, on a body."""
    take = scene.material
    fur, light, dark = _coat(scene, rng, design)
    wide = rng.uniform(0.92, 1.02)
    head = sculpted(
        ball((wide, 0.82, 0.84), segments=40),
        [
            ((0, -0.75, -0.3), (0.3, 0.35, 0.24), (0, -0.22, -0.02)),
            ((0, -0.8, 0.05), (0.16, 0.4, 0.35), (0, -0.1, 0)),
            ((-0.38, -0.7, 0.14), (0.24, 0.3, 0.2), (0, 0.1, 0)),
            ((0.38, -0.7, 0.14), (0.24, 0.3, 0.2), (0, 0.1, 0)),
            ((-0.75, -0.2, -0.4), (0.3, 0.5, 0.3), (-0.1, 0, -0.02)),
            ((0.75, -0.2, -0.4), (0.3, 0.5, 0.3), (0.1, 0, -0.02)),
        ],
    )
    scene.add(head, fur, levels=1)
    muzzle_y = front(head, 0.0, -0.3)
    pads = joined(
        [ball((0.22, 0.18, 0.17), (s * 0.17, muzzle_y + 0.06, -0.36), 18) for s in (-1, 1)]
        + [ball((0.16, 0.14, 0.12), (0, muzzle_y + 0.1, -0.54), 14)]
    )
    pale = take("mottled", rng, light, shade(light, 0.85), scale=8, rough=0.9)
    scene.add(pads, pale if design not in (2, 5) else fur, levels=1)
    parts = {}
    pink = take("plain", rng, mix((0.5, 0.2, 0.18), dark, rng.uniform(0, 0.5)), rough=0.5)
    _ears(scene, rng, fur, pink, parts)
    _eyes(scene, rng, head, dark, parts)
    nose_y = muzzle_y - 0.1
    scene.add(
        sculpted(
            ball((0.11, 0.07, 0.075), (0, nose_y, -0.22), 16),
            [((0, nose_y, -0.3), (0.2, 0.2, 0.06), (0, 0, -0.03))],
        ),
        pink,
    )
    line = take("plain", rng, (0.03, 0.015, 0.015), rough=0.6)
    for s in (-1, 1):
        path = smooth(
            [
                (0, nose_y - 0.03, -0.28),
                (0.01 * s, nose_y - 0.04, -0.4),
                (s * 0.13, nose_y - 0.01, -0.48),
                (s * 0.26, nose_y + 0.08, -0.42),
            ],
            12,
        )
        scene.add(tube(path, 0.018, 6), line)
    white = take("plain", rng, (0.9, 0.9, 0.88), rough=0.4)
    for s in (-1, 1):
        for k in range(4):
            a = np.array([s * 0.25, nose_y + 0.03, -0.32 - 0.05 * k])
            b = a + (s * rng.uniform(0.7, 1.0), rng.uniform(-0.05, 0.25), 0.22 - 0.14 * k)
            scene.add(
                tube(
                    smooth([a, (a + b) / 2 + (0, 0, 0.05), b], 8), np.linspace(0.009, 0.003, 8), 5
                ),
                white,
            )
    count = 6500
    points, out = surface_samples(head, count, rng)
    keep = ~(
        (abs(abs(points[:, 0]) - 0.4) < 0.27)
        & (abs(points[:, 2] - 0.12) < 0.26)
        & (points[:, 1] < 0)
    )
    keep &= ~((abs(points[:, 0]) < 0.35) & (points[:, 2] < -0.1) & (points[:, 1] < -0.5))
    points, out = points[keep], out[keep]
    flow = np.stack([points[:, 0] * 0.9, 0.5 + 0 * points[:, 0], points[:, 2] * 0.5 - 0.25], -1)
    scene.add(
        flakes(
            points,
            out * 0.55 + flow + rng.normal(0, 0.2, points.shape),
            0.13 if design != 4 else 0.3,
            0.026,
            rng,
            sides=3,
        ),
        fur,
    )
    _body(scene, rng, design, light, dark)
    parts |= {"nose": (0, nose_y - 0.07, -0.22), "mouth": (0, nose_y - 0.03, -0.42)}
    return Subject(parts, ("portrait",), (-45, 45), (-10, 25), (0, 0), fill=(0.6, 0.95))


def _coat(scene, rng, design):
    """Material of the fur, a light and a dark colour."""
    take = scene.material
    first = {
        0: colour(rng, "fur", "grey"),
        1: (0.75, 0.72, 0.68),
        2: encoded(0.88, 0.8, 0.68),
        3: encoded(0.85, 0.52, 0.24),
        4: colour(rng, "grey", "fur", "pale"),
        5: encoded(0.78, 0.6, 0.36),
    }[design]
    second = {
        0: shade(first, 0.18),
        1: colour(rng, "black", "fur"),
        2: encoded(0.25, 0.17, 0.13),
        3: encoded(0.62, 0.3, 0.1),
        4: shade(first, 0.55),
        5: encoded(0.2, 0.12, 0.06),
    }[design]
    if design in (0, 3):
        fur = take(
            "stripes",
            rng,
            first,
            second,
            scale=rng.uniform(1.0, 1.7),
            distortion=5,
            rough=0.9,
            sharp=0.3,
            turn=(0, 0, 0),
        )
    elif design == 5:
        fur = take("spots", rng, second, first, scale=4.5, rough=0.9, sharp=0.6)
    else:
        fur = take(
            "mottled",
            rng,
            first,
            second,
            scale={1: 0.8, 2: 0.7, 4: 2}[design],
            sharp=0.85 if design == 1 else 0.2,
            rough=0.9,
        )
    light = mix(first, (0.8, 0.78, 0.74), 0.7 if design != 4 else 0.3)
    return fur, light, second


def _ears(scene, rng, fur, pink, parts):
    high, lean = rng.uniform(0.55, 0.75), rng.uniform(12, 28)
    outline = smooth(
        [(-0.32, -0.2), (0.32, -0.2), (0.26, 0.2), (0.04, high), (-0.22, 0.25)], 30, True
    )
    for name, s in (("right ear", -1), ("left ear", 1)):
        turn = rotation("z", s * 22) @ rotation("y", s * lean)
        place = np.array([s * 0.58, -0.08, 0.62])
        shape = sculpted(
            slab(outline * (s, 1) if s > 0 else (outline * (s, 1))[::-1], 0.14),
            [((0, 0, 0), (0.2, 1, 0.3), (0, 0.08, 0))],
        )
        scene.add(moved(shape, place, turn), fur)
        inner = slab((outline * (s * 0.68, 0.75))[:: 1 if s > 0 else -1], 0.06)
        scene.add(moved(inner, place + turn @ (0, -0.06, -0.01), turn), pink)
        parts[name] = tuple(place + turn @ (0, -0.1, high * 0.4))
        points, _ = surface_samples(inner, 60, rng)
        tuft = moved(
            flakes(
                points[points[:, 0] * s < 0.1], np.array([0.1 * s, -0.3, 1.0]), 0.16, 0.025, rng, 3
            ),
            place + turn @ (0, -0.1, 0),
            turn,
        )
        scene.add(tuft, fur)


def _eyes(scene, rng, head, dark, parts):
    take = scene.material
    hue = (
        encoded(0.75, 0.7, 0.15),
        encoded(0.45, 0.7, 0.25),
        encoded(0.85, 0.55, 0.1),
        encoded(0.35, 0.6, 0.85),
    )[rng.integers(4)]
    iris = take("mottled", rng, hue, shade(hue, 0.6), scale=4, rough=0.05, coat=1)
    black = take("plain", rng, (0.004, 0.004, 0.004), rough=0.04, coat=1)
    rim = take("plain", rng, mix((0.02, 0.015, 0.01), dark, 0.2), rough=0.6)
    slit = rng.uniform(0.035, 0.11)
    for name, s in (("right eye", -1), ("left eye", 1)):
        centre = np.array([s * 0.4, front(head, s * 0.4, 0.12) + 0.02, 0.12])
        turn = rotation("z", s * 14) @ rotation("y", -s * 14)
        scene.add(moved(ball((0.26, 0.1, 0.2), segments=20), centre + (0, -0.005, 0), turn), rim)
        scene.add(moved(ball((0.225, 0.13, 0.175), segments=20), centre, turn), iris)
        scene.add(
            moved(ball((slit, 0.04, 0.15), segments=14), centre + turn @ (0, -0.105, 0), turn),
            black,
        )
        parts[name] = tuple(centre + (0, -0.135, 0))


def _body(scene, rng, design, light, dark):
    chest_colour = mix(light, dark, rng.uniform(0, 0.5))
    chest = scene.material(
        "mottled", rng, chest_colour, shade(chest_colour, 0.6), scale=5, rough=0.95, is_object=False
    )
    side = rng.uniform(-0.5, 0.5)
    form = joined(
        [ball((0.85, 0.8, 1.1), (0, 0.35, -1.5), 24), ball((1.0, 1.3, 0.95), (side, 1.3, -1.4), 24)]
    )
    scene.add(form, chest, is_object=False)
    points, out = surface_samples(form, 1500, rng)
    scene.add(
        flakes(
            points, out * 0.6 + (0, 0.2, -0.6) + rng.normal(0, 0.2, (1500, 3)), 0.25, 0.05, rng, 3
        ),
        chest,
        is_object=False,
    )
