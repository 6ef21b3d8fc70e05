"""A made-up result of the section Architecture."""

from __future__ import annotations

import numpy as np

from tests.report import fake_pictures
from vizreport.experiments.architecture.duplicates import cosines, earlier_twins
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.architecture.spectrum import radial_spectra, radii
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult


def make_architecture(
    random: np.random.Generator, filters: FiltersResult, mining: MiningResult, hostile: bool
) -> ArchitectureResult:
    """Return signs of faults in a network of stride 2; hostile: layer 2 without a rule."""
    spectra = radial_spectra(filters.filters)
    twins, similarity = earlier_twins(cosines(filters.filters))
    correlation = {
        name: np.append(np.nan, random.beta(2, 2, len(layer.values) - 1)).astype(np.float32)
        for name, layer in mining.layers.items()
    }
    earlier = {
        name: (np.arange(len(values)) - 1).astype(np.int32) for name, values in correlation.items()
    }
    tiles = np.zeros((0, 1, 1, 3), np.uint8)
    second = {"second_reason": "activation 'silu' has no backward rule"} if hostile else {}
    if not hostile:
        signed = fake_pictures.gabors(32, 51, 5)
        scale = np.abs(signed).max(axis=(1, 2, 3), keepdims=True)
        tiles = np.rint(128 + 127 * signed / scale).astype(np.uint8)
    return ArchitectureResult(
        **{
            "layer": filters.layer,
            "stride": [2, 2],
            "radii": radii().astype(np.float32),
            "spectra": spectra.astype(np.float32),
            "rms": np.sqrt((filters.filters**2).mean(axis=(1, 2, 3))),
            "filter_twins": twins,
            "filter_similarity": similarity,
            "twins": earlier,
            "correlation": correlation,
            "correlated_images": 60,
            "second": [*mining.layers][1],
            "second_reason": "",
            "tiles": tiles,
            "tile_maps": np.arange(len(tiles), dtype=np.int32),
            **second,
        }
    )
