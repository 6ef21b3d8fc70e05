"""Cars: saloon, hatchback, van, pickup, beetle; sports cars are held out."""

import numpy as np
from colours import shade
from meshes import ball, box, lathe, moved, rod, rotation, slab, smooth, tube
from subject import Subject

DESIGNS = ("saloon", "hatchback", "van", "pickup", "beetle", "sports")

# Side views as (y, z): body, glass; then the wheels' y, their radius and half of the width.
SHAPES = {
    0: (
        [
            (-2.2, 0.3),
            (-2.25, 0.62),
            (-2.1, 0.82),
            (-0.95, 0.98),
            (1.3, 1.0),
            (2.15, 0.92),
            (2.25, 0.6),
            (2.2, 0.3),
        ],
        [(-1.0, 0.95), (-0.35, 1.42), (0.75, 1.46), (1.5, 0.97)],
        (-1.4, 1.35),
        0.38,
        0.88,
    ),
    1: (
        [
            (-1.85, 0.3),
            (-1.9, 0.65),
            (-1.75, 0.85),
            (-0.95, 1.0),
            (1.5, 1.05),
            (1.75, 0.95),
            (1.8, 0.6),
            (1.75, 0.3),
        ],
        [(-1.05, 0.97), (-0.35, 1.5), (1.1, 1.52), (1.68, 1.0)],
        (-1.2, 1.15),
        0.37,
        0.86,
    ),
    2: (
        [
            (-2.1, 0.35),
            (-2.15, 0.75),
            (-2.0, 1.05),
            (-1.55, 1.15),
            (2.05, 1.15),
            (2.15, 0.75),
            (2.1, 0.35),
        ],
        [(-1.6, 1.1), (-1.1, 1.85), (1.95, 1.88), (2.05, 1.1)],
        (-1.35, 1.35),
        0.4,
        0.92,
    ),
    3: (
        [
            (-2.4, 0.42),
            (-2.45, 0.8),
            (-2.35, 1.02),
            (-1.1, 1.1),
            (2.45, 1.1),
            (2.5, 0.8),
            (2.45, 0.42),
        ],
        [(-1.15, 1.08), (-0.6, 1.68), (0.45, 1.7), (0.65, 1.08)],
        (-1.5, 1.5),
        0.45,
        0.93,
    ),
    4: (
        [
            (-2.0, 0.35),
            (-2.0, 0.62),
            (-1.7, 0.95),
            (-0.9, 1.05),
            (0.9, 1.1),
            (1.6, 0.95),
            (2.0, 0.55),
            (1.95, 0.35),
        ],
        [(-0.95, 0.98), (-0.5, 1.42), (0.1, 1.56), (0.75, 1.45), (1.35, 1.05)],
        (-1.25, 1.25),
        0.4,
        0.8,
    ),
    5: (
        [
            (-2.2, 0.25),
            (-2.3, 0.45),
            (-1.9, 0.68),
            (-0.7, 0.82),
            (1.2, 0.86),
            (2.15, 0.88),
            (2.2, 0.55),
            (2.15, 0.25),
        ],
        [(-0.75, 0.8), (0.0, 1.14), (0.6, 1.16), (1.6, 0.86)],
        (-1.4, 1.4),
        0.38,
        0.95,
    ),
}


def build(scene, rng, design):
    """Build a car that drives to -y."""
    take = scene.material
    lower, upper, axles, radius, half = SHAPES[design]
    stretch = np.array([rng.between(0.88, 1.14), rng.between(0.94, 1.14)])
    lower, upper = np.array(lower) * stretch, np.array(upper) * stretch
    upper[1:-1, 1] *= rng.between(0.96, 1.1)
    upper[0, 0] += rng.between(-0.2, 0.25)
    upper[-2:, 0] += rng.between(-0.3, 0.2)
    lower[1:3, 1] *= rng.between(0.94, 1.08)
    half, radius = half * rng.between(0.93, 1.06), radius * rng.between(0.88, 1.14)
    first = rng.colour("vivid", "any", "pale", "grey", "black")
    paint = take(
        "plain",
        rng,
        first,
        shade(first, 0.93),
        rough=0.25,
        coat=1.0,
        metal=float(rng.random() < 0.3) * 0.5,
    )
    glass = take("plain", rng, rng.colour("black"), rough=0.04, coat=1.0)
    black = take("plain", rng, rng.colour("black"), rough=0.7)
    chrome = take("plain", rng, rng.colour("metal"), metal=1, rough=0.2)
    body = slab(smooth(lower[::-1], 40)[::-1] if design in (4, 5) else lower, 2 * half, "x")
    scene.add(_tapered(body, 0.55, 0.12), paint, bevel=0.1)
    cabin = slab(upper if design != 4 else smooth(upper, 14), 2 * half * 0.93, "x")
    scene.add(_tapered(cabin, 0.95, 0.35), glass, bevel=0.06)
    _roof(scene, paint, upper, half, rng, design)
    front, back = lower[:, 0].min(), lower[:, 0].max()
    parts, holes = {}, int(rng.integers(4, 10))
    for side, sx in (("right", -1), ("left", 1)):
        for end, y in zip(("front", "rear"), axles, strict=True):
            y = y * stretch[0]
            _wheel(scene, sx * (half - 0.08), y, radius, black, chrome, sx, holes)
            parts[f"{side} {end} wheel"] = (sx * (half + 0.06), y, radius)
    white = take(
        "plain", rng, (0.9, 0.9, 0.85), rough=0.1, coat=1, glow=rng.choice([0.0, 0.0, 3.0])
    )
    red = take("plain", rng, (0.5, 0.01, 0.01), rough=0.15, coat=1)
    height = {2: 0.8, 3: 0.85, 5: 0.5}.get(design, 0.68) * rng.between(0.95, 1.08)
    lamp_size = rng.between(0.75, 1.25, 3)
    for side, sx in (("right", -1), ("left", 1)):
        radii = (0.2, 0.12, 0.11) if design != 4 else (0.15, 0.12, 0.15)
        lamp = ball(radii * lamp_size, segments=16)
        scene.add(moved(lamp, (sx * half * 0.7, front + 0.1, height)), white)
        scene.add(
            box((0.3, 0.12, 0.16), (sx * half * 0.72, back - 0.05, height + 0.02)), red, bevel=0.03
        )
        parts[f"{side} headlight"] = (sx * half * 0.7, front + 0.02, height)
        scene.add(
            box((0.1, 0.16, 0.12), (sx * (half + 0.06), upper[0, 0] + 0.35, 1.0 * stretch[1])),
            paint,
            bevel=0.03,
        )
        for y in (upper[0, 0] + 0.35, 0.3, upper[-1, 0] - 0.3):
            scene.add(box((0.01, 0.018, 0.5), (sx * (half + 0.001), y, 0.68)), black, smooth=False)
        scene.add(box((0.03, 0.18, 0.04), (sx * (half + 0.01), 0.15, 0.85)), chrome, bevel=0.01)
        scene.add(box((0.02, axles[1] - axles[0] - 2 * radius, 0.12), (sx * half, 0, 0.32)), black)
    scene.add(box((half * 0.9, 0.1, 0.2), (0, front + 0.04, height - 0.08)), black, bevel=0.02)
    for s in np.linspace(-1, 1, 4):
        scene.add(
            box((half * 0.85, 0.12, 0.015), (0, front + 0.03, height - 0.08 + 0.07 * s)), chrome
        )
    for y, sign in ((front, -1), (back, 1)):
        scene.add(
            box((half * 1.9, 0.18, 0.16), (0, y + 0.02 * -sign, 0.38)),
            chrome if rng.random() < 0.4 else black,
            bevel=0.05,
        )
        scene.add(
            box((0.46, 0.05, 0.11), (0, y + sign * 0.09, 0.42)),
            take("plain", rng, (0.85, 0.85, 0.8)),
        )
    if design == 3:
        scene.add(box((half * 1.6, 1.6, 0.1), (0, 1.55, 1.08)), black)
        for x in (-1, 1):
            scene.add(box((0.12, 1.75, 0.12), (x * half * 0.9, 1.55, 1.14)), paint, bevel=0.03)
    parts["windscreen"] = (0, (upper[0, 0] + upper[1, 0]) / 2, (upper[0, 1] + upper[1, 1]) / 2)
    yaw = (-70, 70) if rng.random() < 0.8 else (110, 250)
    return Subject(
        parts,
        ("street", "street", "street", "meadow", "floor"),
        yaw,
        (3, 22),
        fill=(0.66, 0.98),
        metres=4,
    )


def _tapered(mesh, start, amount):
    """Narrow a mesh towards its top."""
    vertices, faces = mesh
    narrow = 1 - amount * np.clip(vertices[:, 2] - start, 0, None)
    return vertices * np.stack([narrow, np.ones_like(narrow), np.ones_like(narrow)], 1), faces


def _roof(scene, paint, upper, half, rng, design):
    """Add the roof and the pillars, which follow the glass."""
    half = half * 0.93
    line = upper if design != 4 else smooth(upper, 12)

    def scale(z):
        return half * (1 - 0.35 * max(z - 0.95, 0))

    for sx in (-1, 1):
        path = [(sx * scale(z), y, z) for y, z in line]
        scene.add(tube(smooth(path, 30), 0.05, 8), paint)
        y = 0.3 if design != 2 else -0.3
        z = float(np.interp(y, line[:, 0], line[:, 1]))
        scene.add(rod((sx * scale(0.95), y, 0.95), (sx * scale(z), y, z), 0.045), paint)
        if design == 2 and rng.random() < 0.6:
            scene.add(box((0.06, 2.2, 0.75), (sx * half * 0.9, 0.85, 1.45)), paint, bevel=0.02)
    top = line[1:-1] if design != 4 else line[3:-3]
    shape = np.concatenate([top, (top + (0, 0.06))[::-1]])
    scene.add(slab(shape[::1], 2 * scale(top[0, 1]), "x"), paint, bevel=0.03)


def _wheel(scene, x, y, radius, black, chrome, side, holes):
    turn = rotation("y", 90 * side)
    tyre = [(0.62, 0.1), (0.7, 0.13), (0.92, 0.13), (1, 0.08), (1, -0.13), (0.6, -0.13)]
    tyre = [(r * radius, z) for r, z in tyre]
    scene.add(moved(lathe(tyre, 28), (x, y, radius), turn), black)
    scene.add(
        moved(
            lathe(
                [
                    (0.01, 0.11),
                    (0.16 * radius, 0.11),
                    (0.25 * radius, 0.07),
                    (0.56 * radius, 0.06),
                    (0.64 * radius, 0.12),
                ],
                28,
            ),
            (x, y, radius),
            turn,
        ),
        chrome,
    )
    for k in range(holes):
        hole = moved(
            ball((0.13 * radius, 0.75 / holes * radius, 0.03), segments=8), (0.4 * radius, 0, 0.075)
        )
        hole = moved(hole, turn=rotation("z", 360 / holes * k))
        scene.add(moved(hole, (x, y, radius), turn), black)
    arch = lathe([(0.01, 0.09), (radius * 1.13, 0.085), (radius * 1.13, -0.1)], 28)
    scene.add(moved(arch, (x - side * 0.035, y, radius), turn), black)
