"""Chairs: slatted, armchair, swivel, shell, rocking; bar chairs are held out."""

import numpy as np
from colours import shade
from meshes import ball, box, lathe, loft, moved, rod, rotation, smooth, tube
from subject import Subject

DESIGNS = ("slatted", "armchair", "swivel", "shell", "rocking", "bar")


def build(scene, rng, design):
    """Build a chair whose sitter looks to -y; the seat is 1 high."""
    wood_kind = "stripes" if rng.random() < 0.6 else "plain"
    first = rng.colour("wood", "wood", "any", "pale", "dark")
    wood = scene.material(
        wood_kind,
        rng,
        first,
        shade(first, 0.6),
        scale=rng.uniform(0.4, 1.2),
        distortion=6,
        rough=rng.between(0.2, 0.6),
    )
    second = rng.colour("any", "vivid", "muted", "dark")
    cloth = scene.material(
        ("plain", "mottled", "stripes")[rng.integers(3)],
        rng,
        second,
        shade(second, 0.7),
        scale=3,
        rough=0.85,
        bump=0.2,
        distortion=0.5,
    )
    metal = scene.material("plain", rng, rng.colour("metal", "black"), metal=1, rough=0.25)
    make = (_slatted, _armchair, _swivel, _shell, _rocking, _bar)[design]
    top, parts = make(scene, rng, wood, cloth, metal)
    parts |= {"seat": (0, 0, 1.08), "top of back": (0, *top)}
    stages = ("floor", "floor", "floor", "meadow", "street")
    return Subject(
        parts, stages, (-75, 75) if rng.random() < 0.8 else (105, 255), (5, 30), stretch=0.14
    )


def _legs(scene, material, spread=0.45, top=1.0, radius=0.05, splay=0.06):
    parts = {}
    for side, sx in (("right", -1), ("left", 1)):
        for end, sy in (("front", -1), ("back", 1)):
            foot = (sx * (spread + splay), sy * (spread + splay), 0)
            scene.add(rod((sx * spread, sy * spread, top), foot, radius), material)
            parts[f"{side} {end} foot"] = (foot[0], foot[1], 0.05)
    return parts


def _slatted(scene, rng, wood, cloth, metal):
    parts = _legs(scene, wood, radius=rng.between(0.04, 0.07), splay=rng.between(0, 0.1))
    high, lean = rng.between(1.9, 2.4), rng.between(0.1, 0.3)
    scene.add(
        box((1.08, 1.08, 0.1), (0, 0, 1.03)), cloth if rng.random() < 0.5 else wood, bevel=0.04
    )
    for sx in (-1, 1):
        scene.add(rod((sx * 0.47, 0.47, 1), (sx * 0.47, 0.47 + lean, high), 0.055), wood)
        scene.add(rod((sx * 0.48, -0.48, 0.4), (sx * 0.48, 0.48, 0.4), 0.035), wood)
    upright = rng.random() < 0.5
    for s in np.linspace(0.25, 0.95, rng.integers(3, 6)):
        y, z = 0.47 + lean * s, 1 + (high - 1) * s
        if upright:
            x = (s - 0.6) * 1.15
            scene.add(rod((x, 0.5, 1.1), (x, 0.47 + lean, high - 0.05), 0.03), wood)
        else:
            scene.add(box((0.95, 0.04, 0.13), (0, y, z)), wood, bevel=0.015)
    scene.add(box((1.0, 0.06, 0.2), (0, 0.47 + lean, high)), wood, bevel=0.03)
    return (0.45 + lean, high), parts


def _armchair(scene, rng, wood, cloth, metal):
    parts = _legs(scene, wood, 0.55, 0.45, 0.06)
    high, soft = rng.between(1.6, 2.6), rng.between(0.05, 0.19)
    arm = rng.between(0.65, 1.0)
    scene.add(box((1.5, 1.4, 0.4), (0, 0, 0.6)), cloth, bevel=soft)
    scene.add(box((1.15, 1.2, 0.3), (0, -0.08, 0.95)), cloth, bevel=0.13)
    back = moved(box((1.5, 0.35, high - 0.6)), (0, 0.65, (high + 0.6) / 2), rotation("x", -10))
    scene.add(back, cloth, bevel=soft)
    for name, sx in (("right arm", -1), ("left arm", 1)):
        scene.add(box((0.3, 1.4, arm), (sx * 0.75, 0, 0.5 + arm / 2)), cloth, bevel=soft * 0.75)
        parts[name] = (sx * 0.75, -0.5, 0.5 + arm)
    return (0.6, high), parts


def _swivel(scene, rng, wood, cloth, metal):
    parts = {}
    for i in range(5):
        a = np.radians(72 * i + 18)
        end = (0.65 * np.cos(a), 0.65 * np.sin(a), 0.12)
        scene.add(rod((0, 0, 0.2), end, 0.05), metal)
        scene.add(ball(0.09, (end[0], end[1], 0.08), 12), metal)
    scene.add(rod((0, 0, 0.15), (0, 0, 1), 0.06), metal)
    high = rng.between(1.9, 2.4)
    scene.add(box((1.1, 1.05, 0.16), (0, 0, 1.02)), cloth, bevel=0.08)
    back = moved(box((1.0, 0.14, high - 1.25)), (0, 0.58, (high + 1.25) / 2), rotation("x", -8))
    scene.add(back, cloth, bevel=0.07)
    scene.add(rod((0, 0.4, 1), (0, 0.6, 1.5), 0.05), metal)
    if rng.random() < 0.6:
        for name, sx in (("right arm", -1), ("left arm", 1)):
            scene.add(rod((sx * 0.5, 0.1, 1), (sx * 0.62, 0.1, 1.4), 0.035), metal)
            scene.add(box((0.12, 0.65, 0.07), (sx * 0.62, 0, 1.42)), metal, bevel=0.03)
            parts[name] = (sx * 0.62, -0.2, 1.46)
    parts["column"] = (0, -0.06, 0.5)
    return (0.6, high), parts


def _shell(scene, rng, wood, cloth, metal):
    parts = _legs(scene, metal if rng.random() < 0.5 else wood, 0.3, 1.0, 0.035, 0.22)
    shell_colour = rng.colour("vivid", "pale", "any")
    plastic = scene.material("plain", rng, shell_colour, rough=0.25, coat=0.4)
    high = rng.between(1.75, 2.1)
    line = smooth([(-0.55, 1.0), (-0.1, 0.98), (0.38, 1.05), (0.52, 1.4), (0.62, high)], 16)
    width = np.interp(np.linspace(0, 1, 16), [0, 0.5, 1], [0.5, 0.56, 0.42])
    rings = []
    for (y, z), w in zip(line, width, strict=True):
        u = np.linspace(-1, 1, 11)
        curve = np.stack([w * u, y - 0.10 * u**2 * (z > 1.1), z + 0.12 * u**2 * (z < 1.3)], -1)
        rings.append(np.concatenate([curve, curve[::-1] + (0, 0.03, -0.03)]))
    scene.add(loft(rings), plastic, levels=1)
    return (0.6, high - 0.03), parts


def _rocking(scene, rng, wood, cloth, metal):
    top, parts = _slatted(scene, rng, wood, cloth, metal)
    t = np.linspace(-1, 1, 16)
    for name, sx in (("right arm", -1), ("left arm", 1)):
        path = np.stack([0 * t + sx * 0.5, t * 1.05 + 0.1, 0.2 * t**2 - 0.05], -1)
        scene.add(tube(path, 0.05), wood)
        scene.add(rod((sx * 0.52, -0.45, 1), (sx * 0.52, -0.45, 1.45), 0.04), wood)
        scene.add(rod((sx * 0.52, -0.6, 1.46), (sx * 0.5, 0.6, 1.5), 0.05), wood)
        parts[name] = (sx * 0.52, -0.5, 1.5)
    return top, parts


def _bar(scene, rng, wood, cloth, metal):
    parts = _legs(scene, metal, 0.32, 1.0, 0.04, 0.15)
    scene.add(
        moved(lathe([(0.01, 0), (0.5, 0), (0.53, 0.05), (0.5, 0.1), (0.01, 0.12)], 32), (0, 0, 1)),
        cloth,
    )
    scene.add(moved(lathe([(0.4, 0), (0.42, 0.02), (0.4, 0.04)], 32), (0, 0, 0.4)), metal)
    for r in (0.5, 0.3):
        arch = smooth(
            [
                (-r, 0.3, 1),
                (-r * 0.95, 0.42, 1.6),
                (0, 0.55, 1.5 + r),
                (r * 0.95, 0.42, 1.6),
                (r, 0.3, 1),
            ],
            24,
        )
        scene.add(tube(arch, 0.04), metal if r == 0.5 else wood)
    return (0.52, 2.0), parts
