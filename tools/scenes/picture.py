"""One picture of one object: composition, rendering, ground truth; made of its number alone."""

from __future__ import annotations

import importlib
from pathlib import Path

import bpy
import numpy as np
from camera import frame, set_camera
from clutter import cover, scatter
from draws import Draws
from meshes import rotation
from plan import CLASSES, plan
from scene import SIDE, Scene
from stage import build_stage

SEED = 20261127


def make_picture(scene: Scene, number: int, folder: Path):
    """Render picture ``number``: float16 [H, W, 5] and its record.

    The layers are linear red, green and blue, distance (0 near, 1 far) and the object's coverage.

    Drawn anew when too little of the object is seen or it fills the picture.
    """
    for attempt in range(8):
        made = _attempt(scene, number, attempt, folder)
        if made is not None:
            return made
    raise RuntimeError(f"picture {number} shows no object in 8 attempts")


def _attempt(scene: Scene, number: int, attempt: int, folder: Path):
    name = CLASSES[number % len(CLASSES)]
    split, held_out, design = plan(number)
    module = importlib.import_module(f"objects.{name}")
    draws = Draws([SEED, number, attempt, 1], held_out == "ranges")
    rng = np.random.default_rng([SEED, number, attempt])
    scene.empty()
    scene.hang()
    subject = module.build(scene, draws, design)
    points = np.concatenate(scene.points)
    framed = points if subject.frame is None else subject.frame
    low, high = framed.min(0), framed.max(0)
    scale = 2 / np.linalg.norm(high - low) * 1.25
    stage = subject.stages[rng.integers(len(subject.stages))]
    turn = rotation("z", rng.uniform(*subject.yaw)) @ rotation("y", rng.uniform(*subject.roll))
    if stage == "air":
        turn = turn @ rotation("x", rng.uniform(-15, 15))
    matrix = np.eye(4)
    stretch = draws.between(1 - subject.stretch, 1 + subject.stretch, 3)
    matrix[:3, :3] = turn @ np.diag(stretch) * scale
    matrix[:3, 3] = -matrix[:3, :3] @ ((low + high) / 2)

    def move(p):
        return np.asarray(p, float) @ matrix[:3, :3].T + matrix[:3, 3]

    scene.place(matrix)
    elevation = rng.uniform(*subject.elevation)
    if stage in ("table", "floor", "street", "meadow"):
        elevation = max(elevation, 2.5)
    # The framing is a property of the picture, of which a part is held out, too.
    view = frame(
        move(framed[:: max(1, len(framed) // 3000)]),
        np.zeros(3),
        rng.uniform(-1, 1),
        elevation,
        draws.between(-11, 11),
        np.exp(draws.between(np.log(28), np.log(100))),
        draws.between(0.84 * subject.fill[0], 1.06 * subject.fill[1]),
        draws.between(-0.95, 0.95, 2),
    )
    bottom = move(points)[:, 2].min()
    if stage == "water":
        bottom -= rng.uniform(0.1, 1.5)
    haze = build_stage(scene, rng, stage, view, bottom, subject.metres)
    kind = (
        "tame" if stage in ("table", "floor") else {"water": "sea", "air": "air"}.get(stage, "wild")
    )
    if stage == "portrait" and rng.random() < 0.5:
        kind = "tame"
    if stage != "air":
        scatter(scene, rng, view, kind, bottom if stage != "portrait" else -1.5)
    covered = bool(rng.random() < (0.25 if stage != "air" else 0.12))
    if covered:
        cover(scene, rng, view, np.zeros(3), kind)
    focus = float(view.project(np.zeros((1, 3)))[1][0])
    set_camera(scene.camera, view, focus - 0.3, np.exp(rng.uniform(np.log(0.005), np.log(0.045))))
    mist = bpy.context.scene.world.mist_settings
    mist.start, mist.depth = max(0.0, focus - 1), 14 if stage != "water" else 8
    passes = scene.render(folder, stage)
    share = passes["object.X"]
    mask = share >= 0.5
    if not 0.05 <= mask.mean() <= 0.8:
        return None
    flat, depth = view.project(move(list(subject.parts.values())))
    parts = {
        part: [round(float(x), 1), round(float(y), 1), _visible(passes["Depth.Z"], mask, x, y, d)]
        for part, (x, y), d in zip(subject.parts, flat, depth, strict=True)
    }
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]
    light = np.stack([passes[f"Combined.{c}"] for c in "RGB"], -1)
    layers = np.concatenate([light, passes["Mist.Z"][..., None], share[..., None]], -1)
    record = {
        "number": number,
        "class": name,
        "split": split,
        "held_out": held_out,
        "design": module.DESIGNS[design],
        "stage": stage,
        "covered": covered,
        "box": box,
        "haze": [[round(float(v), 4) for v in haze[0]], float(haze[1])],
        "parts": parts,
    }
    return np.clip(layers, 0, 60000).astype(np.float16), record


def _visible(depths, mask, x: float, y: float, depth: float) -> bool:
    """Whether the object is seen at a point, and not much nearer than the point."""
    column, row = int(x), int(y)
    if not (0 <= column < SIDE and 0 <= row < SIDE):
        return False
    window = (slice(max(0, row - 1), row + 2), slice(max(0, column - 1), column + 2))
    return bool(
        mask[window].any()
        and (depths[window] > depth - 0.16).any()
        and (mask[window] & (abs(depths[window] - depth) < 0.3)).any()
    )
