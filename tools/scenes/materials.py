"""Procedural materials, made once and set anew for each picture (node trees are slow to build)."""

from __future__ import annotations

import bpy

AOV = "object"
"""Name of the render pass that is 1 on the object and 0 elsewhere."""
PAINT = "paint"
"""Name of the vertices' colours."""


class Palette:
    """Materials by kind; ``reset`` gives all of them free again.

    Kinds: plain, mottled (cloudy mix of two colours), stripes, rings (wood), spots, bricks
    (upright), tiles and planks (lying), painted (colours of the vertices, times the mix).
    """

    def __init__(self) -> None:
        self.pool: dict[str, list] = {}
        self.used: dict[str, int] = {}

    def reset(self) -> None:
        """Let every material be taken again."""
        self.used.clear()

    def __call__(
        self,
        kind,
        rng,
        a,
        b=None,
        *,
        scale=4.0,
        rough=0.5,
        metal=0.0,
        bump=0.0,
        coat=0.0,
        sharp=0.0,
        is_object=True,
        glow=0.0,
        distortion=2.0,
        turn=(0, 0, 0),
    ):
        """Take a material.

        ``a`` and ``b`` are linear colours, ``sharp`` (0 to 1) the hardness of the edge between
        them, ``turn`` (radians) the direction of stripes.
        """
        if kind == "mottled" and bump >= 0.3:
            kind = "rugged"
        made = self.pool.setdefault(kind, [])
        number = self.used.get(kind, 0)
        self.used[kind] = number + 1
        if number == len(made):
            made.append(_make(kind, number))
        material, sockets = made[number]
        b = b if b is not None else tuple(v * 0.8 for v in a)
        width = 0.5 * (1 - sharp) + 0.01
        centre = 0.5 if kind != "spots" else 0.35
        values = {
            "a": (*a, 1),
            "b": (*b, 1),
            "scale": scale,
            "rough": rough,
            "metal": metal,
            "bump": bump,
            "coat": coat,
            "from": centre - width * 0.6,
            "to": centre + width * 0.6,
            "object": float(is_object),
            "mortar": (*(0.5 * v + 0.12 for v in b), 1),
            "glow": glow,
            "glow_colour": (*a, 1),
            "distortion": distortion,
            "offset": tuple(rng.uniform(-50, 50, 3))
            if kind in ("plain", "mottled", "rugged", "spots")
            else tuple(rng.uniform(-1, 1, 3)),
            "turn": turn,
        }
        for name, socket in sockets.items():
            socket.default_value = values[name]
        return material


def _make(kind: str, number: int):
    material = bpy.data.materials.new(f"{kind} {number}")
    material.use_nodes = True
    tree = material.node_tree
    nodes, link = tree.nodes, tree.links.new
    shader = nodes["Principled BSDF"]
    place = nodes.new("ShaderNodeTexCoord").outputs["Object"]
    mapping = nodes.new("ShaderNodeMapping")
    link(place, mapping.inputs["Vector"])
    vector = mapping.outputs["Vector"]
    sockets = {
        "offset": mapping.inputs["Location"],
        "turn": mapping.inputs["Rotation"],
        "rough": shader.inputs["Roughness"],
        "metal": shader.inputs["Metallic"],
        "coat": shader.inputs["Coat Weight"],
        "glow": shader.inputs["Emission Strength"],
        "glow_colour": shader.inputs["Emission Color"],
    }
    colour, height, extra = TEXTURES[kind](nodes, link, vector)
    sockets |= extra
    link(colour, shader.inputs["Base Color"])
    if height is not None:
        # Costs two more evaluations of the texture, so only where it shows.
        bump = nodes.new("ShaderNodeBump")
        bump.inputs["Distance"].default_value = 0.05
        link(height, bump.inputs["Height"])
        link(bump.outputs["Normal"], shader.inputs["Normal"])
        sockets["bump"] = bump.inputs["Strength"]
    aov = nodes.new("ShaderNodeOutputAOV")
    aov.aov_name = AOV
    sockets["object"] = aov.inputs["Value"]
    return material, sockets


def _mix(nodes, link, factor):
    """Mix two colours by a factor whose contrast is set by "from" and "to"."""
    contrast = nodes.new("ShaderNodeMapRange")
    link(factor, contrast.inputs["Value"])
    mix = nodes.new("ShaderNodeMix")
    mix.data_type = "RGBA"
    link(contrast.outputs["Result"], mix.inputs["Factor"])
    first, second = (s for s in mix.inputs if s.type == "RGBA")
    result = next(s for s in mix.outputs if s.type == "RGBA")
    sockets = {
        "a": first,
        "b": second,
        "from": contrast.inputs["From Min"],
        "to": contrast.inputs["From Max"],
    }
    return result, sockets


def _noise(nodes, link, vector, detail, roughness=0.6):
    noise = nodes.new("ShaderNodeTexNoise")
    noise.inputs["Detail"].default_value = detail
    noise.inputs["Roughness"].default_value = roughness
    link(vector, noise.inputs["Vector"])
    return noise


def _plain(nodes, link, vector):
    noise = _noise(nodes, link, vector, 1)
    colour, sockets = _mix(nodes, link, noise.outputs[0])
    return colour, None, sockets | {"scale": noise.inputs["Scale"]}


def _mottled(bumpy):
    def make(nodes, link, vector):
        # Finer octaves would be smaller than a pixel.
        noise = _noise(nodes, link, vector, 5, 0.68)
        colour, sockets = _mix(nodes, link, noise.outputs[0])
        height = noise.outputs[0] if bumpy else None
        return colour, height, sockets | {"scale": noise.inputs["Scale"]}

    return make


def _wave(kind):
    def make(nodes, link, vector):
        wave = nodes.new("ShaderNodeTexWave")
        wave.wave_type = kind
        wave.inputs["Detail"].default_value = 2
        link(vector, wave.inputs["Vector"])
        colour, sockets = _mix(nodes, link, wave.outputs[1])
        sockets |= {"scale": wave.inputs["Scale"], "distortion": wave.inputs["Distortion"]}
        return colour, None, sockets

    return make


def _painted(nodes, link, vector):
    paint = nodes.new("ShaderNodeVertexColor")
    paint.layer_name = PAINT
    noise = _noise(nodes, link, vector, 4, 0.65)
    colour, sockets = _mix(nodes, link, noise.outputs[0])
    product = nodes.new("ShaderNodeMix")
    product.data_type, product.blend_type = "RGBA", "MULTIPLY"
    product.inputs["Factor"].default_value = 1.0
    first, second = (s for s in product.inputs if s.type == "RGBA")
    link(paint.outputs["Color"], first)
    link(colour, second)
    result = next(s for s in product.outputs if s.type == "RGBA")
    return result, noise.outputs[0], sockets | {"scale": noise.inputs["Scale"]}


def _spots(nodes, link, vector):
    cells = nodes.new("ShaderNodeTexVoronoi")
    link(vector, cells.inputs["Vector"])
    colour, sockets = _mix(nodes, link, cells.outputs["Distance"])
    return colour, cells.outputs["Distance"], sockets | {"scale": cells.inputs["Scale"]}


def _bricks(upright):
    def make(nodes, link, vector):
        if upright:
            parts = nodes.new("ShaderNodeSeparateXYZ")
            link(vector, parts.inputs[0])
            along = nodes.new("ShaderNodeMath")
            link(parts.outputs["X"], along.inputs[0])
            link(parts.outputs["Y"], along.inputs[1])
            flat = nodes.new("ShaderNodeCombineXYZ")
            link(along.outputs[0], flat.inputs["X"])
            link(parts.outputs["Z"], flat.inputs["Y"])
            vector = flat.outputs[0]
        bricks = nodes.new("ShaderNodeTexBrick")
        bricks.inputs["Mortar Size"].default_value = 0.015
        bricks.inputs["Mortar Smooth"].default_value = 0.3
        if not upright:
            bricks.offset = 0.0
            bricks.inputs["Brick Width"].default_value = 0.5
            bricks.inputs["Row Height"].default_value = 0.5
        link(vector, bricks.inputs["Vector"])
        noise = _noise(nodes, link, vector, 4, 0.7)
        noise.inputs["Scale"].default_value = 6
        stain = nodes.new("ShaderNodeMix")
        stain.data_type = "RGBA"
        stain.blend_type = "OVERLAY"
        stain.inputs["Factor"].default_value = 0.6
        first, second = (s for s in stain.inputs if s.type == "RGBA")
        link(bricks.outputs["Color"], first)
        link(noise.outputs[0], second)
        result = next(s for s in stain.outputs if s.type == "RGBA")
        sockets = {
            "a": bricks.inputs["Color1"],
            "b": bricks.inputs["Color2"],
            "scale": bricks.inputs["Scale"],
            "mortar": bricks.inputs["Mortar"],
        }
        return result, None, sockets

    return make


def _planks(nodes, link, vector):
    boards = nodes.new("ShaderNodeTexBrick")
    boards.inputs["Mortar Size"].default_value = 0.006
    boards.inputs["Mortar Smooth"].default_value = 0.2
    boards.inputs["Brick Width"].default_value = 2.6
    boards.inputs["Row Height"].default_value = 0.3
    boards.offset, boards.offset_frequency = 0.37, 2
    link(vector, boards.inputs["Vector"])
    stretch = nodes.new("ShaderNodeVectorMath")
    stretch.operation = "MULTIPLY"
    stretch.inputs[1].default_value = (0.7, 11.0, 1.0)
    link(vector, stretch.inputs[0])
    grain = _noise(nodes, link, stretch.outputs[0], 5, 0.7)
    grain.inputs["Scale"].default_value = 1.6
    contrast = nodes.new("ShaderNodeMapRange")
    link(grain.outputs[0], contrast.inputs["Value"])
    contrast.inputs["To Min"].default_value, contrast.inputs["To Max"].default_value = 0.55, 1.25
    product = nodes.new("ShaderNodeMix")
    product.data_type, product.blend_type = "RGBA", "MULTIPLY"
    product.inputs["Factor"].default_value = 1.0
    first, second = (s for s in product.inputs if s.type == "RGBA")
    link(boards.outputs["Color"], first)
    link(contrast.outputs["Result"], second)
    result = next(s for s in product.outputs if s.type == "RGBA")
    sockets = {
        "a": boards.inputs["Color1"],
        "b": boards.inputs["Color2"],
        "scale": boards.inputs["Scale"],
        "mortar": boards.inputs["Mortar"],
        "from": contrast.inputs["From Min"],
        "to": contrast.inputs["From Max"],
    }
    return result, None, sockets


TEXTURES = {
    "plain": _plain,
    "mottled": _mottled(False),
    "rugged": _mottled(True),
    "stripes": _wave("BANDS"),
    "rings": _wave("RINGS"),
    "spots": _spots,
    "bricks": _bricks(True),
    "tiles": _bricks(False),
    "planks": _planks,
    "painted": _painted,
}
