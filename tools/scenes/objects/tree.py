"""Trees: broad, conifer, poplar, palm, birch; umbrella-shaped ones are held out."""

import numpy as np
from colours import mix, shade
from meshes import (
    ball,
    flakes,
    joined,
    moved,
    rough,
    smooth,
    surface_samples,
    tube,
)
from paint import blend, painted
from subject import Subject

DESIGNS = ("broad", "conifer", "poplar", "palm", "birch", "umbrella")


def build(scene, rng, design):
    """Build a tree that stands at the origin, about 4 high."""
    take = scene.material
    wood = rng.colour("wood", "earth", "grey")
    if design == 4:
        bark = take(
            "mottled", rng, (0.75, 0.73, 0.68), (0.05, 0.05, 0.05), scale=6, sharp=0.6, rough=0.9
        )
    else:
        bark = take(
            "mottled", rng, shade(wood, 0.7), shade(wood, 0.25), scale=6, rough=0.95, bump=0.8
        )
    green = (
        rng.colour("leaf", "leaf", "leaf", "autumn")
        if design != 1
        else shade(rng.colour("leaf"), 0.6)
    )
    other = mix(shade(green, rng.uniform(0.4, 1.3)), rng.colour("leaf", "leaf", "autumn"), 0.3)
    leaf = painted(scene, rng, rough=0.6, scale=2), (green, other)
    crown, top = (_broad, _conifer, _poplar, _palm, _birch, _umbrella)[design](
        scene, rng, bark, leaf
    )
    parts = {"foot of trunk": (0, -0.1, 0.15), "trunk": (0, -0.1, 0.7), "crown": crown, "top": top}
    return Subject(
        parts,
        ("meadow", "meadow", "street"),
        (-180, 180),
        (-2, 15),
        fill=(0.75, 1.0),
        metres=7,
        stretch=0.12,
    )


def _trunk(scene, rng, bark, height, radius, lean=0.2):
    path = smooth(
        [
            (0, 0, -0.05),
            (rng.normal(0, lean * 0.4), rng.normal(0, 0.1), height * 0.5),
            (rng.normal(0, lean), rng.normal(0, 0.15), height),
        ],
        14,
    )
    width = radius * np.interp(np.linspace(0, 1, 14), [0, 0.12, 1], [1.5, 1, 0.45])
    scene.add(tube(path, width, 12), bark)
    return path


def _clumps(scene, rng, leaf, centres, radii, count, size):
    """Leaves on clouds round centres, denser at their rims, over a darker core."""
    size = size * rng.between(0.65, 1.1)
    count = int(count * 2.2)
    sheets, cores, normals, paint = [], [], [], []
    for centre, radius in zip(centres, radii, strict=True):
        form = rough(ball(np.asarray(radius) * np.ones(3), segments=14), rng, 0.25, 2)
        points, out = surface_samples(form, count, rng)
        points = points * rng.uniform(0.6, 1.08, (count, 1)) + centre
        way = out + rng.normal(0, 0.8, (count, 3))
        sheets.append(flakes(points, way, size, size * 0.6, rng))
        normals.append(out + (0, 0, 0.4) + rng.normal(0, 0.35, (count, 3)))
        paint.append(rng.uniform(0.6, 1.2, (count, 1)) * rng.uniform(0.8, 1.15))
        cores.append(moved(form, centre, scale=0.62))
    material, tints = leaf
    shades = np.concatenate(paint) * blend(*tints, rng.uniform(0, 1, count * len(centres)))
    scene.add(
        joined(sheets),
        material,
        paint=np.clip(np.repeat(shades, 4, 0), 0, 1),
        normals=np.repeat(np.concatenate(normals), 4, 0),
    )
    core = joined(cores)
    scene.add(core, material, paint=np.tile(shade(tints[0], 0.25), (len(core[0]), 1)))


def _branches(scene, rng, bark, start, ends, radius):
    for end in ends:
        middle = (start + end) / 2 + rng.normal(0, 0.08, 3)
        scene.add(
            tube(smooth([start, middle, end], 8), np.linspace(radius, radius * 0.3, 8), 8), bark
        )


def _broad(scene, rng, bark, leaf):
    height = rng.between(1.0, 1.6)
    path = _trunk(scene, rng, bark, height, rng.between(0.14, 0.24))
    wide, tall = rng.between(0.9, 1.5), rng.between(0.8, 1.3)
    n = int(rng.between(7, 15))
    direction = rng.normal(size=(n, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    centres = direction * (wide * 0.65, wide * 0.65, tall * 0.65) + (0, 0, height + tall * 0.75)
    _branches(scene, rng, bark, path[-1], list(centres), 0.1)
    _clumps(scene, rng, leaf, centres, rng.uniform(0.4, 0.75, n), 260, 0.17)
    return (0, -wide, height + tall * 0.75), (0, 0, centres[:, 2].max() + 0.45)


def _conifer(scene, rng, bark, leaf):
    height, wide, tiers = rng.between(3.2, 4.6), rng.between(0.75, 1.5), rng.between(8, 15)
    _trunk(scene, rng, bark, height * 0.95, rng.between(0.09, 0.16), 0.02)
    n, foot, droop = 8000, rng.between(0.2, 0.8), rng.between(-0.1, 0.6)
    level = 1 - np.sqrt(rng.uniform(0, 1, n))
    tier = np.clip(np.floor(level * tiers + rng.normal(0, 0.2, n)) / tiers, 0, 1)
    angle, reach = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.1, 1, n) ** 0.5
    branch = 1 + 0.18 * np.cos(7 * angle + 40 * tier)
    r = wide * (1 - tier * 0.97) * reach * branch
    out = np.stack([np.cos(angle), np.sin(angle), 0 * angle], -1)
    z = foot + (height - foot) * tier - droop * r + 0.05
    points = out * r[:, None] + np.stack([0 * z, 0 * z, z], -1)
    way = out * 1.2 + (0, 0, -droop) + rng.normal(0, 0.3, (n, 3))
    material, tints = leaf
    shades = blend(*tints, rng.uniform(0, 1, n)) * (0.35 + 0.75 * reach)[:, None]
    scene.add(
        flakes(points, way, 0.2, 0.06, rng),
        material,
        paint=np.clip(np.repeat(shades, 4, 0), 0, 1),
        normals=np.repeat(out + (0, 0, 0.5) + rng.normal(0, 0.3, (n, 3)), 4, 0),
    )
    return (0, -wide * 0.5, height * 0.45), (0, 0, height)


def _poplar(scene, rng, bark, leaf):
    height = rng.between(3.4, 4.4)
    _trunk(scene, rng, bark, height * 0.6, 0.13, 0.05)
    z = np.linspace(rng.between(0.5, 1.1), height, 9)
    radii = (
        rng.between(0.4, 0.7) * np.sin(np.linspace(0.5, np.pi - 0.45, 9)) * rng.uniform(0.8, 1.2, 9)
    )
    centres = np.stack([rng.normal(0, 0.08, 9), rng.normal(0, 0.08, 9), z], -1)
    _clumps(scene, rng, leaf, centres, radii, 330, 0.15)
    return (0, -0.5, height * 0.55), (0, 0, height + 0.2)


def _palm(scene, rng, bark, leaf):
    height = rng.between(2.4, 3.4)
    path = _trunk(scene, rng, bark, height, 0.12, 0.5)
    top, sheets = path[-1], []
    material, tints = leaf
    reach = rng.between(0.95, 1.6)
    for _ in range(rng.integers(11, 17)):
        a, droop = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 1.0)
        out = np.array([np.cos(a), np.sin(a), 0])
        t = np.linspace(0, 1, 26)[:, None]
        length = reach * rng.uniform(0.85, 1.1)
        spine = top + out * length * t + np.array([0, 0, 1]) * (0.55 * t - (0.6 + droop) * t**2)
        rib = tube(spine, 0.025, 5)
        scene.add(rib, material, paint=np.tile(tints[0], (len(rib[0]), 1)))
        side = np.cross(out, (0, 0, 1))
        for s in (-1, 1):
            directions = s * side + out * 0.5 + (0, 0, -0.35)
            sheets.append(
                flakes(
                    spine[2:],
                    np.tile(directions, (24, 1)),
                    0.42 * np.sin(np.linspace(0.5, 2.9, 24)) + 0.05,
                    0.07,
                    rng,
                )
            )
    fronds = joined(sheets)
    shades = blend(*tints, rng.uniform(0, 1, len(fronds[0]) // 4))
    scene.add(fronds, material, paint=np.repeat(shades, 4, 0))
    return tuple(top + (0, -0.2, 0)), tuple(top + (0, 0, 0.25))


def _birch(scene, rng, bark, leaf):
    height = rng.between(2.8, 4.0)
    path = _trunk(scene, rng, bark, height, rng.between(0.07, 0.13), 0.15)
    n = 16
    at = rng.uniform(0.4, 1.0, n)
    base = path[(at * 13).astype(int)]
    centres = (
        base
        + np.stack([rng.normal(0, 0.5, n), rng.normal(0, 0.5, n), rng.uniform(0.1, 0.5, n)], -1)
        * (1.3 - at)[:, None]
        * 1.5
    )
    for start, end in zip(base, centres, strict=True):
        _branches(scene, rng, bark, start, [end], 0.035)
    _clumps(scene, rng, leaf, centres, rng.uniform(0.2, 0.4, n), 110, 0.13)
    return (0, -0.3, height * 0.7), tuple(path[-1] + (0, 0, 0.2))


def _umbrella(scene, rng, bark, leaf):
    height = rng.between(1.8, 2.4)
    path = _trunk(scene, rng, bark, height * 0.6, 0.16, 0.2)
    n = 16
    r, a = np.sqrt(rng.uniform(0.02, 1, n)) * rng.between(1.3, 2.0), rng.uniform(0, 2 * np.pi, n)
    centres = np.stack(
        [r * np.cos(a), r * np.sin(a), height - 0.12 * r**2 + rng.normal(0, 0.06, n)], -1
    )
    _branches(scene, rng, bark, path[-1], list(centres), 0.08)
    _clumps(
        scene,
        rng,
        leaf,
        centres,
        np.stack([np.full(n, 0.5), np.full(n, 0.5), np.full(n, 0.22)], -1),
        230,
        0.14,
    )
    return (0, -1, height), (0, 0, height + 0.2)
