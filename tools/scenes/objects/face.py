"""Faces: short hair, long hair, beard, curls; hat and glasses for the test split."""

import numpy as np
from colours import colour, mix, shade
from meshes import (
    ball,
    flakes,
    joined,
    lathe,
    moved,
    ring,
    rod,
    rotation,
    rough,
    sculpted,
    smooth,
    surface_samples,
    tube,
)
from subject import Subject

DESIGNS = ("short hair", "long hair", "beard", "curls", "hat", "glasses")


def front(mesh, x, z):
    """Depth y of the front of a mesh at (x, z)."""
    points = mesh[0][mesh[0][:, 1] < 0]
    return float(points[np.argmin((points[:, 0] - x) ** 2 + (points[:, 2] - z) ** 2), 1])


def build(scene, rng, design):
    """Build a head of height about 2 that looks to -y."""
    take = scene.material
    tone = colour(rng, "skin")
    skin = take(
        "mottled",
        rng,
        tone,
        mix(shade(tone, 0.85), (tone[0], tone[1] * 0.6, tone[2] * 0.6), 0.3),
        scale=2.5,
        rough=0.5,
        bump=0.03,
    )
    hair_colour = colour(rng, "hair", "hair", "black", "grey")
    hair = take("mottled", rng, hair_colour, shade(hair_colour, 0.4), scale=5, rough=0.7)
    head = _head(rng)
    scene.add(head, skin, levels=1)
    eye_x, eye_z = rng.uniform(0.27, 0.33), rng.uniform(0.06, 0.16)
    parts = {}
    _eyes(scene, rng, head, skin, hair, tone, eye_x, eye_z, parts)
    _mouth(scene, rng, head, tone, parts)
    for name, s in (("right ear", -1), ("left ear", 1)):
        ear = joined(
            [
                ball((0.07, 0.17, 0.25), segments=14),
                moved(ring(0.16, 0.04, "x", 20), (s * 0.05, 0, 0.03)),
            ]
        )
        scene.add(moved(ear, (s * 0.76, 0.08, 0.0), rotation("z", s * 20)), skin)
        parts[name] = (s * 0.84, 0.05, 0)
    parts["nose"] = (0, front(head, 0, -0.18) - 0.01, -0.18)
    _hair(scene, rng, design, head, hair, hair_colour)
    scene.add(lathe([(0.42, -1.6), (0.42, -0.6)], 24), skin, is_object=False)
    cloth_colour = colour(rng, "any", "muted", "dark")
    cloth = take(
        ("plain", "stripes", "mottled")[rng.integers(3)],
        rng,
        cloth_colour,
        shade(cloth_colour, 0.6),
        scale=2,
        rough=0.9,
        is_object=False,
    )
    scene.add(ball((1.55, 0.65, 0.6), (0, 0.1, -1.9)), cloth, is_object=False)
    scene.add(moved(ring(0.45, 0.14, "z"), (0, 0, -1.38)), cloth, is_object=False)
    return Subject(parts, ("portrait",), (-50, 50), (-12, 18), (0, 0), fill=(0.6, 0.95))


def _head(rng):
    wide, jaw = rng.uniform(0.72, 0.82), rng.uniform(0.62, 0.85)
    vertices, faces = ball((wide, 0.92, 1.1), segments=48)
    taper = np.interp(vertices[:, 2], [-1.1, -0.75, 0.1, 1.1], [jaw * 0.85, jaw, 1, 1])
    vertices = vertices * np.stack(
        [taper, np.interp(vertices[:, 2], [-1.1, -0.3], [0.92, 1]), 0 * taper + 1], 1
    )
    nose, brow = rng.uniform(0.2, 0.32), rng.uniform(0.03, 0.09)
    bumps = [
        ((0, -0.9, 0.08), (0.1, 0.4, 0.3), (0, -nose * 0.5, 0)),
        ((0, -0.95, -0.16), (0.13, 0.4, 0.13), (0, -nose, -0.02)),
        ((0, -0.85, -0.5), (0.25, 0.3, 0.18), (0, -0.07, 0)),
        ((0, -0.8, -0.95), (0.25, 0.3, 0.2), (0, -0.14, -0.04)),
    ]
    for s in (-1, 1):
        bumps += [
            ((s * 0.3, -0.85, 0.1), (0.2, 0.35, 0.14), (0, 0.13, 0)),
            ((s * 0.3, -0.85, 0.32), (0.25, 0.3, 0.1), (0, -brow, 0)),
            ((s * 0.12, -0.9, -0.22), (0.08, 0.3, 0.07), (s * 0.02, -0.08, 0)),
            ((s * 0.45, -0.65, -0.2), (0.25, 0.3, 0.25), (s * 0.03, -0.07, 0)),
        ]
    return sculpted((vertices, faces), bumps)


def _eyes(scene, rng, head, skin, hair, tone, x, z, parts):
    take = scene.material
    white = take("plain", rng, (0.8, 0.78, 0.75), (0.75, 0.7, 0.68), rough=0.15, coat=1)
    iris = take("plain", rng, colour(rng, "iris"), rough=0.1, coat=1)
    black = take("plain", rng, (0.005, 0.005, 0.005), rough=0.05, coat=1)
    lid = take("plain", rng, shade(tone, 0.75), rough=0.5)
    gaze = np.array([rng.uniform(-0.05, 0.05), 0, rng.uniform(-0.02, 0.02)])
    opening = rng.uniform(0.07, 0.11)
    for name, s in (("right eye", -1), ("left eye", 1)):
        y = front(head, s * x, z) + 0.06
        centre = np.array([s * x, y, z])
        scene.add(ball((0.165, 0.12, opening + 0.025), centre, 20), white)
        scene.add(ball((0.078, 0.03, 0.078), centre + gaze + (0, -0.105, 0), 16), iris)
        scene.add(ball((0.038, 0.02, 0.038), centre + gaze + (0, -0.128, 0), 12), black)
        t = np.linspace(-1, 1, 14)
        for up, material, width in ((1, lid, 0.045), (1, black, 0.018), (-1, skin, 0.03)):
            arc = np.stack(
                [
                    0.18 * t,
                    -0.13 * np.sqrt(1 - 0.75 * t**2) + 0.02,
                    up * (opening + 0.01) * (1 - t**2 * 0.9),
                ],
                -1,
            )
            if material is black:
                arc += (0, -0.035, -0.012)
            scene.add(tube(centre + arc, width * np.sqrt(1.05 - t**2), 8), material)
        arch = rng.uniform(0.02, 0.08)
        brow_y = np.array([front(head, s * (x + 0.24 * u), z + 0.27) for u in t])
        brow = np.stack(
            [s * (x + 0.24 * t), brow_y - 0.01, z + 0.25 + arch * (1 - t**2) - 0.03 * t], -1
        )
        scene.add(tube(brow, 0.045 * np.sqrt(1.05 - t**2), 8), hair)
        parts[name] = tuple(centre + (0, -0.13, 0))


def _mouth(scene, rng, head, tone, parts):
    take = scene.material
    lips = take("plain", rng, mix(colour(rng, "lips"), tone, 0.45), rough=0.35, coat=0.2)
    half, smile, z = rng.uniform(0.2, 0.28), rng.uniform(-0.02, 0.09), -0.5
    opened = rng.random() < 0.4
    gap = rng.uniform(0.05, 0.1) if opened else 0.02
    t = np.linspace(-1, 1, 18)
    y = np.array([front(head, half * u, z) for u in t])
    y = np.convolve(np.pad(y, 2, mode="edge"), np.ones(5) / 5, "valid")
    for up in (1, -1):
        line = np.stack(
            [half * t, y - 0.01, z + smile * t**2 + up * (gap * (1 - t**2) + 0.018)], -1
        )
        scene.add(tube(line, (0.05 if up < 0 else 0.042) * np.sqrt(1.02 - t**2) + 0.004, 10), lips)
    dark = take("plain", rng, (0.08, 0.01, 0.01), rough=0.5)
    y0 = float(y[len(y) // 2])
    scene.add(ball((half * 0.85, 0.05, gap + 0.012), (0, y0 + 0.04, z), 16), dark)
    if opened and rng.random() < 0.7:
        teeth = take("plain", rng, (0.8, 0.78, 0.7), rough=0.2)
        scene.add(ball((half * 0.7, 0.05, gap * 0.7), (0, y0 + 0.022, z + gap * 0.4), 16), teeth)
    parts["mouth"] = (0, y0 - 0.03, z)


def _cap(head, keep, grow):
    """The part of the head's surface where ``keep(x, y, z)``, moved outwards."""
    vertices, faces = head
    chosen = keep(*vertices.T)
    return vertices * grow, [face for face in faces if all(chosen[i] for i in face)]


def _strands(scene, rng, mesh, hair, count, length, down):
    points, out = surface_samples(mesh, count, rng)
    direction = out * (1, 1, 1) * 0.5 + np.array([0, 0.25, -down]) + rng.normal(0, 0.25, (count, 3))
    scene.add(flakes(points, direction, length, 0.035, rng, sides=3), hair)


def _hair(scene, rng, design, head, hair, hair_colour):
    line = rng.uniform(0.42, 0.56)
    top = _cap(
        head,
        lambda x, y, z: z > line * np.clip(-y * 1.6, -0.9, 1) + 0.25 * (abs(x) > 0.6) * (y < 0),
        1.08,
    )
    top = rough((top[0], top[1]), rng, 0.03, 3)
    if design in (0, 1, 5) or (design == 2 and rng.random() < 0.5):
        scene.add(top, hair)
        _strands(scene, rng, top, hair, 1500, 0.22, 0.5)
    if design == 1:
        length = rng.uniform(0.9, 1.5)
        for a in np.radians(np.linspace(-20, 200, 46)):
            r = rng.uniform(0.95, 1.1)
            start = np.array([0.72 * np.cos(a), 0.75 * np.sin(a), 0.75 * rng.uniform(0.7, 1)])
            mid = np.array([0.9 * r * np.cos(a), 0.95 * r * np.sin(a), 0.1])
            end = np.array([0.92 * r * np.cos(a) + rng.normal(0, 0.06), r * np.sin(a), -length])
            scene.add(
                tube(
                    smooth([start, mid, end], 10),
                    np.array([0.08, 0.1, 0.11, 0.12, 0.12, 0.12, 0.11, 0.1, 0.07, 0.02]),
                    7,
                ),
                hair,
            )
    if design in (2, 4):
        beard = _cap(
            head,
            lambda x, y, z: (z < -0.32 - 0.35 * (abs(x) < 0.27) * (z > -0.62)) & (y < 0.2),
            1.05,
        )
        if design == 2:
            scene.add(beard, hair)
            _strands(scene, rng, beard, hair, 1200, rng.uniform(0.15, 0.4), 1.2)
        t = np.linspace(-1, 1, 14)
        y = np.array([front(head, 0.26 * u, -0.37) for u in t])
        scene.add(
            tube(
                np.stack([0.3 * t, y - 0.03, -0.36 - 0.1 * t**2], -1),
                0.07 * np.sqrt(1.03 - t**2),
                8,
            ),
            hair,
        )
    if design == 3:
        points, out = surface_samples(top, 320, rng)
        size = rng.uniform(1.02, 1.2)
        curls = [
            ball(rng.uniform(0.08, 0.14), p * size + n * rng.uniform(0, 0.12), 10)
            for p, n in zip(points, out, strict=True)
        ]
        scene.add(top, hair)
        scene.add(joined(curls), hair)
        _strands(scene, rng, joined(curls), hair, 900, 0.12, 0.2)
    if design == 4:
        felt_colour = colour(rng, "any", "dark", "muted")
        felt = scene.material(
            "mottled", rng, felt_colour, shade(felt_colour, 0.8), scale=4, rough=0.95
        )
        crown = lathe(
            [
                (1.45, 0.02),
                (1.45, 0.06),
                (0.88, 0.1),
                (0.86, 0.25),
                (0.8, 0.7),
                (0.6, 0.8),
                (0.01, 0.74),
            ],
            40,
        )
        scene.add(moved(crown, (0, 0.05, 0.5), rotation("x", -6)), felt)
        scene.add(
            moved(lathe([(0.89, 0.1), (0.88, 0.28)], 40), (0, 0.05, 0.5), rotation("x", -6)), hair
        )
    if design == 5:
        frame = scene.material("plain", rng, colour(rng, "black", "vivid", "metal"), rough=0.3)
        y = front(head, 0.3, 0.1) - 0.14
        for s in (-1, 1):
            scene.add(moved(ring(0.24, 0.028), (s * 0.31, y, 0.1)), frame)
            scene.add(rod((s * 0.55, y, 0.13), (s * 0.82, 0.1, 0.12), 0.025), frame)
        scene.add(rod((-0.08, y, 0.14), (0.08, y, 0.14), 0.028), frame)
        scene.add(ball(0.35, (0, 0.35, 1.25)), hair)
