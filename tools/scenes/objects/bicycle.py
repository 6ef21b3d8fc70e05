"""Bicycles: road, city, mountain, folding, cruiser; BMX ones are held out."""

import numpy as np
from colours import shade
from meshes import ball, box, joined, moved, ring, rod, smooth, tube
from subject import Subject

DESIGNS = ("road", "city", "mountain", "folding", "cruiser", "BMX")


def build(scene, rng, design):
    """Build a bicycle that drives to -y; z of the ground is 0."""
    take = scene.material
    first = rng.colour("vivid", "any", "dark", "pale")
    paint = take("plain", rng, first, shade(first, 0.9), rough=0.25, coat=0.8)
    black = take("plain", rng, rng.colour("black"), rough=0.6)
    chrome = take("plain", rng, rng.colour("metal"), metal=1, rough=0.25)
    seat_colour = rng.colour("black", "wood", "dark")
    leather = take("plain", rng, seat_colour, rough=0.5)
    small = design in (3, 5)
    radius = rng.between(0.42, 0.56) if small else rng.between(0.62, 0.74)
    tyre = {0: 0.032, 1: 0.045, 2: 0.085, 3: 0.055, 4: 0.075, 5: 0.065}[design]
    tyre *= rng.between(0.8, 1.2)
    front = np.array([0, -1.0 * rng.between(0.92, 1.1), radius])
    back = np.array([0, (0.95 if design != 5 else 0.78) * rng.between(0.92, 1.1), radius])
    rim = (paint, chrome, black, black, black)[rng.integers(5)]
    for hub in (front, back):
        _wheel(scene, hub, radius, tyre, black, chrome, rim, rng)
    pipe = {0: 0.042, 2: 0.065, 4: 0.058}.get(design, 0.05) * rng.between(0.8, 1.25)
    crank = np.array([0, 0.12, radius * rng.between(0.82, 0.98) + (0.15 if small else 0)])
    saddle = np.array([0, rng.between(0.4, 0.58), {3: 1.42, 5: 1.12}.get(design, 1.6)])
    head = np.array([0, -0.68, {3: 1.25, 5: 1.18}.get(design, 1.46)])
    saddle[2] *= rng.between(0.9, 1.1)
    head[1:] *= rng.between(0.92, 1.08, 2)
    low_head = head + (0, -0.07, -rng.between(0.16, 0.3))
    joint = crank + (saddle - crank) * 0.8
    bars = [(crank, saddle), (crank, back), (joint, back), (crank, low_head)]
    if design in (1, 3):
        curve = smooth(
            [head, head * 0.5 + crank * 0.5 + (0, 0, 0.02), crank * 0.6 + joint * 0.4], 12
        )
        scene.add(tube(curve, pipe), paint)
    elif design == 4:
        middle = (head + joint) / 2
        for lift in (0.16, -0.12):
            scene.add(tube(smooth([head, middle + (0, 0, lift), joint], 14), pipe), paint)
    else:
        bars.append((head, joint))
    for a, b in bars:
        scene.add(rod(a, b, pipe if b is not back else pipe * 0.6), paint)
    fork = smooth([head + (0, 0.02, 0.08), low_head, front + (0, 0.08, 0.3), front], 12)
    scene.add(tube(fork, pipe * 0.8), paint if rng.random() < 0.6 else chrome)
    scene.add(
        joined(
            [
                ball((0.16, 0.15, 0.06), saddle + (0, 0.12, 0.05), 16),
                ball((0.06, 0.24, 0.05), saddle + (0, -0.08, 0.05), 16),
            ]
        ),
        leather,
        levels=1,
    )
    scene.add(moved(ring(0.17, 0.025, "x"), crank), chrome)
    for s in (-1, 1):
        end = crank + (s * 0.12, s * 0.14, -s * 0.2)
        scene.add(rod(crank + (s * 0.08, 0, 0), end, 0.025), chrome)
        scene.add(box((0.16, 0.12, 0.04), end + (s * 0.08, 0, 0)), black)
    for lift in (-0.13, 0.13):
        scene.add(rod(crank + (0, 0, lift), back + (0, 0, lift * 0.5), 0.014), black)
    bar = _handlebar(scene, design, head, black, chrome)
    if design in (1, 4) or rng.random() < 0.25:
        _extras(scene, rng, design, front, back, radius, paint, black, saddle, head)
    parts = {
        "front wheel": tuple(front),
        "rear wheel": tuple(back),
        "saddle": tuple(saddle + (0, 0, 0.1)),
        "handlebar": tuple(bar),
        "pedals": tuple(crank),
    }
    yaw = rng.choice([-90, 90]) + rng.uniform(-40, 40)
    return Subject(
        parts,
        ("street", "street", "meadow", "floor"),
        (yaw, yaw),
        (2, 18),
        fill=(0.8, 1.0),
        metres=1.8,
    )


def _wheel(scene, hub, radius, tyre, black, chrome, rim, rng):
    scene.add(moved(ring(radius - tyre, tyre, "x", 48), hub), black)
    scene.add(moved(ring(radius - 2.1 * tyre, 0.026, "x", 48), hub), rim)
    spokes, turn = [], rng.uniform(0, 1)
    for k in range(24):
        a = 2 * np.pi * (k + turn) / 24
        end = hub + (0, (radius - 2 * tyre) * np.cos(a), (radius - 2 * tyre) * np.sin(a))
        spokes.append(rod(hub + ((-1) ** k * 0.05, 0, 0), end, 0.006, 4))
    steel = scene.material("plain", rng, (0.25, 0.25, 0.26), rough=0.5)
    scene.add(joined(spokes), steel)
    scene.add(rod(hub - (0.1, 0, 0), hub + (0.1, 0, 0), 0.045), chrome)


def _handlebar(scene, design, head, black, chrome):
    top = head + (0, -0.08, 0.14 if design != 5 else 0.35)
    scene.add(rod(head, top, 0.04), chrome)
    for s in (-1, 1):
        if design == 0:
            shape = [
                (0, 0, 0),
                (s * 0.3, 0, 0),
                (s * 0.33, -0.22, -0.02),
                (s * 0.33, -0.26, -0.2),
                (s * 0.33, -0.05, -0.28),
            ]
        elif design in (1, 4):
            shape = [
                (0, 0, 0),
                (s * 0.25, -0.05, 0.12),
                (s * 0.42, 0.12, 0.12),
                (s * 0.42, 0.34, 0.08),
            ]
        else:
            shape = [(0, 0, 0), (s * 0.25, 0, 0.03), (s * 0.45, 0.05, 0.02)]
        path = smooth(np.array(shape) + top, 16)
        scene.add(tube(path, 0.03), chrome if design != 0 else black)
        scene.add(tube(path[-5:], 0.045), black)
    return top


def _extras(scene, rng, design, front, back, radius, paint, black, saddle, head):
    for hub, low, high in ((front, 30, 145), (back, 25, 150)):
        a = np.radians(np.linspace(low, high, 18))
        r = radius + 0.06
        arc = hub + np.stack([0 * a, r * np.cos(a), r * np.sin(a)], -1)
        scene.add(tube(arc, 0.045, 6), paint)
    if design == 1:
        wicker = scene.material(
            "tiles", rng, rng.colour("wood"), rng.colour("wood"), scale=12, bump=0.5
        )
        scene.add(box((0.5, 0.4, 0.34), head + (0, -0.4, 0.1)), wicker, bevel=0.04)
        scene.add(box((0.3, 0.6, 0.03), back + (0, 0, radius + 0.14)), black)
    scene.add(
        ball((0.08, 0.08, 0.08), head + (0, -0.2, -0.05), 12),
        scene.material("plain", rng, (0.8, 0.8, 0.75), metal=1, rough=0.1),
    )
