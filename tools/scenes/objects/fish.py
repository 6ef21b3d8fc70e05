"""Fish: goldfish, clownfish, salmon, angelfish, tang; puffers are held out."""

import numpy as np
from colours import encoded, mix, shade
from meshes import ball, loft, moved, ring, rotation, smooth, tube
from paint import blend, cloudy, near, painted
from subject import Subject

DESIGNS = ("goldfish", "clownfish", "salmon", "angelfish", "tang", "puffer")

# Body: y, half height, half width; nose at -y.
BODIES = {
    0: [
        (-1.5, 0.05, 0.04),
        (-1.3, 0.3, 0.2),
        (-0.8, 0.58, 0.36),
        (-0.1, 0.68, 0.4),
        (0.6, 0.45, 0.25),
        (1.1, 0.2, 0.1),
        (1.3, 0.17, 0.06),
    ],
    1: [
        (-1.5, 0.06, 0.05),
        (-1.3, 0.3, 0.2),
        (-0.8, 0.52, 0.3),
        (0, 0.56, 0.3),
        (0.7, 0.38, 0.2),
        (1.15, 0.2, 0.1),
        (1.35, 0.2, 0.06),
    ],
    2: [
        (-2.0, 0.04, 0.03),
        (-1.75, 0.2, 0.14),
        (-1.1, 0.4, 0.25),
        (-0.2, 0.46, 0.28),
        (0.8, 0.32, 0.18),
        (1.5, 0.14, 0.08),
        (1.75, 0.14, 0.05),
    ],
    3: [
        (-1.3, 0.05, 0.04),
        (-1.1, 0.3, 0.12),
        (-0.6, 0.8, 0.19),
        (0, 1.0, 0.2),
        (0.5, 0.75, 0.15),
        (0.9, 0.28, 0.08),
        (1.1, 0.2, 0.05),
    ],
    5: [
        (-1.2, 0.12, 0.12),
        (-1.05, 0.4, 0.38),
        (-0.6, 0.72, 0.7),
        (0, 0.8, 0.78),
        (0.6, 0.5, 0.5),
        (1.05, 0.2, 0.16),
        (1.25, 0.15, 0.06),
    ],
    4: [
        (-1.4, 0.05, 0.04),
        (-1.2, 0.28, 0.12),
        (-0.7, 0.66, 0.2),
        (0, 0.74, 0.22),
        (0.6, 0.55, 0.16),
        (1.05, 0.15, 0.07),
        (1.25, 0.14, 0.05),
    ],
}


def build(scene, rng, design):
    """Build a fish that swims to -y."""
    body = np.array(BODIES[design], float)
    body *= (rng.between(0.85, 1.2), rng.between(0.85, 1.2), rng.between(0.8, 1.2))
    body[2:5, 1] *= rng.between(0.92, 1.08, 3)
    bend = rng.uniform(-0.16, 0.16)
    a = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    fine = smooth(body, 44)
    belly = rng.between(-0.1, 0.14)
    rings = []
    for y, h, w in fine:
        h, w = max(h, 0.03), max(w, 0.02)
        side = np.sign(np.sin(a)) * abs(np.sin(a)) ** 0.85
        z = h * np.cos(a) - belly * h * (np.cos(a) < 0) * abs(np.cos(a))
        rings.append(np.stack([bend * y * abs(y) + w * side, 0 * a + y, z], -1))
    mesh = loft(rings)
    paint, fin_colour = _skin(rng, design, body)
    hide = painted(scene, rng, rough=rng.uniform(0.15, 0.4), coat=0.5, scale=9, bump=0.1)
    scene.add(mesh, hide, paint=paint(mesh[0]))
    tail = _fins(scene, design, fin_colour, body, bend, rng)
    parts = _face(scene, rng, design, body, fine, bend, fin_colour)
    parts |= {"tail fin": tail, "dorsal fin": (0, 0.1, float(body[:, 1].max()) + 0.15)}
    yaw = rng.choice([-90, 90]) + rng.uniform(-35, 35)
    stages = ("water",) * 5 + ("table",)
    return Subject(parts, stages, (yaw, yaw), (-10, 22), (-14, 14), fill=(0.66, 1.0), metres=0.3)


def _face(scene, rng, design, body, fine, bend, fin_colour):
    """Add eyes, mouth and gill covers; returns their parts."""
    take = scene.material
    white = take("plain", rng, rng.colour("pale", "iris", "autumn"), rough=0.1, coat=1)
    pupil = take("plain", rng, (0.005, 0.005, 0.005), rough=0.05, coat=1)
    dark = take("plain", rng, shade(fin_colour, 0.25), rough=0.5)
    y = body[1, 0] + rng.between(0.15, 0.45) * (body[2, 0] - body[1, 0])
    width = float(np.interp(y, fine[:, 0], fine[:, 2]))
    z = rng.between(0.08, 0.2) if design != 5 else rng.between(0.2, 0.34)
    size = rng.between(0.07, 0.125) if design != 5 else rng.between(0.15, 0.24)
    parts = {}
    for name, sx in (("right eye", -1), ("left eye", 1)):
        x = bend * y * abs(y) + sx * width * 0.88
        scene.add(ball((size * 0.6, size, size), (x, y, z)), white)
        scene.add(ball((size * 0.4, size * 0.65, size * 0.65), (x + sx * size * 0.4, y, z)), pupil)
        parts[name] = (x + sx * size * 0.6, y, z)
        gill = y + 0.35
        w, h = (float(np.interp(gill, fine[:, 0], fine[:, k])) for k in (2, 1))
        t = np.linspace(-0.75, 0.75, 12)
        line = [
            (
                bend * gill * abs(gill) + sx * w * 0.97 * np.cos(v),
                gill + 0.1 * np.cos(2 * v),
                h * 0.8 * v,
            )
            for v in t
        ]
        scene.add(tube(line, 0.014, 6), dark)
    mouth = body[0]
    x0 = bend * mouth[0] * abs(mouth[0])
    lips = take("plain", rng, shade(fin_colour, 0.6), rough=0.3)
    scene.add(moved(ring(max(mouth[1], 0.06), 0.03, "y", 16), (x0, mouth[0], -0.02)), lips)
    return parts | {"mouth": (x0, mouth[0] - 0.02, 0)}


def _skin(rng, design, body):
    """Draw the pattern: a function of the points, and the fins' colour."""
    orange = encoded(rng.between(0.85, 1), rng.between(0.35, 0.55), rng.between(0.02, 0.15))
    white, black = encoded(0.9, 0.9, 0.86), encoded(0.07, 0.07, 0.08)
    seed, phase = int(rng.integers(1 << 30)), rng.uniform(0, 0.4)
    high, low = body[:, 1].max(), body[0, 0]
    free = rng.random() < 0.25
    first, second = rng.colour("vivid", "any"), rng.colour("any", "pale", "dark")
    scales = rng.uniform(16, 26)

    def noise(p, scale):
        return cloudy(p, np.random.default_rng(seed), scale)

    def scaled(colour, p, depth):
        pattern = np.cos(scales * p[:, 1] + 3 * np.cos(scales * p[:, 2])) * (p[:, 1] > low + 0.7)
        return np.clip(colour * (1 + depth * pattern)[:, None], 0, 1)

    if design == 0:
        base, patch = (first, second) if free else (orange, mix(orange, white, rng.between(0, 1)))
        spread = rng.between(0.2, 0.8)

        def paint(p):
            colour = blend(base, patch, 1 / (1 + np.exp(-9 * (noise(p, 0.35) - 1 + spread))))
            colour = blend(colour, mix(base, white, 0.6), -0.9 * p[:, 2] / high)
            return scaled(colour, p, 0.18)

        return paint, mix(base, patch, rng.uniform(0, 0.7))
    if design == 1:
        base = first if free else mix(orange, encoded(0.9, 0.2, 0.05), rng.uniform(0, 0.6))
        places = np.array([-0.72, 0.12, 0.98]) + rng.between(-0.12, 0.12, 3)
        wide = rng.between(0.07, 0.17)

        def paint(p):
            away = np.abs(p[:, 1:2] + 0.12 * np.cos(2.5 * p[:, 2:]) - places).min(1)
            colour = blend(np.tile(base, (len(p), 1)), black, (away < wide + 0.07) * 0.9)
            return blend(colour, white, away < wide)

        return paint, shade(base, 0.85)
    if design == 2:
        back = mix(encoded(0.2, 0.28, 0.27), encoded(0.35, 0.33, 0.2), rng.between(0, 1))
        side = mix(encoded(0.72, 0.74, 0.76), encoded(0.75, 0.45, 0.36), rng.between(0, 1) ** 2)
        edge = rng.between(-0.05, 0.2)

        def paint(p):
            colour = blend(side, back, 1 / (1 + np.exp(-9 * (p[:, 2] / high - edge))))
            colour = blend(colour, white, -1.1 * p[:, 2] / high - 0.2)
            colour = blend(colour, black, 0.8 * (noise(p, 2.6) > 0.86) * (p[:, 2] > 0))
            return scaled(colour, p, 0.12)

        return paint, mix(back, side, 0.4)
    if design == 3:
        base = first if free else mix(encoded(0.95, 0.8, 0.2), white, rng.between(0, 1))
        bars, width = rng.between(1.6, 2.8), rng.between(-0.1, 0.6)

        def paint(p):
            stripes = np.cos(2 * np.pi * bars * (p[:, 1] / 2.2 + phase)) - width
            return scaled(blend(base, black, 1 / (1 + np.exp(-18 * stripes))), p, 0.08)

        return paint, mix(base, second, rng.uniform(0, 0.4))
    if design == 4:
        base = first if not free else encoded(0.95, 0.8, 0.15)
        mark = encoded(0.03, 0.04, 0.1) if rng.random() < 0.6 else second
        level, front = rng.between(0.0, 0.4), rng.between(-0.8, -0.3)

        def paint(p):
            band = near(p, (0, 0.3, level * high), (9, 0.9, 0.2 * high)) + (p[:, 1] > 0.95)
            head = 0.9 * (abs(p[:, 1] - front) < 0.05)
            return blend(
                np.tile(base, (len(p), 1)), mark, 1 / (1 + np.exp(-16 * (band + head - 0.5)))
            )

        return paint, mix(base, encoded(0.95, 0.85, 0.2), rng.uniform(0, 0.8))
    sand = mix(encoded(0.72, 0.62, 0.4), first, rng.between(0, 0.6))
    dark, dots = mix(shade(sand, 0.3), black, 0.4), rng.between(1.3, 2.6)

    def paint(p):
        colour = blend(sand, dark, 1 / (1 + np.exp(-22 * (noise(p, dots) - 0.72))))
        return blend(colour, white, -2.2 * p[:, 2] / high - 0.3)

    return paint, mix(sand, dark, 0.3)


def _fan(tint, rng, base, rim, bend=0.0):
    """Add a fin: a sheet of rays between two curves [K, 2] of (y, z), jagged at its rim."""
    count = 31
    base, rim = smooth(base, count), smooth(rim, count)
    ray = np.arange(count) % 2
    length = rng.uniform(0.86, 0.96) + (1 - rng.uniform(0.86, 0.96)) * ray
    rows = []
    for t in (0, 0.35, 0.7, 1):
        reach = t * (length if t == 1 else np.ones(count))
        flat = base + (rim - base) * reach[:, None]
        x = bend * t**2 + 0.02 * np.sin(np.arange(count)) * t
        rows.append(np.stack([x + 0 * ray, flat[:, 0], flat[:, 1]], -1))
    vertices = np.concatenate(rows)
    faces = [
        [r * count + i, r * count + i + 1, (r + 1) * count + i + 1, (r + 1) * count + i]
        for r in range(3)
        for i in range(count - 1)
    ]
    shades = np.concatenate([(0.72 + 0.4 * ray) * f for f in (0.85, 1.0, 1.05, 0.9)])
    return (vertices, faces), np.clip(np.asarray(tint) * shades[:, None], 0, 1)


def _fins(scene, design, tint, body, bend, rng):
    hide = painted(scene, rng, rough=0.4, scale=3)
    end = body[-1, 0]
    x = bend * end * abs(end)
    profile = smooth(body, 60)

    def back(y, sign=1):
        return [(v, sign * 0.94 * float(np.interp(v, profile[:, 0], profile[:, 1]))) for v in y]

    def put(fan, offset=(0, 0, 0), turn=None):
        mesh, paint = fan
        scene.add(moved(mesh, offset, turn), hide, smooth=False, paint=paint)

    # Tail: two lobes, forked or round.
    s = {0: 1.25, 3: 0.85, 5: 0.65}.get(design, 0.95) * rng.between(0.8, 1.25)
    fork = rng.between(0.3, 0.55) if design in (0, 2, 4) else rng.between(0.75, 1.05)
    root = body[-1, 1]
    wide = rng.between(0.55, 0.8)
    base = [(0, -root), (0.02, 0), (0, root)]
    rim = [
        (0.75 * s, -wide * s),
        (0.7 * s, -0.4 * s),
        (fork * s, 0),
        (0.7 * s, 0.4 * s),
        (0.75 * s, wide * s),
    ]
    put(
        _fan(tint, rng, base, rim, bend=-0.5 * bend * s + rng.uniform(-0.15, 0.15)),
        (x, end - 0.03, 0),
    )
    # Back and belly.
    top = {0: 0.45, 3: 0.9, 5: 0.15}.get(design, 0.26) * rng.between(0.7, 1.4)
    start, stop = {2: (-0.25, 0.55), 5: (0.35, 0.95)}.get(design, (-0.6, 0.95))
    y = np.linspace(start, stop, 5) * rng.between(0.9, 1.1)
    lift = np.array([0.35, 0.9, 1.0, 0.85, 0.5]) * top
    if design == 3:
        lift = np.array([0.1, 0.3, 0.7, 1.3, 0.5]) * top
    for sign, first in ((1, 0), (-1, 2)):
        edge = np.array(back(y[first:], sign))
        rise = lift[first:] * (0.8 if sign < 0 else 1)
        rim = edge + np.stack([0.35 * rise + 0.1, sign * rise], -1)
        put(_fan(tint, rng, edge, rim))
    if design != 5:
        edge = np.array(back(np.linspace(-0.5, -0.2, 3), -1))
        put(_fan(tint, rng, edge, edge + (0.3, -0.3 * rng.between(0.7, 1.5))))
    wide, long = float(np.interp(-0.5, body[:, 0], body[:, 2])), rng.between(0.4, 0.75)
    for sx in (-1, 1):
        base = [(0, -0.08), (0, 0), (0, 0.08)]
        rim = [(long * 0.7, -0.3 * long), (long, 0), (long * 0.8, 0.35 * long)]
        spread = rotation("x", rng.uniform(0, 50)) @ rotation("z", -sx * rng.uniform(15, 45))
        put(_fan(tint, rng, base, rim), (sx * wide * 0.97, -0.5, -0.15), spread)
    return (x, end + 0.4 * s, 0)
