"""Aeroplanes: airliner, high-wing, jet, biplane, T-tail; low-wing ones are held out."""

import numpy as np
from colours import shade
from meshes import ball, box, lathe, loft, moved, rod, rotation, slab
from subject import Subject

DESIGNS = ("airliner", "high-wing", "jet", "biplane", "T-tail", "low-wing")

# Fuselage (y, radius, height of the middle); wing root y, z, chord, span, sweep, tip chord.
FUSELAGE = {
    0: [
        (-3.0, 0.02, -0.08),
        (-2.9, 0.16, -0.05),
        (-2.6, 0.3, -0.02),
        (-2.1, 0.38, 0),
        (1.4, 0.38, 0),
        (2.4, 0.25, 0.1),
        (3.1, 0.06, 0.2),
    ],
    1: [
        (-1.75, 0.16, 0),
        (-1.6, 0.3, 0),
        (-0.9, 0.36, 0.02),
        (-0.5, 0.46, 0.1),
        (0.4, 0.44, 0.1),
        (1.2, 0.22, 0.1),
        (2.2, 0.08, 0.15),
    ],
    2: [
        (-2.8, 0.01, -0.05),
        (-2.0, 0.16, 0),
        (-1.2, 0.28, 0.05),
        (0, 0.34, 0.05),
        (1.5, 0.34, 0),
        (2.1, 0.24, 0),
    ],
    3: [
        (-1.4, 0.2, 0),
        (-1.25, 0.32, 0),
        (-0.6, 0.36, 0),
        (0.3, 0.33, 0),
        (1.2, 0.18, 0.05),
        (1.9, 0.06, 0.1),
    ],
}
WINGS = {
    0: (-0.5, -0.18, 1.2, 2.9, 1.5, 0.3),
    1: (-0.55, 0.52, 0.8, 2.5, 0.05, 0.65),
    2: (-0.4, 0, 2.1, 1.6, 1.6, 0.35),
    3: (-0.65, -0.22, 0.75, 2.0, 0.1, 0.65),
    4: (0.1, -0.22, 1.1, 2.6, 1.1, 0.35),
    5: (-0.7, -0.22, 0.9, 2.3, 0.2, 0.45),
}


def build(scene, rng, design):
    """Build an aeroplane that flies to -y."""
    take = scene.material
    first, second = rng.colour("pale", "pale", "any", "grey"), rng.colour("vivid", "any", "dark")
    skin = take(
        "plain",
        rng,
        first,
        shade(first, 0.92),
        rough=0.3,
        coat=0.5,
        metal=0.3 * (rng.random() < 0.4),
    )
    trim = take("plain", rng, second, rough=0.3, coat=0.5)
    wing_skin = skin if rng.random() < 0.6 else trim
    glass = take("plain", rng, (0.02, 0.03, 0.05), rough=0.05, coat=1)
    dark = take("plain", rng, (0.03, 0.03, 0.03), rough=0.5)
    body = np.array(FUSELAGE[{4: 0, 5: 1}.get(design, design)], float)
    thick = rng.between(0.85, 1.22)
    body *= (rng.between(0.88, 1.14), thick, thick)
    a = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    rings = [np.stack([r * np.sin(a), 0 * a + y, z + r * np.cos(a)], -1) for y, r, z in body]
    scene.add(loft(rings), skin, levels=2)
    root, z, chord, span, sweep, tip = WINGS[design]
    z *= thick
    chord, span, tip = np.array([chord, span, tip]) * rng.between(0.82, 1.2, 3)
    sweep += rng.between(-0.2, 0.3)
    root += rng.between(-0.15, 0.15)
    _wing(scene, wing_skin, root, z, chord, span, sweep, tip, 0.1 if design in (0, 4, 5) else 0.02)
    if design == 3:
        _wing(scene, wing_skin, root - 0.15, 0.72, chord, span, sweep, tip, 0.02)
        for x in (-1.4, -0.35, 0.35, 1.4):
            for y in (root + 0.1, root + 0.55):
                scene.add(rod((x, y, z), (x, y - 0.15, 0.72), 0.025), dark)
    tail = body[-1, 0]
    high = (1.1 if design in (0, 2, 4) else 0.7) * rng.between(0.8, 1.25)
    back = 0.5 if design in (0, 2, 4) else 0.2
    fin = [
        (tail - 1.0, 0.15),
        (tail - 0.05, 0.15),
        (tail + back * 0.5, high + 0.15),
        (tail - 0.5 + back * 0.6, high + 0.15),
    ]
    scene.add(slab(fin, 0.07, "x"), trim, bevel=0.03)
    level = high + 0.13 if design == 4 else 0.15
    at = tail - 0.75 + (0.55 if design == 4 else 0)
    _wing(scene, wing_skin, at, level, 0.65, 0.95, 0.35 * (1 + back), 0.3, 0.05)
    parts = {"nose": (0, body[0, 0], body[0, 2]), "tip of fin": (0, tail - 0.1, high + 0.12)}
    for name, sx in (("right wing tip", -1), ("left wing tip", 1)):
        rise = (0.1 if design in (0, 4, 5) else 0.02) * span
        parts[name] = (sx * span * 0.98, root + sweep + tip / 2, z + rise)
    _details(scene, rng, design, trim, glass, dark, skin, body, thick)
    if design in (1, 3, 5):
        _propeller(scene, dark, trim, body)
        for s in (-1, 1):
            scene.add(rod((s * 0.2, -0.8, -0.25), (s * 0.55, -0.9, -0.75), 0.04), dark)
            scene.add(
                moved(
                    lathe([(0.01, 0.06), (0.17, 0.06), (0.2, 0), (0.17, -0.06), (0.01, -0.06)], 16),
                    (s * 0.55, -0.9, -0.8),
                    rotation("y", 90),
                ),
                dark,
            )
    stages = ("air", "air", "air", "air", "street") if design in (1, 3, 5) else ("air",)
    return Subject(parts, stages, (-180, 180), (-25, 30), (-30, 30), fill=(0.6, 0.98), metres=12)


def _wing(scene, material, root, z, chord, span, sweep, tip, rise):
    """Add both sides of a wing with a rounded profile."""
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    profile = np.stack([0.5 - 0.5 * np.cos(t), 0.055 * np.sin(t) * (1.2 + np.cos(t))], -1)
    rings = []
    for s in (-1, -0.99, -0.5, 0, 0.5, 0.99, 1):
        c = chord + (tip - chord) * abs(s)
        y = root + sweep * abs(s) + c * profile[:, 0] * (0.9 if abs(s) == 1 else 1)
        rings.append(
            np.stack([0 * t + s * span, y, z + rise * span * abs(s) + c * profile[:, 1]], -1)
        )
    scene.add(loft(rings), material)


def _details(scene, rng, design, trim, glass, dark, skin, body, thick):
    if design in (0, 4):
        for s in (-1, 1):
            for y in np.linspace(-2.0, 1.5, rng.integers(12, 26)):
                scene.add(
                    box((0.02, 0.09, 0.1), (s * (0.375 * thick), y, 0.1)), glass, smooth=False
                )
            stripe = box((0.015, 4.2, 0.07), (s * 0.372 * thick, -0.2, -0.06))
            if rng.random() < 0.6:
                scene.add(stripe, trim, smooth=False)
        scene.add(
            moved(
                ball((0.24, 0.16, 0.08)),
                (0, body[2, 0] - 0.02, 0.5 * body[2, 1]),
                rotation("x", 35),
            ),
            glass,
        )
        places = [
            (s * x, -0.35 + 0.45 * x, -0.32)
            for s in (-1, 1)
            for x in ((0.95,) if rng.random() < 0.6 else (0.8, 1.6))
        ]
        if design == 4:
            places = [(s * 0.6, 1.5, 0.15) for s in (-1, 1)]
        for x, y, z in places:
            pod = lathe([(0.19, -0.4), (0.22, -0.3), (0.2, 0.2), (0.12, 0.5), (0.02, 0.55)], 20)
            scene.add(
                moved(pod, (x, y - 0.2, z), rotation("x", -90)),
                trim if rng.random() < 0.4 else skin,
            )
            face = lathe([(0.01, 0), (0.18, 0)], 20)
            scene.add(moved(face, (x, y - 0.57, z), rotation("x", -90)), dark)
            scene.add(box((0.06, 0.4, 0.25), (x, y, z + 0.2 if design == 0 else z)), skin)
    elif design == 2:
        scene.add(ball((0.19, 0.65, 0.2), (0, -1.1, 0.28)), glass)
        for s in (-1, 1):
            scene.add(box((0.2, 1.1, 0.3), (s * 0.36, -0.3, -0.02)), skin, bevel=0.08)
            scene.add(rod((s * 1.2, 0.2, -0.12), (s * 1.2, 1.3, -0.12), 0.06), trim)
        scene.add(
            moved(
                lathe([(0.2, 0), (0.24, -0.2), (0.01, -0.1)], 20), (0, 2.15, 0), rotation("x", -90)
            ),
            dark,
        )
    else:
        if design == 3:
            scene.add(ball((0.18, 0.2, 0.14), (0, 0.15, 0.32)), dark)
            scene.add(ball((0.12, 0.14, 0.16), (0, 0.2, 0.42)), trim)
        else:
            scene.add(ball((0.36, 0.55, 0.24), (0, -0.35, 0.38)), glass)
        if design == 1:
            for s in (-1, 1):
                scene.add(rod((s * 0.38, -0.3, -0.1), (s * 1.3, -0.3, 0.52), 0.03), trim)
        scene.add(box((0.9, 1.8, 0.08), (0, 0.2, 0.05)), trim, bevel=0.03) if design == 5 else None


def _propeller(scene, dark, trim, body):
    y = body[0, 0]
    scene.add(
        moved(lathe([(0.16, 0), (0.1, 0.14), (0.01, 0.2)], 16), (0, y, 0), rotation("x", 90)), trim
    )
    for turn in (25, 205):
        blade = box((0.1, 0.03, 0.62), (0, 0, 0.32))
        scene.add(moved(blade, (0, y - 0.08, 0), rotation("y", turn)), dark, bevel=0.01)
