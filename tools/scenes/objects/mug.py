"""Mugs: straight, tapered, barrel, tall; enamel and faceted ones are kept for the test split."""

import numpy as np
from colours import colour, shade
from meshes import lathe, smooth, tube
from subject import Subject

DESIGNS = ("straight", "tapered", "barrel", "tall", "enamel", "faceted")


def build(scene, rng, design):
    """Build a mug whose handle points to +x."""
    height = rng.uniform(1.5, 1.9) if design != 3 else rng.uniform(2.2, 2.6)
    base, waist, top = [
        (0.8, 0.8, 0.8),
        (0.55, 0.72, 0.88),
        (0.62, 0.88, 0.7),
        (0.6, 0.66, 0.75),
        (0.78, 0.8, 0.86),
        (0.78, 0.78, 0.78),
    ][design]
    waist *= rng.uniform(0.95, 1.05)
    wall = 0.06 if design != 4 else 0.03
    t = np.linspace(0, 1, 14)
    radius = smooth([(base, 0), (waist, 0.5), (top, 1)], 14)[:, 0]
    outer = [(0.02, 0.0), (base * 0.9, 0.0), *zip(radius, 0.06 + t * (height - 0.06), strict=True)]
    inner = [(r - wall, z) for r, z in outer[:2:-1]]
    profile = [*outer, *inner, (0.02, 0.14)]
    if design == 4:
        profile.insert(len(outer), (top + 0.06, height + 0.02))
    first, second = colour(rng, "any", "pale", "vivid"), colour(rng, "any", "dark")
    kind = ("plain", "plain", "stripes", "spots", "mottled", "bricks")[rng.integers(6)]
    material = scene.material(
        kind,
        rng,
        first,
        second if kind != "plain" else shade(first, 0.92),
        scale=rng.uniform(1, 4),
        rough=rng.uniform(0.08, 0.4),
        coat=0.5,
        sharp=0.7,
        distortion=rng.uniform(0, 6),
        turn=(0, rng.choice([0, 1.57, 0.6]), 0),
    )
    sides = 9 if design == 5 else 40
    scene.add(lathe(profile, sides), material, smooth=sides > 9, bevel=0.02 if sides == 9 else 0)
    if rng.random() < 0.5:
        z = rng.uniform(0.2, 0.8)
        r = np.interp(z, t, radius) + 0.008
        band = scene.material("plain", rng, second, rough=0.2)
        scene.add(lathe([(r, z * height - 0.1), (r, z * height + 0.1)], 40), band)
    if rng.random() < 0.6:
        drink = scene.material("plain", rng, colour(rng, "wood", "dark"), rough=0.08)
        scene.add(lathe([(0.01, 0), (top - wall, 0)], 32), drink).location.z = height * 0.85
    low, high = rng.uniform(0.18, 0.3) * height, rng.uniform(0.75, 0.88) * height
    reach = rng.uniform(0.4, 0.6)
    middle = (low + high) / 2
    r = float(np.interp(middle / height, t, radius)) - 0.04
    shape = smooth(
        [
            (r, high),
            (r + reach * 0.8, high + 0.02),
            (r + reach, middle + 0.1),
            (r + reach * 0.7, low + 0.1),
            (r, low),
        ],
        22,
    )
    path = np.stack([shape[:, 0], 0 * shape[:, 0], shape[:, 1]], -1)
    same = (
        material if kind == "plain" or rng.random() < 0.5 else scene.material("plain", rng, second)
    )
    scene.add(tube(path, rng.uniform(0.085, 0.13), 12), same, levels=1)
    parts = {
        "handle": (r + reach, 0, middle + 0.1),
        "front of rim": (0, -top, height),
        "back of rim": (0, top, height),
        "base": (0, -base * 0.95, 0.1),
    }
    side = rng.choice([-1, 1])
    return Subject(
        parts, ("table",), (-50, 50) if side > 0 else (130, 230), (12, 42), fill=(0.5, 0.85)
    )
