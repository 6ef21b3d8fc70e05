"""Where an object is photographed: ground, wall, surroundings, lamps."""

from __future__ import annotations

import numpy as np
from camera import View
from clutter import grass
from colours import colour, mix, shade
from mathutils import Vector
from meshes import box, moved, rotation
from sky import set_sky


def build_stage(
    scene, rng: np.random.Generator, name: str, view: View, bottom: float, metres: float
) -> tuple:
    """Build the surroundings of a subject of radius 1 at the origin; returns the haze.

    ``bottom`` is the height of the ground, ``metres`` the subject's size in life.
    """
    indoors = name in ("table", "floor") or (name == "portrait" and rng.random() < 0.5)
    kind = "room" if indoors else {"air": "air", "water": "water"}.get(name, "open")
    light = LIGHTS[rng.integers(4)] if not indoors else LIGHTS[rng.integers(3, 7)]
    set_sky(
        scene.sky,
        rng,
        kind,
        {"lamp": 0.25, "window": 0.35, "flash": 0.3}.get(light, 1.0)
        * rng.uniform(0.7, 1.3)
        * (1.7 if kind == "air" else 1),
    )
    set_lamps(scene, rng, light, view)
    if name not in ("air", "portrait"):
        scene.add(
            moved(box((90, 90, 0.2)), (0, 0, bottom - 0.1)), ground(scene, rng, name), smooth=False
        )
    if name == "meadow":
        green = colour(rng, "leaf", "leaf", "leaf", "earth", "autumn")
        blades = scene.material("mottled", rng, green, shade(green, 0.5), is_object=False, scale=1)
        grass(scene, rng, bottom, metres, blades)
    if indoors or (name == "street" and rng.random() < 0.5):
        _wall(scene, rng, view, bottom)
    if name == "water":
        water = colour(rng, "water")
        return water, rng.uniform(1.0, 2.5)
    return colour(rng, "sky", "pale"), rng.choice([0.0, 0.0, 0.3, 0.8]) if not indoors else 0.0


def ground(scene, rng: np.random.Generator, name: str):
    """Take a material for the ground of a stage."""
    kinds = {
        "table": ("wood", "wood", "cloth", "stone", "stone", "tiles"),
        "floor": ("wood", "wood", "cloth", "tiles", "stone"),
        "street": ("asphalt", "asphalt", "asphalt", "tiles", "earth"),
        "meadow": ("grass", "grass", "earth"),
        "water": ("earth", "grass"),
    }[name]
    kind = kinds[rng.integers(len(kinds))]
    take = scene.material
    if kind == "wood":
        first = colour(rng, "wood")
        return take(
            "planks",
            rng,
            first,
            shade(first, rng.uniform(0.6, 0.95)),
            is_object=False,
            scale=rng.uniform(0.5, 1.6),
            rough=rng.uniform(0.15, 0.6),
            turn=(0, 0, rng.uniform(0, 3)),
        )
    if kind == "cloth":
        return take(
            "stripes" if rng.random() < 0.4 else "mottled",
            rng,
            colour(rng, "any", "muted"),
            colour(rng, "muted"),
            is_object=False,
            scale=rng.uniform(1, 3),
            rough=0.9,
            bump=0.3,
            distortion=1,
            turn=(0, 0, rng.uniform(0, 3)),
        )
    if kind == "tiles":
        first = colour(rng, "muted", "earth")
        return take(
            "tiles",
            rng,
            first,
            shade(first, rng.uniform(0.6, 1)),
            is_object=False,
            scale=rng.uniform(0.4, 1.2),
            rough=rng.uniform(0.2, 0.7),
            bump=0.1,
        )
    first = {
        "stone": colour(rng, "muted", "grey"),
        "asphalt": colour(rng, "grey"),
        "earth": colour(rng, "earth"),
        "grass": colour(rng, "leaf"),
    }[kind]
    second = shade(first, rng.uniform(0.2, 0.6))
    if kind == "grass":
        second = mix(second, colour(rng, "earth"), rng.uniform(0, 0.6))
    return take(
        "mottled",
        rng,
        first,
        second,
        is_object=False,
        rough=0.85,
        sharp=0.4,
        scale=np.exp(rng.uniform(np.log(1.2), np.log(7))),
        bump=0.9,
    )


def wall_material(scene, rng: np.random.Generator):
    """Take a material for a wall: bricks, plaster, paper with stripes."""
    first = colour(rng, "any", "muted", "muted", "pale", "earth", "earth")
    second = mix(shade(first, rng.uniform(0.4, 0.9)), colour(rng, "muted"), rng.uniform(0, 0.5))
    kind = ("bricks", "mottled", "mottled", "stripes", "plain", "mottled")[rng.integers(6)]
    return scene.material(
        kind,
        rng,
        first,
        second,
        is_object=False,
        rough=0.8,
        bump=0.3,
        scale=np.exp(rng.uniform(np.log(0.3), np.log(2))),
        distortion=rng.uniform(0, 2.5),
    )


def _wall(scene, rng: np.random.Generator, view: View, bottom: float) -> None:
    away = -view.axes[:, 2] * (1, 1, 0)
    away /= np.linalg.norm(away) + 1e-9
    angle = np.degrees(np.arctan2(-away[0], away[1])) + rng.uniform(-35, 35)
    mesh = moved(box((60, 0.2, 30)), turn=rotation("z", angle))
    material = wall_material(scene, rng)
    scene.add(moved(mesh, away * rng.uniform(1.8, 5) + (0, 0, bottom)), material, smooth=False)


LIGHTS = ("sun", "sun", "low sun", "overcast", "window", "lamp", "flash")


def set_lamps(scene, rng: np.random.Generator, kind: str, view: View) -> None:
    """Draw one of the kinds of light in ``LIGHTS``."""
    sun, key, fill = (scene.lamps[name] for name in ("sun", "key", "fill"))
    side = rng.uniform(20, 80) * rng.choice([-1, 1])
    height = {"sun": rng.uniform(30, 70), "low sun": rng.uniform(12, 25)}.get(kind, 50)
    camera = np.degrees(np.arctan2(view.axes[1, 2], view.axes[0, 2]))
    _aim(sun, camera + side, height, 20)
    sun.data.energy = {"sun": rng.uniform(2.5, 5), "low sun": rng.uniform(2, 4)}.get(kind, 0.0)
    sun.data.color = (1, 0.93, 0.82) if kind == "sun" else (1, 0.7, 0.42)
    sun.data.angle = np.radians(rng.uniform(1, 6))
    strength = {"window": 500, "lamp": 420, "flash": 350, "overcast": 120}.get(kind, 0.0)
    if kind == "flash":
        side, height = rng.uniform(-12, 12), rng.uniform(15, 35)
    _aim(key, camera + side, rng.uniform(20, 65) if kind != "flash" else height, 6)
    key.data.energy = strength * rng.uniform(0.7, 1.3)
    key.data.size = {"window": 4, "lamp": 0.8, "flash": 0.5}.get(kind, 5)
    key.data.color = {"lamp": (1, 0.75, 0.5), "window": (0.92, 0.96, 1)}.get(kind, (1, 1, 1))
    _aim(fill, camera - side, rng.uniform(10, 50), 7)
    fill.data.energy = rng.uniform(20, 140) if kind in ("window", "lamp") else 0.0
    fill.data.size = 3
    fill.data.color = colour(rng, "pale")


def _aim(lamp, azimuth: float, height: float, distance: float) -> None:
    a, h = np.radians(azimuth), np.radians(height)
    position = Vector((np.cos(a) * np.cos(h), np.sin(a) * np.cos(h), np.sin(h))) * distance
    lamp.location = position
    lamp.rotation_euler = position.to_track_quat("Z", "Y").to_euler()
