"""Clocks: alarm, round, square, mantel; octagonal and stand clocks for the test split."""

import bpy
import numpy as np
from colours import colour, shade
from meshes import ball, box, lathe, moved, rod, rotation, slab
from subject import Subject

DESIGNS = ("alarm", "round", "square", "mantel", "octagonal", "stand")
NUMERALS: dict[str, tuple] = {}


def numeral(text):
    """Turn a text into a flat mesh in the x-z plane, centred; made once."""
    if text not in NUMERALS:
        curve = bpy.data.curves.new("text", "FONT")
        curve.body, curve.align_x, curve.align_y, curve.extrude = text, "CENTER", "CENTER", 0.01
        curve.resolution_u = 3
        thing = bpy.data.objects.new("thing text", curve)
        bpy.context.scene.collection.objects.link(thing)
        mesh = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
        points = np.array([v.co for v in mesh.vertices])
        faces = [list(p.vertices) for p in mesh.polygons]
        bpy.data.objects.remove(thing)
        NUMERALS[text] = (points @ rotation("x", 90).T, faces)
    return NUMERALS[text]


def build(scene, rng, design):
    """Build a clock whose dial, of radius 1, looks to -y."""
    take = scene.material
    case = colour(rng, "any", "vivid", "wood", "metal")
    metal = float(rng.random() < 0.4)
    body = take(
        "plain" if design not in (3, 5) else "stripes",
        rng,
        case,
        shade(case, 0.6),
        rough=rng.uniform(0.15, 0.5),
        metal=metal if design not in (3, 5) else 0,
        scale=1.5,
        distortion=5,
        coat=0.4,
    )
    dial_colour = colour(rng, "pale") if rng.random() < 0.8 else colour(rng, "dark", "any")
    dark = sum(dial_colour) < 0.9
    ink = colour(rng, "pale") if dark else colour(rng, "black", "black", "dark")
    dial = take("plain", rng, dial_colour, shade(dial_colour, 0.95), rough=0.4, coat=0.6)
    write = take("plain", rng, ink, rough=0.4)
    hand = take("plain", rng, ink if rng.random() < 0.7 else colour(rng, "vivid"), rough=0.3)
    _case(scene, rng, design, body, dial)
    numerals = rng.random() < 0.65
    for hour in range(1, 13):
        a = np.radians(90 - 30 * hour)
        place = np.array([np.cos(a), 0, np.sin(a)])
        if numerals:
            scene.add(
                moved(numeral(str(hour)), place * 0.74 + (0, -0.135, 0), scale=0.34),
                write,
                smooth=False,
            )
        tick = box((0.05 if hour % 3 else 0.08, 0.02, 0.08 if numerals else 0.2))
        scene.add(
            moved(
                tick,
                place * (0.92 if numerals else 0.82) + (0, -0.135, 0),
                rotation("y", 90 - np.degrees(a)),
            ),
            write,
            smooth=False,
        )
    hour, minute = rng.uniform(0, 12), rng.uniform(0, 60)
    tips = {}
    for name, turn, length, width in (
        ("hour hand", 30 * hour, 0.5, 0.1),
        ("minute hand", 6 * minute, 0.78, 0.065),
    ):
        a = np.radians(90 - turn)
        shape = slab(
            [(-width, -0.15), (width, -0.15), (width * 0.4, length), (-width * 0.4, length)], 0.03
        )
        y = -0.165 - 0.03 * (name == "minute hand")
        scene.add(moved(shape, (0, y, 0), rotation("y", turn)), hand, smooth=False)
        tips[f"tip of {name}"] = (length * np.cos(a), y, length * np.sin(a))
    scene.add(
        moved(lathe([(0.07, 0), (0.07, 0.06), (0.01, 0.07)], 16), (0, -0.16, 0), rotation("x", 90)),
        hand,
    )
    parts = {"centre": (0, -0.2, 0), "twelve": (0, -0.14, 0.85), "six": (0, -0.14, -0.85), **tips}
    return Subject(parts, ("table", "floor"), (-45, 45), (-2, 25))


def _case(scene, rng, design, body, dial):
    flat = rotation("x", 90)
    disc = lathe([(1.0, 0.0), (1.0, 0.12)], 48)
    scene.add(moved(disc, turn=flat), dial, smooth=False)
    rim = lathe(
        [
            (0.99, 0.1),
            (1.0, 0.2),
            (1.08, 0.24),
            (1.16, 0.18),
            (1.18, 0),
            (1.12, -0.35),
            (0.6, -0.42),
            (0.01, -0.42),
        ],
        48,
    )
    if design in (0, 1):
        scene.add(moved(rim, turn=flat), body)
    if design == 0:
        for side in (-1, 1):
            scene.add(rod((side * 0.5, -0.05, -0.9), (side * 0.85, -0.1, -1.45), 0.07), body)
            bell = lathe([(0.42, 0), (0.4, 0.14), (0.28, 0.27), (0.05, 0.33), (0.01, 0.33)], 24)
            scene.add(moved(bell, (side * 0.62, 0, 1.1), rotation("y", side * 30)), body)
        scene.add(rod((0, 0, 1.1), (0, 0, 1.5), 0.04), body)
        scene.add(ball(0.09, (0, 0, 1.5), 12), body)
    if design == 1:
        scene.add(box((0.7, 0.5, 0.2), (0, 0, -1.2)), body, bevel=0.04)
    if design in (2, 4):
        angle = np.radians(np.arange(4) * 90 + 45 if design == 2 else np.arange(8) * 45 + 22.5)
        outline = (1.75 if design == 2 else 1.3) * np.stack([np.cos(angle), np.sin(angle)], -1)
        scene.add(moved(slab(outline, 0.4), (0, 0.1, 0)), body, smooth=False, bevel=0.07)
        scene.add(
            moved(lathe([(0.98, 0.1), (1.0, 0.18), (1.08, 0.18), (1.1, 0.05)], 48), turn=flat), body
        )
    if design == 3:
        arch = [
            (-1.9, -1.3),
            (1.9, -1.3),
            (1.9, -0.95),
            (1.35, -0.7),
            (1.15, 0.3),
            (0.8, 0.95),
            (0, 1.3),
            (-0.8, 0.95),
            (-1.15, 0.3),
            (-1.35, -0.7),
            (-1.9, -0.95),
        ]
        scene.add(moved(slab(arch, 0.5), (0, 0.15, 0)), body, smooth=False, bevel=0.06)
        scene.add(
            moved(lathe([(0.98, 0.1), (1.0, 0.18), (1.08, 0.18), (1.1, 0.05)], 48), turn=flat),
            scene.material("plain", rng, colour(rng, "metal"), metal=1, rough=0.25),
        )
    if design == 5:
        scene.add(box((2.5, 0.6, 2.5), (0, 0.2, 0)), body, bevel=0.06)
        scene.add(box((1.9, 0.55, 2.2), (0, 0.2, -2.2)), body, bevel=0.06)
        scene.add(box((2.4, 0.7, 0.3), (0, 0.2, -3.3)), body, bevel=0.05)
        roof = [(-1.4, 1.2), (1.4, 1.2), (0, 2.0)]
        scene.add(moved(slab(roof, 0.7), (0, 0.2, 0)), body, smooth=False, bevel=0.05)
        brass = scene.material("plain", rng, colour(rng, "metal"), metal=1, rough=0.2)
        scene.add(rod((0, -0.12, -1.3), (0, -0.12, -2.5), 0.03), brass)
        scene.add(ball((0.3, 0.08, 0.3), (0, -0.14, -2.5)), brass)
