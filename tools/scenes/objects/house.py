"""Houses: cottage, two storeys, garage, cabin, L-shape; A-frames are held out."""

from typing import NamedTuple

import numpy as np
from colours import mix, shade
from meshes import box, moved, rod, slab
from subject import Subject


class Glass(NamedTuple):
    """Panes of a house: material, relative width and height, material of shutters or None."""

    material: object
    wide: float
    high: float
    shutters: object


DESIGNS = ("cottage", "two storeys", "garage", "cabin", "L-shape", "A-frame")


def build(scene, rng, design):
    """Build a house whose front looks to -y, about 2 wide."""
    take = scene.material
    wall_colour = rng.colour("pale", "pale", "muted", "any", "earth")
    kind = {2: "bricks", 3: "stripes"}.get(
        design, ("plain", "bricks", "mottled", "stripes")[rng.integers(4)]
    )
    if kind == "bricks":
        wall_colour = rng.colour("earth", "autumn", "muted")
    if design == 3:
        wall_colour = rng.colour("wood")
    straight = {"turn": (0, 1.57, 0), "distortion": 0.3} if kind == "stripes" else {}
    wall = take(
        kind,
        rng,
        wall_colour,
        shade(wall_colour, 0.7),
        scale={"bricks": 2.5, "stripes": 3, "mottled": 2, "plain": 2}[kind],
        rough=0.9,
        bump=0.3,
        **straight,
    )
    tile = rng.colour("autumn", "earth", "grey", "dark", "muted")
    roof = take("bricks", rng, tile, shade(tile, 0.6), scale=rng.between(3, 6), rough=0.8, bump=0.5)
    trim = take("plain", rng, rng.colour("pale", "pale", "dark", "any"), rough=0.6)
    glass = take("mottled", rng, rng.colour("dark"), rng.colour("sky", "dark"), scale=1, rough=0.08)
    door = take("plain", rng, rng.colour("vivid", "wood", "dark"), rough=0.5)
    shutters = take("plain", rng, rng.colour("any", "dark"), rough=0.6)
    glass = Glass(
        glass,
        rng.between(0.7, 1.2),
        rng.between(0.75, 1.2),
        shutters if rng.random() < 0.35 else None,
    )
    stuff = (scene, rng, wall, roof, trim, glass, door)
    parts = (_plain, _storeys, _garage, _cabin, _l_shape, _a_frame)[design](*stuff)
    if rng.random() < 0.2:
        scene.add(
            box((3.6, 3.2, 0.08), (0, 0, -0.02)),
            take("mottled", rng, mix(wall_colour, (0.3, 0.3, 0.3), 0.7), is_object=False),
            smooth=False,
            is_object=False,
        )
    return Subject(
        parts,
        ("meadow", "meadow", "street"),
        (-55, 55),
        (1, 26),
        fill=(0.66, 1.0),
        metres=9,
        stretch=0.1,
    )


def _gable(scene, wall, roof, trim, size, height, rise, centre=(0, 0), side=False, over=0.14):
    """Walls with a gable roof; the ridge runs along x, or along y if ``side``."""
    w, d = size if not side else size[::-1]
    half = d / 2
    outline = [(-half, 0), (half, 0), (half, height), (0, height + rise), (-half, height)]
    turn = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1.0]]).T if side else np.eye(3)
    place = (*centre, 0)
    scene.add(moved(slab(outline, w, "x"), place, turn), wall, smooth=False)
    slope = np.hypot(half, rise)
    for s in (-1, 1):
        u = np.array([s * half, -rise]) / slope
        n = np.array([s * rise, half]) / slope
        ridge = np.array([0, height + rise])
        a, b = ridge, ridge + u * (slope + over)
        shape = np.array([a, a + 0.07 * n, b + 0.07 * n, b])
        if s < 0:
            shape = shape[::-1]
        scene.add(moved(slab(shape[::-1], w + 2 * over, "x"), place, turn), roof, smooth=False)
    return slope


def _window(scene, trim, glass, x, y, z, w=0.34, h=0.42, side=0):
    """Add a window in a wall that looks to -y, or to +x or -x for ``side`` 1 or -1."""
    turn = np.eye(3) if not side else np.array([[0, -side, 0], [side, 0, 0], [0, 0, 1.0]])
    w, h = w * glass.wide, h * glass.high
    for s in (-1, 1) if glass.shutters else ():
        shutter = box((w * 0.45, 0.1, h + 0.06), (s * w * 0.78, 0, 0))
        scene.add(moved(shutter, (x, y, z), turn), glass.shutters, smooth=False)
    for size, centre, material in (
        ((w + 0.1, 0.08, h + 0.1), (0, 0, 0), trim),
        ((w, 0.1, h), (0, 0, 0), glass.material),
        ((0.03, 0.12, h), (0, 0, 0), trim),
        ((w, 0.12, 0.03), (0, 0, 0), trim),
        ((w + 0.18, 0.16, 0.05), (0, -0.02, -h / 2 - 0.06), trim),
    ):
        scene.add(moved(box(size, centre), (x, y, z), turn), material, smooth=False)


def _door(scene, rng, trim, door, x, y, w=0.38, h=0.8):
    scene.add(box((w + 0.1, 0.08, h + 0.06), (x, y, h / 2)), trim, smooth=False)
    scene.add(box((w, 0.12, h), (x, y, h / 2)), door, smooth=False)
    scene.add(box((w + 0.2, 0.3, 0.08), (x, y - 0.12, 0.04)), trim, smooth=False)
    return (x, y - 0.06, h / 2)


def _chimney(scene, wall, trim, x, y, z):
    scene.add(box((0.24, 0.24, 0.8), (x, y, z)), wall, smooth=False)
    scene.add(box((0.3, 0.3, 0.07), (x, y, z + 0.4)), trim, smooth=False)
    return (x, y - 0.12, z + 0.3)


def _plain(scene, rng, wall, roof, trim, glass, door, height=None, size=None):
    w, d = size or (rng.between(1.8, 2.8), rng.between(1.3, 2.0))
    height = height or rng.between(0.92, 1.25)
    rise = rng.between(0.4, 1.1)
    side = size is None and rng.random() < 0.5
    _gable(scene, wall, roof, trim, (w, d), height, rise, side=side)
    at = -d / 2
    parts = {"door": _door(scene, rng, trim, door, 0, at)}
    for name, x in (("right window", -0.62), ("left window", 0.62)):
        _window(scene, trim, glass, x, at, 0.58)
        parts[name] = (x, at - 0.06, 0.58)
    if side:
        _window(scene, trim, glass, 0, at, height + rise * 0.35, 0.26, 0.3)
    for s in (-1, 1):
        for y in (-0.35, 0.35):
            _window(scene, trim, glass, s * w / 2, y, 0.58, side=s)
    parts["chimney"] = _chimney(
        scene, wall, trim, 0.5, 0.25 if not side else 0.3, height + rise * 0.85
    )
    parts["ridge"] = (0, 0 if not side else -d / 2, height + rise + 0.05)
    return parts


def _storeys(scene, rng, *stuff):
    wall, roof, trim, glass, door = stuff
    size = (rng.between(2.1, 2.5), rng.between(1.5, 1.8))
    parts = _plain(scene, rng, *stuff, height=rng.between(1.8, 2.0), size=size)
    for x in (-0.62, 0, 0.62):
        _window(scene, trim, glass, x, -size[1] / 2, 1.42)
    for s in (-1, 1):
        for y in (-0.35, 0.35):
            _window(scene, trim, glass, s * size[0] / 2, y, 1.42, side=s)
    return parts


def _garage(scene, rng, *stuff):
    wall, roof, trim, glass, door = stuff
    parts = _plain(scene, rng, *stuff, size=(rng.between(1.9, 2.4), rng.between(1.5, 1.9)))
    side = rng.choice([-1, 1])
    _gable(scene, wall, roof, trim, (1.1, 1.3), 0.8, 0.35, (side * 1.6, 0.1), side=True)
    scene.add(box((0.75, 0.1, 0.62), (side * 1.6, -0.55, 0.31)), trim, smooth=False)
    for z in (0.15, 0.31, 0.47):
        scene.add(box((0.75, 0.12, 0.015), (side * 1.6, -0.55, z)), glass.material, smooth=False)
    return parts | {"garage door": (side * 1.6, -0.61, 0.3)}


def _cabin(scene, rng, *stuff):
    wall, roof, trim, glass, door = stuff
    parts = _plain(scene, rng, *stuff, height=rng.between(0.9, 1.1), size=(2.2, 1.5))
    scene.add(box((2.3, 0.7, 0.07), (0, -1.08, 0.06)), wall, smooth=False)
    for x in (-1.05, -0.4, 0.4, 1.05):
        scene.add(rod((x, -1.38, 0), (x, -1.38, 0.85), 0.04), trim)
    shape = [(-0.72, 0.98), (-1.55, 0.84), (-1.55, 0.9), (-0.72, 1.05)]
    scene.add(slab(shape, 2.4, "x"), roof, smooth=False)
    return parts


def _a_frame(scene, rng, wall, roof, trim, glass, door):
    _gable(scene, wall, roof, trim, (1.9, 2.0), 0.06, rng.between(2.0, 2.5), side=True, over=0.18)
    parts = {"door": _door(scene, rng, trim, door, 0.2, -0.95)}
    for name, x, z in (("right window", -0.32, 0.5), ("upper window", 0, 1.25)):
        _window(scene, trim, glass, x, -0.95, z, 0.3, 0.4)
        parts[name] = (x, -1.02, z)
    parts["ridge"] = (0, -1, 2.2)
    return parts | {"chimney": _chimney(scene, wall, trim, 0.45, 0.3, 1.6)}


def _l_shape(scene, rng, wall, roof, trim, glass, door):
    size = (rng.between(2.3, 2.9), 1.4)
    parts = _plain(scene, rng, wall, roof, trim, glass, door, height=1.5, size=size)
    _gable(scene, wall, roof, trim, (1.0, 1.6), 1.5, 0.7, (-0.8, -0.6), side=True)
    for z in (0.58, 1.25):
        _window(scene, trim, glass, -0.8, -1.4, z, 0.5, 0.45)
    parts["right window"] = (-0.8, -1.46, 0.58)
    _window(scene, trim, glass, 0.62, -0.7, 1.2)
    return parts
