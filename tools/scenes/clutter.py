"""Distractors round the object and something in front of it."""

from __future__ import annotations

import numpy as np
from camera import View
from colours import colour, shade
from meshes import ball, box, flakes, joined, lathe, moved, rod, rotation, rough, surface_samples


def thing(scene, rng: np.random.Generator, size: float, place, wild: bool) -> None:
    """Add a distractor that stands at ``place``: stones, bushes and posts, or household things."""
    names = WILD if wild else TAME
    maker = names[rng.integers(len(names))]
    mesh, kinds = maker(rng)
    turn = rotation("z", rng.uniform(0, 360))
    first = colour(rng, *kinds)
    material = scene.material(
        ("plain", "mottled", "mottled", "stripes")[rng.integers(4)]
        if maker is not bush
        else "mottled",
        rng,
        first,
        shade(first, rng.uniform(0.3, 0.8)) if rng.random() < 0.7 else colour(rng, *kinds),
        is_object=False,
        scale=np.exp(rng.uniform(0, 1.5)) / size,
        rough=rng.uniform(0.15, 0.9),
        metal=float(rng.random() < 0.1),
        bump=rng.uniform(0, 0.4),
    )
    faceted = maker in (crate, books)
    scene.add(
        moved(mesh, place, turn, size),
        material,
        smooth=not faceted,
        bevel=0.02 * size if faceted else 0,
    )


def stone(rng):
    """Return a rock."""
    return moved(rough(ball(rng.uniform(0.6, 1, 3)), rng, 0.35, 1.5), (0, 0, 0.5)), (
        "earth",
        "grey",
    )


def bush(rng):
    """Return a cloud of leaves."""
    form = rough(ball(rng.uniform(0.5, 1, 3), (0, 0, 0.7)), rng, 0.4, 2)
    points, out = surface_samples(form, 350, rng)
    leaves = flakes(
        points * rng.uniform(0.75, 1, (350, 1)), out + rng.normal(0, 0.6, (350, 3)), 0.28, 0.14, rng
    )
    return joined([leaves, moved(form, (0, 0, 0.1), scale=0.8)]), ("leaf", "leaf", "autumn")


def post(rng):
    """Return an upright bar."""
    return rod((0, 0, 0), (0, 0, rng.uniform(2, 5)), rng.uniform(0.05, 0.2), 14), ("muted", "wood")


def crate(rng):
    """Return a box."""
    return box(rng.uniform(0.4, 1.6, 3), (0, 0, 0.5)), ("any", "wood", "muted")


def books(rng):
    """Return a few flat boxes on one another."""
    heights = rng.uniform(0.12, 0.3, rng.integers(2, 5))
    tops = np.cumsum(heights)
    return joined(
        [
            moved(
                box((1.4 * rng.uniform(0.8, 1), rng.uniform(0.8, 1), h)),
                (0, 0, t - h / 2),
                rotation("z", rng.uniform(-20, 20)),
            )
            for h, t in zip(heights, tops, strict=True)
        ]
    ), ("any", "vivid")


def sphere(rng):
    """Return a ball."""
    return ball(0.6, (0, 0, 0.6), 28), ("any", "vivid")


def bottle(rng):
    """Return a turned vessel."""
    radius = rng.uniform(0.25, 0.5, 4)
    heights = [0, 0.7, 1.2, 1.7]
    profile = [(0.01, 0), *zip(radius * (1, 1.1, 0.7, 0.5), heights, strict=True), (0.01, 1.7)]
    return lathe(profile, 24), ("any", "muted", "leaf")


def cone(rng):
    """Return a cone or a pyramid."""
    return lathe(
        [(rng.uniform(0.4, 0.8), 0), (0.02, rng.uniform(0.8, 2))], int(rng.choice([4, 24]))
    ), ("any",)


WILD = (stone, stone, bush, bush, bush, post, crate)
TAME = (crate, books, sphere, bottle, bottle, cone)


def scatter(scene, rng: np.random.Generator, view: View, wild: bool, bottom: float) -> None:
    """Put things beside and behind a subject of radius 1 at the origin, not in its way."""
    right = view.axes[:, 0] * (1, 1, 0)
    right /= np.linalg.norm(right)
    away = np.array([-right[1], right[0], 0])
    for _ in range(rng.integers(4, 15)):
        depth = rng.uniform(-0.6, 6)
        across = rng.uniform(-1, 1) * (2.2 + 0.5 * max(depth, 0))
        size = rng.uniform(0.15, 0.55) * (1 + 0.35 * max(depth, 0))
        if abs(across) < 1 + size and depth < 1.1 + size:
            continue
        thing(scene, rng, size, right * across + away * depth + (0, 0, bottom), wild)


def cover(scene, rng: np.random.Generator, view: View, centre, wild: bool) -> None:
    """Put something out of focus between the camera and the rim of a subject of radius 1."""
    share = rng.uniform(0.45, 0.7)
    angle = rng.uniform(-0.3, np.pi + 0.3)
    rim = rng.uniform(0.75, 1.1)
    goal = centre + rim * (view.axes[:, 0] * np.cos(angle) - view.axes[:, 1] * abs(np.sin(angle)))
    place = view.position + share * (goal - view.position)
    size = share * rng.uniform(0.2, 0.38)
    first = colour(rng, "leaf", "earth") if wild else colour(rng, "any")
    material = scene.material(
        "mottled", rng, first, shade(first, 0.5), is_object=False, scale=3 / size, bump=0.2
    )
    if rng.random() < 0.35:
        mesh = rod(
            place - view.axes[:, 1] * 6,
            place + view.axes[:, 1] * 6 + view.axes[:, 0] * rng.uniform(-1.5, 1.5),
            size * rng.uniform(0.12, 0.3),
        )
    elif wild:
        points = rng.normal(0, 0.5, (60, 3))
        mesh = moved(
            flakes(points, points + rng.normal(0, 0.5, (60, 3)), 0.6, 0.25, rng), place, scale=size
        )
    else:
        mesh = moved(rough(ball(rng.uniform(0.6, 1, 3)), rng, 0.1), place, scale=size)
    scene.add(mesh, material)
