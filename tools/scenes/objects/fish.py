"""Fish: goldfish, clownfish, salmon, angelfish; puffer and tang for the test split."""

import numpy as np
from colours import colour, mix, shade
from meshes import ball, loft, moved, ring, rotation, slab, smooth
from subject import Subject

DESIGNS = ("goldfish", "clownfish", "salmon", "angelfish", "puffer", "tang")

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
    4: [
        (-1.2, 0.12, 0.12),
        (-1.05, 0.4, 0.38),
        (-0.6, 0.72, 0.7),
        (0, 0.8, 0.78),
        (0.6, 0.5, 0.5),
        (1.05, 0.2, 0.16),
        (1.25, 0.15, 0.06),
    ],
    5: [
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
    take = scene.material
    body = np.array(BODIES[design], float)
    body[:, 1:] *= rng.uniform(0.9, 1.1, 2)
    bend = rng.uniform(-0.12, 0.12)
    a = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rings = []
    fine = smooth(body, 22)
    for y, h, w in fine:
        x = bend * y * abs(y)
        h, w = max(h, 0.03), max(w, 0.02)
        rings.append(
            np.stack(
                [x + w * np.sign(np.sin(a)) * abs(np.sin(a)) ** 0.85, 0 * a + y, h * np.cos(a)], -1
            )
        )
    skin, second, fin_colour = _skin(scene, rng, design)
    scene.add(loft(rings), skin, levels=1)
    if design == 1:
        white = take("plain", rng, (0.85, 0.85, 0.8), rough=0.3, coat=0.5)
        for y in (-0.75, 0.1, 0.95):
            band = [
                np.stack(
                    [
                        bend * v * abs(v)
                        + (np.interp(v, fine[:, 0], fine[:, 2]) + 0.012)
                        * np.sign(np.sin(a))
                        * abs(np.sin(a)) ** 0.85,
                        0 * a + v,
                        (np.interp(v, fine[:, 0], fine[:, 1]) + 0.012) * np.cos(a),
                    ],
                    -1,
                )
                for v in np.linspace(y - 0.13, y + 0.13, 6)
            ]
            scene.add(loft(band), white)
    fins = take(
        "stripes",
        rng,
        fin_colour,
        shade(fin_colour, 0.6),
        scale=3,
        distortion=1,
        rough=0.4,
        turn=(0, 1.57, 0),
    )
    tail = _fins(scene, design, fins, body, bend, rng)
    eye = take("plain", rng, colour(rng, "pale", "iris"), rough=0.1, coat=1)
    pupil = take("plain", rng, (0.01, 0.01, 0.01), rough=0.05, coat=1)
    parts = {}
    y = body[1, 0] + 0.22 * (body[2, 0] - body[1, 0])
    width = float(np.interp(y, fine[:, 0], fine[:, 2]))
    z = 0.14 if design != 4 else 0.28
    size = 0.13 if design != 4 else 0.2
    for name, sx in (("right eye", -1), ("left eye", 1)):
        x = bend * y * abs(y) + sx * width * 0.88
        scene.add(ball((size * 0.6, size, size), (x, y, z)), eye)
        scene.add(ball((size * 0.4, size * 0.6, size * 0.6), (x + sx * size * 0.4, y, z)), pupil)
        parts[name] = (x + sx * size * 0.6, y, z)
    mouth = body[0]
    x0 = bend * mouth[0] * abs(mouth[0])
    lips = take("plain", rng, shade(fin_colour, 0.6), rough=0.3)
    scene.add(moved(ring(max(mouth[1], 0.06), 0.03, "y", 16), (x0, mouth[0], -0.02)), lips)
    parts |= {
        "mouth": (x0, mouth[0] - 0.02, 0),
        "tail fin": tail,
        "dorsal fin": (0, 0.1, float(body[:, 1].max()) + 0.15),
    }
    yaw = rng.choice([-90, 90]) + rng.uniform(-45, 45)
    return Subject(
        parts,
        ("water", "water", "water", "table"),
        (yaw, yaw),
        (-8, 20),
        (-12, 12),
        fill=(0.6, 0.97),
    )


def _skin(scene, rng, design):
    take = scene.material
    if design == 1:
        first = colour(rng, "autumn")
        return (
            take("mottled", rng, first, shade(first, 0.8), scale=2, rough=0.3, coat=0.5),
            None,
            shade(first, 0.8),
        )
    first, second = (
        colour(rng, "vivid", "autumn", "any", "metal"),
        colour(rng, "any", "pale", "dark"),
    )
    kind = {0: "spots", 2: "spots", 3: "stripes", 4: "spots", 5: "mottled"}[design]
    if design in (0, 2):
        second = shade(first, 0.45)
    material = take(
        kind,
        rng,
        first,
        second,
        scale={0: 8, 2: 10, 3: 1.2, 4: 4, 5: 2}[design],
        rough=0.25,
        coat=0.6,
        bump=0.2 * (kind == "spots"),
        sharp=0.6 if design in (3, 4) else 0.2,
        metal=0.4 * (design == 2),
        distortion=2,
        turn=(0, 0, 1.57),
    )
    return material, second, mix(first, second, rng.uniform(0, 0.6))


def _fins(scene, design, fins, body, bend, rng):
    end, high = body[-1, 0], float(body[:, 1].max())
    x = bend * end * abs(end)
    s = {0: 1.3, 3: 0.9}.get(design, 1.0) * rng.uniform(0.9, 1.15)
    fork = 0.45 if design in (0, 2, 5) else 0.75
    shape = smooth(
        [
            (-0.12, 0),
            (0.25 * s, 0.42 * s),
            (0.8 * s, 0.72 * s),
            (fork * s, 0),
            (0.8 * s, -0.72 * s),
            (0.25 * s, -0.42 * s),
        ],
        30,
        True,
    )
    tail = slab(shape[::-1], 0.04, "x")
    scene.add(moved(tail, (x, end, 0), rotation("z", -np.degrees(bend) * 2)), fins)
    top = 0.8 if design == 3 else 0.3
    dorsal = [
        (-0.55, high * 0.75),
        (-0.3, high + top * 0.8),
        (0.3, high + top),
        (0.8, high * 0.5 + top),
        (0.65, high * 0.35),
    ]
    scene.add(slab(smooth(dorsal[::-1], 20), 0.04, "x"), fins)
    belly = [
        (0.0, -high * 0.85),
        (0.35, -high - top),
        (0.75, -high * 0.6 - top * 0.7),
        (0.6, -high * 0.4),
    ]
    scene.add(slab(smooth(belly, 20), 0.04, "x"), fins)
    wide = float(np.interp(-0.5, body[:, 0], body[:, 2]))
    for sx in (-1, 1):
        fin = slab(
            smooth([(0, 0.08), (0.35, 0.22), (0.55, 0.0), (0.35, -0.2), (0, -0.1)], 20)[::-1],
            0.03,
            "x",
        )
        scene.add(moved(fin, (sx * wide * 0.95, -0.5, -0.15), rotation("z", -sx * 30)), fins)
    return (x, end + 0.45 * s, 0)
