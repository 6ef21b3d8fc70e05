"""The renderer's scene: settings made once, contents emptied and filled for each picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import bpy
import numpy as np
from exr import read_exr
from materials import AOV, PAINT, Palette
from mathutils import Matrix
from meshes import Mesh
from sky import make_sky

SIDE = 128
"""Height and width of the pictures, px."""
SAMPLES = {"air": 24}
"""Rays a pixel by stage, 8 for others; against the sky the denoiser leaves more noise."""


@dataclass
class Scene:
    """What builders and stages add to.

    Attributes
    ----------
    material : Palette
        Call it to take a material.
    parent : object or None
        What new meshes hang on: the subject's empty while a builder runs.
    points : list of arrays [N, 3]
        Vertices that were added as parts of the object, in the builder's units.
    """

    material: Palette
    sky: dict
    camera: object
    lamps: dict
    parent: object = None
    points: list = field(default_factory=list)

    def add(
        self,
        mesh: Mesh,
        material,
        *,
        smooth: bool = True,
        bevel: float = 0.0,
        levels: int = 0,
        is_object: bool = True,
        paint=None,
        normals=None,
    ):
        """Add a mesh.

        ``bevel`` is the width of rounded edges, ``levels`` of subdivision, ``paint`` [N, 3] the
        vertices' linear colours for a material of kind "painted", ``normals`` [N, 3] those to
        shade by, in place of the faces' own.
        """
        vertices, faces = mesh
        data = bpy.data.meshes.new("mesh")
        data.from_pydata(np.asarray(vertices, float), [], faces)
        if smooth:
            data.shade_smooth()
        data.materials.append(material)
        if paint is not None:
            layer = data.color_attributes.new(PAINT, "FLOAT_COLOR", "POINT")
            rgba = np.concatenate([paint, np.ones((len(paint), 1))], 1)
            layer.data.foreach_set("color", rgba.astype(np.float32).ravel())
        if normals is not None:
            data.normals_split_custom_set_from_vertices(np.asarray(normals, np.float32))
        thing = bpy.data.objects.new("thing", data)
        bpy.context.scene.collection.objects.link(thing)
        if bevel:
            rounding = thing.modifiers.new("bevel", "BEVEL")
            rounding.width, rounding.segments = bevel, 2
            rounding.harden_normals = smooth
        if levels:
            division = thing.modifiers.new("levels", "SUBSURF")
            division.levels = division.render_levels = levels
        thing.parent = self.parent
        if self.parent is not None and is_object:
            self.points.append(np.asarray(vertices, float))
        return thing

    def empty(self) -> None:
        """Remove what was added since the last picture."""
        bpy.data.batch_remove([o for o in bpy.data.objects if o.name.startswith(("thing", "root"))])
        bpy.data.batch_remove(list(bpy.data.meshes))
        self.material.reset()
        self.points.clear()
        self.parent = None

    def hang(self) -> None:
        """Start the subject: later meshes belong to it until ``place``."""
        self.parent = bpy.data.objects.new("root", None)
        bpy.context.scene.collection.objects.link(self.parent)

    def place(self, matrix: np.ndarray) -> None:
        """End the subject and set where it stands: matrix [4, 4]."""
        self.parent.matrix_world = Matrix(matrix.tolist())
        self.parent = None

    def render(self, folder: Path, stage: str) -> dict[str, np.ndarray]:
        """Render: linear ``Combined.R``, ``.G``, ``.B``, ``Depth.Z``, ``Mist.Z``, ``object.X``."""
        path = folder / "picture.exr"
        bpy.context.scene.render.filepath = str(path)
        bpy.context.scene.cycles.samples = SAMPLES.get(stage, 8)
        bpy.ops.render.render(write_still=True)
        return read_exr(path)


def make_scene() -> Scene:
    """Set up the renderer: few samples, short paths, a denoiser, one thread."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = SIDE
    render.threads_mode, render.threads = "FIXED", 1
    render.use_persistent_data = True
    render.image_settings.media_type = "MULTI_LAYER_IMAGE"
    render.image_settings.file_format = "OPEN_EXR_MULTILAYER"
    render.image_settings.exr_codec, render.image_settings.color_depth = "NONE", "32"
    cycles.device = "CPU"
    cycles.use_light_tree = False
    cycles.use_adaptive_sampling = cycles.use_auto_tile = False
    cycles.use_denoising = True
    cycles.denoising_prefilter, cycles.denoising_quality = "FAST", "HIGH"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 2, 1, 1
    cycles.transmission_bounces, cycles.transparent_max_bounces = 0, 0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0
    cycles.filter_width = 1.0
    layer = scene.view_layers[0]
    layer.use_pass_z = layer.use_pass_mist = True
    added = layer.aovs.add()
    added.name, added.type = AOV, "VALUE"
    return Scene(Palette(), make_sky(scene), _camera(scene), _lamps(scene))


def _camera(scene):
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.data.sensor_width = 36
    camera.data.dof.use_dof = True
    return camera


def _lamps(scene) -> dict:
    lamps = {}
    for name, kind in (("sun", "SUN"), ("key", "AREA"), ("fill", "AREA")):
        lamps[name] = bpy.data.objects.new(f"lamp {name}", bpy.data.lights.new(name, kind))
        scene.collection.objects.link(lamps[name])
    return lamps
