"""Distractors round the object and something in front of it."""

from __future__ import annotations

import numpy as np
from camera import View
from colours import colour, shade
from meshes import ball, box, flakes, joined, lathe, moved, rod, rotation, rough, surface_samples


def thing(scene, rng: np.random.Generator, size: float, place, kind: str) -> None:
    """Add a distractor of a kind of ``THINGS`` that stands at ``place``."""
    names = THINGS[kind]
    maker = names[rng.integers(len(names))]
    mesh, kinds = maker(rng)
    turn = rotation("z", rng.uniform(0, 360))
    first = colour(rng, *kinds)
    material = scene.material(
        ("plain", "mottled", "mottled", "stripes")[rng.integers(4)]
        if maker in (crate, books, sphere, bottle)
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
    faceted = maker in (crate, books, fence)
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


def coral(rng):
    """Return a branching tuft."""
    bars = []
    for _ in range(rng.integers(5, 14)):
        way = rng.normal(0, 0.5, 3) + (0, 0, 1)
        bars.append(rod((0, 0, 0), way, rng.uniform(0.06, 0.16), 8))
    return joined(bars), ("vivid", "petal", "autumn", "pale")


def weed(rng):
    """Return upright ribbons."""
    count = 50
    feet = np.stack([*rng.normal(0, 0.35, (2, count)), np.zeros(count)], -1)
    way = rng.normal(0, 0.3, (count, 3)) + (0, 0, 1)
    return flakes(feet, way, 1.8, 0.12, rng), ("leaf", "leaf", "autumn", "wood")


def plant(rng):
    """Return a pot with a plant."""
    pot = lathe([(0.01, 0), (0.3, 0), (0.42, 0.6), (0.38, 0.6), (0.01, 0.5)], 20)
    count = 90
    way = rng.normal(0, 0.7, (count, 3)) + (0, 0, 0.8)
    leaves = flakes(np.tile((0, 0, 0.55), (count, 1)), way, rng.uniform(0.5, 1.2), 0.2, rng)
    return joined([pot, leaves]), ("leaf", "leaf", "autumn", "earth")


def fence(rng):
    """Return a piece of a fence."""
    high = rng.uniform(0.8, 1.4)
    bars = [box((0.12, 0.04, high), (x, 0, high / 2)) for x in np.linspace(-2, 2, 14)]
    bars += [box((4.2, 0.05, 0.1), (0, 0.05, high * z)) for z in (0.3, 0.75)]
    return joined(bars), ("pale", "wood", "muted")


def trunk(rng):
    """Return a tree whose crown is out of the picture."""
    return rod((0, 0, 0), (rng.uniform(-0.6, 0.6), 0, 7), rng.uniform(0.2, 0.5), 14), (
        "wood",
        "earth",
        "grey",
    )


THINGS = {
    "wild": (stone, bush, bush, bush, bush, post, crate, fence, trunk),
    "sea": (stone, stone, coral, coral, weed, weed),
    "tame": (crate, books, books, sphere, bottle, bottle, plant, plant),
}


def grass(scene, rng: np.random.Generator, bottom: float, metres: float, material) -> None:
    """Put grass round a subject of radius 1 at the origin, which is ``metres`` long in life."""
    count, size = 12000, float(np.clip(rng.uniform(0.06, 0.3) / metres, 0.025, 0.25))
    away = 8 * rng.uniform(0, 1, count)
    angle = rng.uniform(0, 2 * np.pi, count)
    feet = np.stack([away * np.cos(angle), away * np.sin(angle), np.full(count, bottom)], -1)
    way = rng.normal(0, 0.35, (count, 3)) + (0, 0, 1)
    blades = flakes(feet, way, size * (1 + 0.15 * away), 0.12 * size + 0.004 * away, rng, 3)
    scene.add(blades, material)


def scatter(scene, rng: np.random.Generator, view: View, kind: str, bottom: float) -> None:
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
        thing(scene, rng, size, right * across + away * depth + (0, 0, bottom), kind)


def cover(scene, rng: np.random.Generator, view: View, centre, kind: str) -> None:
    """Put something out of focus between the camera and the rim of a subject of radius 1."""
    share = rng.uniform(0.45, 0.7)
    angle = rng.uniform(-0.3, np.pi + 0.3)
    rim = rng.uniform(0.75, 1.1)
    goal = centre + rim * (view.axes[:, 0] * np.cos(angle) - view.axes[:, 1] * abs(np.sin(angle)))
    place = view.position + share * (goal - view.position)
    size = share * rng.uniform(0.2, 0.38)
    bar = kind == "air" or rng.random() < 0.25
    first = colour(rng, "grey", "wood", "dark", "earth") if bar else colour(rng, "leaf", "earth")
    if kind == "tame" and not bar:
        first = colour(rng, "any")
    material = scene.material(
        "mottled", rng, first, shade(first, 0.5), is_object=False, scale=3 / size, bump=0.2
    )
    if bar:
        mesh = rod(
            place - view.axes[:, 1] * 6,
            place + view.axes[:, 1] * 6 + view.axes[:, 0] * rng.uniform(-1.5, 1.5),
            size * rng.uniform(0.12, 0.3),
        )
    elif kind != "tame":
        points = rng.normal(0, 0.5, (60, 3))
        mesh = moved(
            flakes(points, points + rng.normal(0, 0.5, (60, 3)), 0.6, 0.25, rng), place, scale=size
        )
    else:
        mesh = moved(rough(ball(rng.uniform(0.6, 1, 3)), rng, 0.1), place, scale=size)
    scene.add(mesh, material)
