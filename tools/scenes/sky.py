"""The surroundings seen far away: a sky with clouds over hills or trees, all of fractal noise."""

from __future__ import annotations

import bpy
import numpy as np
from colours import colour, mix, shade


def make_sky(scene) -> dict:
    """Build the world's shader once; returns the sockets that ``set_sky`` sets."""
    world = bpy.data.worlds.new("world")
    scene.world = world
    world.use_nodes = True
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 32
    tree = world.node_tree
    nodes, link = tree.nodes, tree.links.new
    direction = nodes.new("ShaderNodeTexCoord").outputs["Generated"]
    mapping = nodes.new("ShaderNodeMapping")
    link(direction, mapping.inputs["Vector"])
    parts = nodes.new("ShaderNodeSeparateXYZ")
    link(direction, parts.inputs[0])
    height = parts.outputs["Z"]
    sockets = {"offset": mapping.inputs["Location"]}

    def noise(name, detail, roughness):
        texture = nodes.new("ShaderNodeTexNoise")
        texture.inputs["Detail"].default_value = detail
        texture.inputs["Roughness"].default_value = roughness
        link(mapping.outputs[0], texture.inputs["Vector"])
        sockets[name] = texture.inputs["Scale"]
        return texture.outputs[0]

    def ramp(name, value, low=None, high=None):
        node = nodes.new("ShaderNodeMapRange")
        link(value, node.inputs["Value"])
        sockets[f"{name} from"], sockets[f"{name} to"] = (
            node.inputs["From Min"],
            node.inputs["From Max"],
        )
        if low is not None:
            node.inputs["From Min"].default_value = low
            node.inputs["From Max"].default_value = high
        return node.outputs[0]

    def blend(factor, first, second):
        node = nodes.new("ShaderNodeMix")
        node.data_type = "RGBA"
        link(factor, node.inputs["Factor"])
        inputs = [s for s in node.inputs if s.type == "RGBA"]
        for socket, source in zip(inputs, (first, second), strict=True):
            if isinstance(source, str):
                sockets[source] = socket
            else:
                link(source, socket)
        return next(s for s in node.outputs if s.type == "RGBA")

    clear = blend(ramp("zenith", height), "horizon", "zenith")
    clouded = blend(ramp("cloud", noise("cloud scale", 5, 0.6)), clear, "cloud")
    land = blend(ramp("land", noise("land scale", 5, 0.7), 0.35, 0.65), "land a", "land b")
    ridge = nodes.new("ShaderNodeMath")
    ridge.operation = "MULTIPLY_ADD"
    link(noise("ridge scale", 5, 0.6), ridge.inputs[0])
    sockets["ridge"], sockets["ridge base"] = ridge.inputs[1], ridge.inputs[2]
    above = nodes.new("ShaderNodeMath")
    above.operation = "SUBTRACT"
    link(height, above.inputs[0])
    link(ridge.outputs[0], above.inputs[1])
    view = blend(ramp("edge", above.outputs[0], -0.008, 0.008), land, clouded)
    background = nodes["Background"]
    link(view, background.inputs["Color"])
    sockets["strength"] = background.inputs["Strength"]
    # Only the camera sees the details: as a light, the smooth sky over plain land does.
    plain = nodes.new("ShaderNodeBackground")
    link(blend(ramp("dusk", height, -0.1, 0.1), "land", clear), plain.inputs["Color"])
    sockets["plain strength"] = plain.inputs["Strength"]
    chosen = nodes.new("ShaderNodeMixShader")
    link(nodes.new("ShaderNodeLightPath").outputs["Is Camera Ray"], chosen.inputs[0])
    link(plain.outputs[0], chosen.inputs[1])
    link(background.outputs[0], chosen.inputs[2])
    link(chosen.outputs[0], nodes["World Output"].inputs["Surface"])
    return sockets


def set_sky(sockets: dict, rng: np.random.Generator, kind: str, strength: float) -> None:
    """Draw the surroundings: "open" (sky over land), "air" (sky only), "room" or "water"."""
    horizon, zenith = colour(rng, "pale", "sky"), colour(rng, "sky")
    cloud, first = colour(rng, "pale", "pale", "grey"), colour(rng, "leaf", "earth", "grey")
    if rng.random() < 0.1:
        # Dusk.
        horizon, zenith = colour(rng, "autumn", "earth"), colour(rng, "sky", "grey")
    first = mix(first, (0.2, 0.2, 0.2), rng.uniform(0.1, 0.6))
    second = shade(first, rng.uniform(0.15, 0.5))
    ridge = rng.uniform(0.1, 0.9) if rng.random() < 0.7 else rng.uniform(0.02, 0.1)
    if kind == "air":
        cloud = colour(rng, "pale")
        ridge = -3.0 if rng.random() < 0.6 else 0.05
    if kind == "water":
        zenith = colour(rng, "water")
        horizon = mix(shade(zenith, 0.3), colour(rng, "water"), 0.2)
        cloud, ridge = shade(zenith, 1.2), -3.0
    if kind == "room":
        horizon = zenith = cloud = colour(rng, "pale", "muted")
        first, second = colour(rng, "any"), colour(rng, "muted")
        ridge = 9.0
    overcast = rng.uniform(0.35, 0.65)
    values = {
        "offset": tuple(rng.uniform(-20, 20, 3)),
        "cloud scale": rng.uniform(1.5, 4),
        "land scale": np.exp(rng.uniform(np.log(3), np.log(25))),
        "ridge scale": np.exp(rng.uniform(np.log(2), np.log(14))),
        "zenith from": 0.0,
        "zenith to": rng.uniform(0.3, 0.9),
        "cloud from": overcast,
        "cloud to": overcast + rng.uniform(0.05, 0.3),
        "horizon": (*horizon, 1),
        "zenith": (*zenith, 1),
        "cloud": (*cloud, 1),
        "land a": (*first, 1),
        "land b": (*second, 1),
        "ridge": ridge,
        "ridge base": -0.4 * ridge if ridge > 0 else 0.0,
        "strength": strength,
        "plain strength": strength,
        # Haze lies between the land and what flies, which is not black from below.
        "land": (*(mix(first, horizon, 0.75) if kind == "air" else mix(first, second, 0.5)), 1),
    }
    for name, value in values.items():
        sockets[name].default_value = value
