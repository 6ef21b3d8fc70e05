"""Clocks: alarm, wall, square, mantel, long-case; station clocks are held out."""

import bpy
import numpy as np
from colours import shade
from meshes import ball, box, lathe, moved, rod, rotation, slab
from stage import wall_material
from subject import Subject

DESIGNS = ("alarm", "wall", "square", "mantel", "long-case", "station")
ROMAN = "I II III IV V VI VII VIII IX X XI XII".split()
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
    wooden = design in (3, 4) or rng.random() < 0.25
    case = rng.colour("wood") if wooden else rng.colour("any", "vivid", "dark", "metal", "pale")
    body = take(
        "stripes" if wooden else "plain",
        rng,
        case,
        shade(case, 0.6),
        rough=rng.uniform(0.15, 0.5),
        metal=0.0 if wooden else float(rng.random() < 0.4),
        scale=1.5,
        distortion=5,
        coat=0.4,
    )
    face = rng.colour("pale") if rng.random() < 0.75 else rng.colour("dark", "any", "muted")
    dark = sum(face) < 0.9
    ink = rng.colour("pale") if dark else rng.colour("black", "black", "dark")
    dial = take("plain", rng, face, shade(face, 0.95), rough=0.4, coat=0.6)
    write = take("plain", rng, ink, rough=0.4)
    hand = take("plain", rng, ink if rng.random() < 0.7 else rng.colour("vivid"), rough=0.3)
    _case(scene, rng, design, body, dial)
    _scale(scene, rng, design, write)
    tips = _hands(scene, rng, hand, take("plain", rng, rng.colour("vivid"), rough=0.3))
    parts = {"centre": (0, -0.2, 0), "twelve": (0, -0.14, 0.85), "six": (0, -0.14, -0.85), **tips}
    stages = (
        ("street", "street", "meadow") if design == 5 else ("table", "table", "floor", "street")
    )
    if design == 1:
        stages = ("portrait",)
    elevation = (-12, 12) if design in (1, 5) else (-2, 28)
    return Subject(parts, stages, (-50, 50), elevation, fill=(0.55, 0.97), metres=0.6)


def _scale(scene, rng, design, write):
    """Add numerals and ticks."""
    kind = ("arabic", "arabic", "roman", "quarters", "none")[rng.integers(5)]
    size, place = rng.between(0.26, 0.4), rng.between(0.66, 0.76)
    minutes = rng.random() < 0.6
    marks = []
    for minute in range(60 if minutes else 12):
        hour, whole = (minute / 5, minute % 5 == 0) if minutes else (minute, True)
        a = np.radians(90 - 30 * hour)
        at = np.array([np.cos(a), 0, np.sin(a)])
        long = (0.2 if kind == "none" else 0.09) if whole else 0.05
        tick = box((0.055 if whole else 0.02, 0.02, long))
        marks.append(moved(tick, at * (0.94 - long / 2) + (0, -0.135, 0), rotation("y", 30 * hour)))
    for hour in range(1, 13):
        if kind == "none" or (kind == "quarters" and hour % 3):
            continue
        a = np.radians(90 - 30 * hour)
        at = np.array([np.cos(a), 0, np.sin(a)]) * place
        text = numeral(ROMAN[hour - 1] if kind == "roman" else str(hour))
        turn = rotation("y", 30 * hour) if kind == "roman" else None
        smaller = 0.72 if kind == "roman" else 1
        marks.append(moved(moved(text, scale=size * smaller), at + (0, -0.135, 0), turn))
    for mark in marks:
        scene.add(mark, write, smooth=False)


def _hands(scene, rng, hand, thin):
    """Add hands; returns their tips."""
    tips, kind = {}, ("bar", "taper", "spade")[rng.integers(3)]
    wide = rng.between(0.045, 0.1)
    for name, turn, length in (
        ("hour hand", rng.uniform(0, 360), rng.between(0.4, 0.56)),
        ("minute hand", rng.uniform(0, 360), rng.between(0.7, 0.88)),
    ):
        w = wide if name == "hour hand" else wide * 0.7
        right = {
            "bar": [(w, -0.18), (w, length)],
            "taper": [(w, -0.18), (w * 0.3, length)],
            "spade": [
                (w * 0.5, -0.1),
                (w * 0.4, length * 0.55),
                (w * 1.7, length * 0.7),
                (0.01, length),
            ],
        }[kind]
        outline = right + [(-x, z) for x, z in right[::-1]]
        y = -0.165 - 0.03 * (name == "minute hand")
        scene.add(moved(slab(outline, 0.03), (0, y, 0), rotation("y", turn)), hand, smooth=False)
        a = np.radians(90 - turn)
        tips[f"tip of {name}"] = (length * np.cos(a), y, length * np.sin(a))
    if rng.random() < 0.4:
        second = box((0.02, 0.01, 1.05), (0, 0, 0.3))
        scene.add(moved(second, (0, -0.21, 0), rotation("y", rng.uniform(0, 360))), thin)
    knob = lathe([(0.07, 0), (0.07, 0.06), (0.01, 0.07)], 16)
    scene.add(moved(knob, (0, -0.16, 0), rotation("x", 90)), hand)
    return tips


def _bezel(scene, body, thick, deep):
    flat = rotation("x", 90)
    rim = [
        (0.98, 0.1),
        (1.0, 0.18 + thick * 0.4),
        (1.0 + thick * 0.5, 0.22 + thick * 0.4),
        (1.0 + thick, 0.16),
        (1.02 + thick, 0),
        (1.0 + thick * 0.8, -deep),
        (0.6, -deep - 0.06),
        (0.01, -deep - 0.06),
    ]
    scene.add(moved(lathe(rim, 48), turn=flat), body)


def _case(scene, rng, design, body, dial):
    scene.add(
        moved(lathe([(1.0, 0.0), (1.0, 0.12)], 48), turn=rotation("x", 90)), dial, smooth=False
    )
    brass = scene.material("plain", rng, rng.colour("metal"), metal=1, rough=0.25)
    ring = moved(
        lathe([(0.98, 0.1), (1.0, 0.18), (1.08, 0.18), (1.1, 0.05)], 48), turn=rotation("x", 90)
    )
    if design == 0:
        _bezel(scene, body, rng.between(0.08, 0.26), rng.between(0.3, 0.7))
        if rng.random() < 0.75:
            size, apart = rng.between(0.32, 0.52), rng.between(24, 40)
            bell = lathe([(1, 0), (0.95, 0.33), (0.66, 0.64), (0.12, 0.78), (0.01, 0.78)], 24)
            for side in (-1, 1):
                turn = rotation("y", side * apart)
                scene.add(moved(bell, turn @ (0, 0, 1.24), turn, size), brass)
            scene.add(rod((0, 0, 1.1), (0, 0, 1.5), 0.04), body)
            scene.add(ball(0.09, (0, 0, 1.5), 12), body)
        length, splay = rng.between(0.3, 0.6), rng.between(0.1, 0.4)
        for side in (-1, 1):
            foot = (side * (0.62 + splay), -0.1, -0.9 - length)
            scene.add(rod((side * 0.6, -0.05, -0.95), foot, rng.between(0.05, 0.09)), body)
            scene.add(ball(0.11, foot, 12), body)
    elif design == 1:
        deep = rng.between(0.1, 0.3)
        _bezel(scene, body, rng.between(0.06, 0.34), deep)
        wall = moved(box((40, 0.2, 30)), (0, deep + 0.16, 0))
        scene.add(wall, wall_material(scene, rng), smooth=False, is_object=False)
    elif design == 2:
        wide, high = rng.between(2.3, 2.9), rng.between(2.3, 2.9)
        deep = rng.between(0.3, 0.9)
        scene.add(
            box((wide, deep, high), (0, deep / 2 - 0.1, 0)), body, bevel=rng.between(0.05, 0.3)
        )
        if rng.random() < 0.7:
            scene.add(ring, brass)
        if rng.random() < 0.5:
            for side in (-1, 1):
                scene.add(box((0.25, 0.4, 0.16), (side * wide * 0.35, 0.1, -high / 2 - 0.06)), body)
    elif design == 3:
        wide, shoulder, peak = (
            rng.between(1.55, 2.3),
            rng.between(0.9, 1.25),
            rng.between(1.22, 1.6),
        )
        low = rng.between(-1.5, -1.25)
        side = [
            (wide, low),
            (wide, low + 0.3),
            (1.35, low + 0.6),
            (shoulder + 0.15, 0.3),
            (shoulder - 0.2, 0.95),
        ]
        arch = [*side, (0, peak), *((-x, z) for x, z in side[::-1])]
        scene.add(moved(slab(arch, 0.6), (0, 0.2, 0)), body, smooth=False, bevel=0.06)
        scene.add(box((2 * wide + 0.2, 0.8, 0.14), (0, 0.2, low)), body, bevel=0.04)
        scene.add(ring, brass)
    elif design == 4:
        wide, long = rng.between(2.3, 2.8), rng.between(1.4, 3.0)
        scene.add(box((wide, 0.6, 2.5), (0, 0.2, 0)), body, bevel=0.06)
        scene.add(box((wide * 0.78, 0.55, long), (0, 0.2, -1.2 - long / 2)), body, bevel=0.06)
        scene.add(box((wide, 0.75, 0.5), (0, 0.2, -1.2 - long)), body, bevel=0.05)
        window = scene.material("plain", rng, (0.03, 0.025, 0.02), rough=0.1, coat=1)
        scene.add(box((wide * 0.5, 0.05, long * 0.8), (0, -0.1, -1.25 - long / 2)), window)
        half, rise = wide / 2 + 0.15, rng.between(0.3, 0.9)
        roof = [(-half, 1.2), (half, 1.2), (half, 1.35), (0, 1.35 + rise), (-half, 1.35)]
        scene.add(moved(slab(roof, 0.8), (0, 0.2, 0)), body, smooth=False, bevel=0.05)
        scene.add(rod((0, -0.16, -1.3), (0, -0.16, -0.9 - long * 0.6), 0.03), brass)
        scene.add(ball((0.3, 0.08, 0.3), (0, -0.18, -0.9 - long * 0.6)), brass)
        scene.add(ring, brass)
    else:
        thick, deep = rng.between(0.08, 0.22), rng.between(0.25, 0.45)
        _bezel(scene, body, thick, deep)
        back = moved(lathe([(1.0, 0.0), (1.0, 0.12)], 48), (0, deep + 0.05, 0), rotation("x", -90))
        scene.add(back, dial, smooth=False)
        if rng.random() < 0.5:
            side = rng.choice([-1, 1])
            scene.add(rod((side, 0.1, 0), (side * rng.between(1.6, 2.1), 0.1, 0), 0.1), body)
            scene.add(rod((side * 2.0, 0.1, -3.5), (side * 2.0, 0.1, 1.6), 0.16), body)
            scene.add(ball(0.22, (side * 2.0, 0.1, 1.65), 14), body)
        else:
            scene.add(rod((0, 0.1, -1.1), (0, 0.1, -4.2), rng.between(0.1, 0.18)), body)
            scene.add(lathe([(0.5, -4.2), (0.4, -3.9), (0.15, -3.7)], 20), body)
            scene.add(ball((0.2, 0.2, 0.3), (0, 0.1, 1.3), 14), body)
