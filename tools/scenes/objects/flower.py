"""Flowers: daisy, tulip, sunflower, poppy, lily; dahlias are held out."""

import numpy as np
from colours import mix, shade
from meshes import ball, joined, lathe, loft, moved, rod, rotation, smooth, tube
from paint import blend, cloudy, painted
from subject import Subject

DESIGNS = ("daisy", "tulip", "sunflower", "poppy", "lily", "dahlia")


def build(scene, rng, design):
    """Build a flower whose head, of radius about 1, is at the origin and looks up and to -y."""
    take = scene.material
    petal_colour = rng.colour("petal", "petal", "pale") if design != 2 else rng.colour("autumn")
    base = mix(petal_colour, rng.colour("petal", "pale"), rng.between(0, 0.7))
    petals = painted(scene, rng, rough=0.5, scale=3, bump=0.1)
    green = rng.colour("leaf")
    leaf = take("stripes", rng, green, shade(green, 0.6), scale=2, distortion=3, rough=0.5)
    tilt = rotation("z", rng.between(-15, 15)) @ rotation(
        "x", {1: rng.between(0, 20)}.get(design, rng.between(30, 75))
    )
    rows = {
        0: [(rng.integers(14, 22), 0.3, 0.75, 0.2, 4, 0.0)],
        1: [(3, 0.05, 1.5, 0.95, 82, 0.55), (3, 0.05, 1.4, 0.85, 74, 0.5)],
        2: [(20, 0.5, 0.6, 0.2, 12, 0.1), (18, 0.5, 0.55, 0.2, 28, 0.1)],
        3: [(4, 0.08, 1.0, 0.95, 30, 0.35), (3, 0.08, 0.9, 0.9, 50, 0.35)],
        4: [(3, 0.06, 1.25, 0.42, 38, -0.6), (3, 0.06, 1.2, 0.36, 30, -0.6)],
        5: [
            (16, 0.3, 0.75, 0.26, 8, 0.3),
            (14, 0.22, 0.65, 0.25, 30, 0.3),
            (10, 0.15, 0.5, 0.22, 52, 0.3),
            (7, 0.06, 0.4, 0.2, 72, 0.3),
        ],
    }[design]
    rows = [
        (max(3, round(count * rng.between(0.8, 1.25))) if count > 4 else count, radius, *rest)
        for count, radius, *rest in rows
    ]
    factors = rng.between(np.array([0.8, 0.75, -8, -0.2]), np.array([1.2, 1.3, 10, 0.2]), 4)
    rows = [
        (
            count,
            radius,
            length * factors[0],
            width * factors[1],
            lift + factors[2],
            curl + factors[3],
        )
        for count, radius, length, width, lift, curl in rows
    ]
    round_ = rng.between(0.6, 1.3)
    shapes, tips = [], []
    for count, radius, length, width, lift, curl in rows:
        start = rng.uniform(0, 360)
        for k in range(int(count)):
            shape = _petal(
                length * rng.uniform(0.93, 1.07), width * rng.uniform(0.9, 1.1), curl, round_
            )
            shape = moved(shape, turn=rotation("x", lift + rng.uniform(-6, 6)))
            shape = moved(shape, (0, radius, 0))
            shapes.append(
                moved(
                    shape, turn=rotation("z", start + 360 / count * (k + rng.uniform(-0.15, 0.15)))
                )
            )
            tips.append(shapes[-1][0][len(shapes[-1][0]) // 2])
    crown = joined(shapes)
    away = np.linalg.norm(crown[0], axis=1)
    heart, edge = rng.uniform(0.2, 0.6), rng.uniform(0.6, 1.2)
    tint = blend(base, petal_colour, (away / away.max() - heart) / 0.3)
    tint = blend(tint, shade(petal_colour, edge), 0.5 * (away / away.max()) ** 4)
    tint = tint * (0.75 + 0.35 * cloudy(crown[0], rng, 1.0))[:, None]
    scene.add(moved(crown, turn=tilt), petals, paint=np.clip(tint, 0, 1))
    _centre(scene, rng, design, tilt, leaf)
    down = tilt @ (0, 0, -0.15)
    length = rng.between(1.4, 2.8)
    foot = np.array([rng.normal(0, 0.25), rng.normal(0, 0.25) + 0.2, -length])
    stem = smooth(
        [down * 0.3, down * 2.2 + (0, 0, -0.2), (down + foot) / 2 + (0, 0.12, 0), foot], 20
    )
    scene.add(tube(stem, 0.06 if design != 2 else 0.1), leaf)
    parts = {"centre": tuple(tilt @ (0, 0, {1: 1.2}.get(design, 0.1))), "stem": tuple(stem[11])}
    for _ in range(rng.integers(1, 4)):
        at = stem[rng.integers(10, 18)]
        blade = _petal(rng.between(0.7, 1.3), 0.28, -0.4)
        blade = moved(
            blade, turn=rotation("z", rng.uniform(0, 360)) @ rotation("x", rng.between(20, 60))
        )
        scene.add(moved(blade, at), leaf)
        parts.setdefault("leaf", tuple(at + blade[0][len(blade[0]) // 2]))
    side = np.array([tilt @ t for t in tips])
    parts["right petal"] = tuple(side[side[:, 0].argmin()])
    parts["left petal"] = tuple(side[side[:, 0].argmax()])
    return Subject(
        parts,
        ("meadow", "meadow", "table", "portrait", "floor", "street"),
        (-50, 50),
        (0, 45),
        fill=(0.65, 1.0),
        metres=0.2,
    )


def _petal(length, width, curl, round_=0.9):
    """Build a petal along +y from the origin, curled up or (negative) down at the tip."""
    rings = []
    for t in np.linspace(0, 1, 8):
        half = (
            width
            * (0.25 + 0.75 * np.sin(np.pi * min(t * 0.85 + 0.1, 1)) ** round_)
            * (1 if t < 1 else 0.35)
        )
        u = np.linspace(-1, 1, 7)
        y = length * t
        z = curl * length * t**2 * 0.5 + 0.25 * half * u**2
        line = np.stack([half * u, 0 * u + y, z], -1)
        rings.append(np.concatenate([line, line[::-1] - (0, 0, 0.02)]))
    return loft(rings)


def _centre(scene, rng, design, tilt, leaf):
    take = scene.material
    if design in (0, 2):
        r = 0.34 if design == 0 else 0.58
        first = rng.colour("autumn") if design == 0 else rng.colour("wood", "dark")
        disc = take("spots", rng, first, shade(first, 0.4), scale=14, bump=0.6, rough=0.8)
        scene.add(moved(ball((r, r, r * 0.4)), turn=tilt), disc)
    elif design in (3, 4):
        knob = take("plain", rng, rng.colour("leaf", "dark"), rough=0.6)
        scene.add(moved(ball((0.16, 0.16, 0.2), (0, 0, 0.12)), turn=tilt), knob)
        tip = take("plain", rng, rng.colour("autumn", "black"), rough=0.7)
        for k in range(12 if design == 3 else 6):
            a = 2 * np.pi * k / (12 if design == 3 else 6)
            end = np.array([0.3 * np.cos(a), 0.3 * np.sin(a), 0.35 if design == 3 else 0.75])
            scene.add(moved(rod((0, 0, 0), end, 0.015, 6), turn=tilt), knob)
            scene.add(moved(ball(0.05, end, 8), turn=tilt), tip)
    scene.add(
        moved(lathe([(0.05, -0.25), (0.2, -0.1), (0.28, 0.0), (0.01, 0.02)], 16), turn=tilt), leaf
    )
