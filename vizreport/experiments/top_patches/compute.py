"""Projections and patches of the nine strongest activations of feature maps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vizreport.errors import NotApplicable
from vizreport.experiments.mining.classes import counted_classes
from vizreport.experiments.mining.living import nearly_dead
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound, telling_layers
from vizreport.experiments.parts.result import PartsResult
from vizreport.experiments.settings import Given
from vizreport.experiments.top_patches.choice import MapChoice, choose_maps
from vizreport.experiments.top_patches.classes import purity
from vizreport.experiments.top_patches.projected import (
    StrongestUnits,
    ToProject,
    is_shown,
    project_layer,
)
from vizreport.experiments.top_patches.result import Tiles, TopLayer, TopPatchesResult
from vizreport.graph.layers import ReportableLayer
from vizreport.parallel.piece import Piece, Work
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject


def compute(
    subject: Subject,
    settings: Given,
    mining: MiningResult,
    parts: PartsResult,
    pieces: Pieces,
) -> TopPatchesResult:
    """Project the strongest activations of a sample of maps of each chosen layer.

    A layer for which the rules are not defined keeps its patches.

    Reads the mining result and the parts, of which the mean mask is taken.
    """
    telling = telling_layers(mining)
    layers = [layer for layer in subject.chosen_layers(settings.layers) if layer.name in telling]
    if not layers:
        require_sound(mining)
        raise NotApplicable("the network has no layer whose rectified output can be shown")
    choices = {
        layer.name: choose_maps(mining, layer.name, settings.maps, settings.seed)
        for layer in layers
    }
    return project_maps(subject, pieces, settings, mining, parts, choices, {})


def project_maps(
    subject: Subject,
    pieces: Pieces,
    settings: Given,
    mining: MiningResult,
    parts: PartsResult,
    choices: Mapping[str, MapChoice],
    windows: Mapping[str, tuple[int, float]],
) -> TopPatchesResult:
    """Project the strongest activations of some maps.

    Parameters
    ----------
    subject : Subject
        Has the network and the images.
    pieces : Pieces
        Maps over the layers.
    settings : Given
        ``layers``, ``rule`` and ``window``.
    mining : MiningResult
        The strongest activations.
    parts : PartsResult
        Where objects are, as far as it is known.
    choices : mapping of str to MapChoice
        Maps by layer.
    windows : mapping of str to (int, float)
        Side of a layer's tiles and the share of energy that lies in them, where they are given.
    """
    layers = [layer for layer in subject.chosen_layers(settings.layers) if layer.name in choices]
    mean_mask = parts.mean_mask if parts is not None else np.zeros((0, 0), np.float32)
    work = Work(
        name="layers",
        make=project_layer,
        arguments=(settings.rule, settings.window, mean_mask),
        pieces=[
            _piece(mining, layer, choices[layer.name].maps, windows.get(layer.name))
            for layer in layers
        ],
        kind=Tiles,
        doing="projecting",
        unit="maps",
    )
    tiles = pieces.map(subject, work)
    classes = counted_classes(mining)
    return TopPatchesResult(
        layers={
            layer.name: _layer(mining, layer, choices[layer.name], one, classes.indices)
            for layer, one in zip(layers, tiles, strict=True)
        },
        replaced=[] if settings.layers else subject.default_layers[1],
        rule=settings.rule,
        labelled=classes.true,
    )


def _layer(
    mining: MiningResult,
    layer: ReportableLayer,
    choice: MapChoice,
    tiles: Tiles,
    classes: np.ndarray,
) -> TopLayer:
    """Gather what is stored of a layer; ``classes`` are the images'."""
    mined = mining.layers[layer.name]
    values, images = mined.values[choice.maps], mined.images[choice.maps]
    shown = is_shown(layer, values, images)
    dead = ~shown[:, 0]
    return TopLayer(
        maps=choice.maps,
        rank=choice.rank,
        selective=choice.selective,
        inactive=np.flatnonzero(nearly_dead(mining, layer.name)).astype(np.int32),
        values=values,
        images=images,
        rows=mined.rows[choice.maps],
        cols=mined.cols[choice.maps],
        tiles=tiles,
        shown=shown,
        dead=dead,
        purity=np.where(dead, np.nan, purity(images, classes)).astype(np.float32),
    )


def _piece(
    mining: MiningResult,
    layer: ReportableLayer,
    maps: np.ndarray,
    window: tuple[int, float] | None,
) -> Piece:
    """Return a layer to project, with its units numbered by the images that they are in."""
    mined = mining.layers[layer.name]
    images = mined.images
    seen = np.unique(images[images >= 0])
    units = StrongestUnits(
        mined.values,
        np.where(images >= 0, np.searchsorted(seen, images), -1).astype(images.dtype),
        mined.rows,
        mined.cols,
        np.asarray(mining.records[seen]),
    )
    asked = ToProject(layer, maps, units, window)
    return Piece(f"layer-{layer.node}", asked, len(maps), layer.name)
