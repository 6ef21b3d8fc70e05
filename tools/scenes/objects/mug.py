"""Mugs: straight, tapered, barrel, cup and saucer, enamel; faceted ones are held out."""

import numpy as np
from colours import encoded, mix, shade
from meshes import box, joined, lathe, moved, rotation, smooth, tube
from paint import blend, cloudy, painted
from subject import Subject

DESIGNS = ("straight", "tapered", "barrel", "cup and saucer", "enamel", "faceted")


def build(scene, rng, design):
    """Build a mug whose handle points to +x."""
    height = rng.between(1.5, 2.3) if design not in (3, 4) else rng.between(1.15, 1.55)
    base, waist, top = [
        (rng.between(0.68, 0.85), 0, rng.between(0.7, 0.85)),
        (rng.between(0.5, 0.62), 0, rng.between(0.8, 1.0)),
        (rng.between(0.5, 0.66), rng.between(0.1, 0.24), rng.between(0.66, 0.8)),
        (rng.between(0.34, 0.48), rng.between(0.06, 0.2), rng.between(0.85, 1.05)),
        (rng.between(0.74, 0.84), 0, rng.between(0.8, 0.92)),
        (rng.between(0.66, 0.82), 0, rng.between(0.7, 0.88)),
    ][design]
    waist += (base + top) / 2
    wall = rng.between(0.045, 0.085) if design != 4 else 0.025
    t = np.linspace(0, 1, 56)
    radius = smooth([(base, 0), (waist, 0.5), (top, 1)], 56)[:, 0]
    foot = base * 0.94
    outer = [(0.02, 0.0), (foot, 0.0), *zip(radius, 0.05 + t * (height - 0.05), strict=True)]
    lip = [(radius[-1] - wall * 0.5, height + wall * 0.4)]
    inner = [(max(r - wall, 0.02), z) for r, z in outer[:2:-1]]
    profile = [*outer, *lip, *inner, (0.02, 0.12)]
    if design == 4:
        profile[len(outer) : len(outer)] = [(top + 0.05, height), (top + 0.05, height + 0.03)]
    sides = int(rng.integers(7, 13)) if design == 5 else 96
    vertices, faces = lathe(profile, sides)
    colour_of, first, second = _glaze(rng, design, height, len(outer) * sides)
    material = painted(
        scene,
        rng,
        rough=rng.uniform(0.06, 0.35),
        coat=rng.uniform(0.4, 1),
        scale=rng.uniform(3, 16),
    )
    scene.add(
        (vertices, faces),
        material,
        smooth=sides > 20,
        bevel=0.02 if sides < 20 else 0,
        paint=colour_of(vertices, np.arange(len(vertices)) < len(outer) * sides),
    )
    level = height * rng.uniform(0.75, 0.92)
    if rng.random() < 0.75:
        drinks = (encoded(0.36, 0.2, 0.1), encoded(0.58, 0.38, 0.2), encoded(0.82, 0.66, 0.5))
        tint = mix(drinks[rng.integers(3)], drinks[rng.integers(3)], rng.uniform(0, 0.5))
        drink = scene.material("mottled", rng, tint, shade(tint, 1.3), rough=0.05, coat=1)
        r = float(np.interp(level / height, t, radius)) - wall * 0.8
        scene.add(lathe([(0.01, level), (r, level)], sides), drink)
    r = _handle(scene, rng, design, height, t, radius, material, first, second)
    if design == 3:
        plate = lathe(
            [
                (0.02, -0.06),
                (0.6, -0.06),
                (rng.between(1.3, 1.6), rng.between(0.08, 0.22)),
                (1.3, 0.09),
                (0.6, -0.01),
                (0.02, -0.01),
            ],
            48,
        )
        scene.add(plate, material, paint=colour_of(plate[0], np.ones(len(plate[0]), bool)))
        _spoon(scene, rng)
    parts = {
        "handle": r,
        "front of rim": (0, -top, height),
        "back of rim": (0, top, height),
        "base": (0, -base * 0.95, 0.1),
    }
    turn = rng.uniform(-55, 55) if rng.random() < 0.5 else rng.uniform(125, 235)
    stages = ("table", "table", "table", "floor", "meadow", "street")
    return Subject(parts, stages, (turn, turn), (6, 38), fill=(0.55, 0.92), metres=0.15)


def _glaze(rng, design, height, outside):
    """Draw a decoration: colours at vertices (and whether they are outside), two main colours."""
    first = rng.colour("pale", "pale", "any", "vivid", "muted", "dark")
    second = rng.colour("any", "dark", "vivid", "earth")
    inside = rng.colour("pale") if rng.random() < 0.6 else first
    kind = ("plain", "plain", "dipped", "bands", "speckled", "print")[rng.integers(6)]
    if design == 4:
        kind = ("plain", "speckled", "print")[rng.integers(3)]
    level, seed = rng.between(0.25, 0.7) * height, int(rng.integers(1 << 30))
    count, wide = rng.integers(1, 7), rng.between(0.15, 0.6)
    size = rng.uniform(0.25, 0.5)
    clay = encoded(0.62, 0.5, 0.38)

    def paint(points, outer):
        x, y, z = points.T
        colour = np.tile(first, (len(points), 1))
        around = np.arctan2(y, x)
        if kind == "dipped":
            edge = level + 0.06 * np.cos(3 * around + seed) + 0.03 * np.cos(7 * around)
            colour = blend(colour, second if seed % 3 else clay, z < edge)
        elif kind == "bands":
            wave = (count * z / height + 0.3) % 1
            colour = blend(colour, second, wave < wide)
        elif kind == "speckled":
            noise = cloudy(points, np.random.default_rng(seed), 2.5)
            colour = blend(colour, shade(first, 0.3), 0.8 * (noise > 0.8))
        elif kind == "print":
            # On both sides of the handle, where mugs carry their pictures.
            away = np.abs(np.angle(np.exp(2j * (around - np.pi / 2)))) / 2
            noise = cloudy(points, np.random.default_rng(seed), 0.8)
            spot = np.hypot(away * 0.8, z - height * 0.52) / size
            colour = blend(colour, second, (spot < 0.7 + 0.6 * noise) & (spot > 0.35 * (count > 3)))
        colour = blend(colour, inside, ~outer)
        if design == 4 or seed % 4 == 0:
            colour = blend(colour, shade(second, 0.4), z > height - 0.045)
        return colour

    return paint, first, second


def _handle(scene, rng, design, height, t, radius, material, first, second):
    """Add the handle; returns the middle of its grip."""
    low, high = rng.between(0.14, 0.32) * height, rng.between(0.74, 0.92) * height
    reach, round_ = rng.between(0.36, 0.62), rng.between(0.6, 1.0)
    middle = (low + high) / 2
    upper, lower = (float(np.interp(z / height, t, radius)) - 0.05 for z in (high, low))
    shape = smooth(
        [
            (upper, high),
            (upper + reach * round_, high + 0.03),
            (max(upper, lower) + reach, middle + 0.12),
            (lower + reach * round_ * 0.8, low + 0.06),
            (lower, low),
        ],
        26,
    )
    path = np.stack([shape[:, 0], 0 * shape[:, 0], shape[:, 1]], -1)
    thick = rng.between(0.075, 0.13) if design not in (3, 4) else rng.between(0.05, 0.08)
    vertices, faces = tube(path, thick, 14)
    vertices[:, 1] *= rng.between(1.0, 1.7)
    tint = first if rng.random() < 0.75 else second
    scene.add((vertices, faces), material, paint=np.tile(tint, (len(vertices), 1)))
    return (float(path[:, 0].max()), 0, float(middle + 0.1))


def _spoon(scene, rng):
    if rng.random() < 0.6:
        steel = scene.material("plain", rng, (0.7, 0.7, 0.7), metal=1, rough=0.15, is_object=False)
        spoon = joined(
            [
                box((1.1, 0.08, 0.03), (0, 0, 0)),
                moved(lathe([(0.02, 0), (0.16, 0.03), (0.18, 0.06)], 20), (0.65, 0, -0.02)),
            ]
        )
        turn = rotation("z", rng.uniform(0, 360))
        scene.add(moved(spoon, turn @ (0, -0.98, 0.12), turn), steel, is_object=False)
