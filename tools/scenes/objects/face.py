"""Faces: short hair, long hair, beard, curls, hat; glasses with a bun are held out."""

import numpy as np
from colours import mix, shade
from meshes import (
    ball,
    joined,
    lathe,
    moved,
    ring,
    rotation,
    sculpted,
    tube,
)
from paint import blend, cloudy, near, painted
from subject import Subject

from objects.hair import brows, dress, front

DESIGNS = ("short hair", "long hair", "beard", "curls", "hat", "glasses")


def build(scene, rng, design):
    """Build a head of height about 2 that looks to -y."""
    take = scene.material
    tone = rng.colour("skin")
    hair_colour = rng.colour("hair", "hair", "black", "grey")
    hair = painted(scene, rng, rough=0.85, scale=9)
    head = _head(rng)
    eye_x, eye_z = rng.between(0.26, 0.33), rng.between(0.06, 0.16)
    skin = painted(scene, rng, rough=rng.uniform(0.5, 0.75), scale=7, bump=0.04)
    stubble = rng.uniform(0, 0.5) if rng.random() < 0.3 or design == 2 else 0.0
    paint = _complexion(rng, head[0], tone, hair_colour, eye_x, eye_z, stubble)
    scene.add(head, skin, paint=paint)
    parts = {}
    plain = take("plain", rng, shade(tone, 0.9), rough=0.5)
    _eyes(scene, rng, head, plain, tone, eye_x, eye_z, parts)
    brows(scene, rng, head, hair, hair_colour, eye_x, eye_z)
    _mouth(scene, rng, head, tone, parts)
    size = rng.between(0.85, 1.2)
    for name, s in (("right ear", -1), ("left ear", 1)):
        ear = joined(
            [
                ball((0.06, 0.15, 0.22), segments=14),
                moved(ring(0.14, 0.035, "x", 20), (s * 0.05, 0, 0.03)),
            ]
        )
        wide = abs(head[0][np.abs(head[0][:, 2]) < 0.1, 0]).max()
        scene.add(moved(ear, (s * (wide - 0.02), 0.08, 0.0), rotation("z", s * 20), size), plain)
        parts[name] = (s * (wide + 0.06), 0.05, 0)
    tip = front(head, 0, -0.18)
    parts["nose"] = (0, tip - 0.01, -0.18)
    dark = take("plain", rng, shade(tone, 0.15), rough=0.8)
    for s in (-1, 1):
        at = (s * 0.06, front(head, s * 0.06, -0.27) - 0.005, -0.27)
        scene.add(ball((0.035, 0.02, 0.02), at, 10), dark)
    dress(scene, rng, design, head, hair, hair_colour)
    scene.add(lathe([(0.5, -1.7), (0.42, -1.2), (0.42, -0.6)], 24), plain, is_object=False)
    cloth_colour = rng.colour("any", "muted", "dark")
    cloth = take(
        ("plain", "stripes", "mottled")[rng.integers(3)],
        rng,
        cloth_colour,
        shade(cloth_colour, 0.6),
        scale=rng.uniform(1, 4),
        distortion=0.5,
        rough=0.9,
        is_object=False,
    )
    wide = rng.between(1.4, 1.8)
    shoulders = sculpted(
        ball((wide, 0.62, 0.75), (0, 0.1, -2.05), 36),
        [((0, 0, -1.3), (0.6, 0.6, 0.3), (0, 0, 0.14))],
    )
    scene.add(shoulders, cloth, is_object=False)
    if rng.random() < 0.6:
        scene.add(moved(ring(0.46, 0.09, "z"), (0, 0, -1.33)), cloth, is_object=False)
    return Subject(
        parts, ("portrait",), (-50, 50), (-12, 18), (0, 0), fill=(0.6, 0.97), stretch=0.07
    )


def _head(rng):
    wide, jaw = rng.between(0.7, 0.84), rng.between(0.58, 0.88)
    vertices, faces = ball((wide, 0.92, rng.between(1.02, 1.16)), segments=128)
    taper = np.interp(
        vertices[:, 2], [-1.1, -0.8, -0.45, 0.1, 1.1], [jaw * 0.7, jaw * 0.97, jaw * 1.06, 1, 1]
    )
    vertices = vertices * np.stack(
        [taper, np.interp(vertices[:, 2], [-1.1, -0.3], [0.92, 1]), 0 * taper + 1], 1
    )
    nose, brow, chin = rng.between(0.13, 0.26), rng.between(0.03, 0.09), rng.between(0.04, 0.16)
    broad, cheek = rng.between(0.085, 0.13), rng.between(0.02, 0.1)
    bumps = [
        ((0, -0.9, 0.1), (broad * 0.9, 0.4, 0.26), (0, -nose * 0.55, 0)),
        ((0, -0.95, -0.16), (broad * 1.15, 0.4, 0.11), (0, -nose, -0.03)),
        ((0, -0.85, -0.5), (0.25, 0.3, 0.16), (0, -0.09, 0)),
        ((0, -0.85, -0.68), (0.2, 0.3, 0.07), (0, 0.05, 0)),
        ((0, -0.8, -0.92), (0.22, 0.3, 0.17), (0, -chin, -0.03)),
    ]
    for s in (-1, 1):
        bumps += [
            ((s * 0.3, -0.85, 0.1), (0.19, 0.35, 0.13), (0, 0.14, 0)),
            ((s * 0.3, -0.85, 0.3), (0.25, 0.3, 0.09), (0, -brow, 0)),
            ((s * broad, -0.95, -0.22), (0.07, 0.3, 0.07), (s * 0.02, -0.09, 0)),
            ((s * 0.45, -0.65, -0.2), (0.22, 0.3, 0.2), (s * 0.03, -cheek, 0)),
            ((s * 0.3, -0.75, -0.5), (0.12, 0.3, 0.3), (0, 0.03, 0)),
        ]
    return sculpted((vertices, faces), bumps)


def _complexion(rng, p, tone, hair, eye_x, eye_z, stubble):
    """Colours of the head's vertices: cheeks, sockets, stubble."""
    x, y, z = p.T
    facing = y < 0
    mirrored = np.stack([abs(x), y, z], 1)
    ruddy = (tone[0], tone[1] * 0.68, tone[2] * 0.64)
    colour = blend(tone, shade(tone, 0.8), cloudy(p, rng, 0.5) * 0.5)
    flush = rng.uniform(0.2, 0.9)
    colour = blend(colour, ruddy, flush * near(mirrored, (0.42, -0.7, -0.22), (0.25, 0.5, 0.2)))
    colour = blend(colour, ruddy, flush * near(p, (0, -1.05, -0.2), (0.15, 0.3, 0.14)))
    sockets = near(mirrored, (eye_x, -0.8, eye_z), (0.2, 0.5, 0.12))
    colour = blend(colour, shade(ruddy, 0.55), 0.6 * sockets)
    return blend(colour, hair, stubble * (z < -0.38 + 0.5 * (abs(x) > 0.45)) * facing * (y < 0.2))


def _eyes(scene, rng, head, skin, tone, x, z, parts):
    take = scene.material
    white = take("plain", rng, (0.66, 0.62, 0.58), (0.6, 0.54, 0.5), rough=0.15, coat=1)
    iris = take("plain", rng, rng.colour("iris"), rough=0.1, coat=1)
    black = take("plain", rng, (0.005, 0.005, 0.005), rough=0.05, coat=1)
    lid = take("plain", rng, shade(tone, 0.75), rough=0.5)
    gaze = np.array([rng.between(-0.05, 0.05), 0, rng.between(-0.02, 0.02)])
    opening = rng.between(0.045, 0.085)
    for name, s in (("right eye", -1), ("left eye", 1)):
        y = front(head, s * x, z) + 0.06
        centre = np.array([s * x, y, z])
        scene.add(ball((0.165, 0.12, opening + 0.025), centre, 20), white)
        scene.add(ball((0.072, 0.03, 0.072), centre + gaze + (0, -0.105, 0), 16), iris)
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
        parts[name] = tuple(centre + (0, -0.13, 0))


def _mouth(scene, rng, head, tone, parts):
    take = scene.material
    lips = take("plain", rng, mix(rng.colour("lips"), tone, rng.uniform(0.2, 0.65)), rough=0.45)
    half, smile, z = rng.between(0.18, 0.28), rng.between(-0.02, 0.08), -0.52
    opened = rng.random() < 0.3
    gap = rng.between(0.05, 0.1) if opened else 0.02
    t = np.linspace(-1, 1, 18)
    y = np.array([front(head, half * u, z) for u in t])
    y = np.convolve(np.pad(y, 2, mode="edge"), np.ones(5) / 5, "valid")
    for up in (1, -1):
        line = np.stack(
            [half * t, y - 0.01, z + smile * t**2 + up * (gap * (1 - t**2) + 0.018)], -1
        )
        scene.add(tube(line, (0.042 if up < 0 else 0.034) * np.sqrt(1.02 - t**2) + 0.004, 10), lips)
    dark = take("plain", rng, (0.08, 0.01, 0.01), rough=0.5)
    y0 = float(y[len(y) // 2])
    scene.add(ball((half * 0.85, 0.05, gap + 0.012), (0, y0 + 0.04, z), 16), dark)
    if opened and rng.random() < 0.7:
        teeth = take("plain", rng, (0.6, 0.57, 0.5), rough=0.3)
        scene.add(ball((half * 0.7, 0.05, gap * 0.7), (0, y0 + 0.022, z + gap * 0.4), 16), teeth)
    parts["mouth"] = (0, y0 - 0.03, z)
