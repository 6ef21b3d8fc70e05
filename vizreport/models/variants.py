"""The networks of the paper's ablation table, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vizreport.errors import RequestError
from vizreport.models.architecture import Architecture
from vizreport.models.paper_networks import KRIZHEVSKY, ZFNET

if TYPE_CHECKING:
    import keras

BASES = {"krizhevsky": KRIZHEVSKY, "zfnet": ZFNET}


@dataclass(frozen=True)
class Variant:
    """One row of the ablation table (paper, Table 3).

    Attributes
    ----------
    name : str
        How it is asked for.
    base : str
        ``"krizhevsky"`` or ``"zfnet"``.
    change : str
        The change in the published table's words.
    removed : tuple of int
        Numbers of the layers left out; all others stay as they are.
    dense_units : int or None
        Units of layers 6 and 7.
    conv_maps : tuple of int, or None
        Maps of layers 3, 4, 5.
    """

    name: str
    base: str
    change: str
    removed: tuple[int, ...] = ()
    dense_units: int | None = None
    conv_maps: tuple[int, int, int] | None = None


_ROWS = (
    Variant("krizhevsky", "krizhevsky", "none (replication, 1 convnet)"),
    Variant("krizhevsky-without-3-4", "krizhevsky", "removed layers 3,4", (3, 4)),
    Variant("krizhevsky-without-7", "krizhevsky", "removed layer 7", (7,)),
    Variant("krizhevsky-without-6-7", "krizhevsky", "removed layers 6,7", (6, 7)),
    Variant("krizhevsky-without-3-4-6-7", "krizhevsky", "removed layers 3,4,6,7", (3, 4, 6, 7)),
    Variant("krizhevsky-dense-2048", "krizhevsky", "layers 6,7: 2048 units", (), 2048),
    Variant("krizhevsky-dense-8192", "krizhevsky", "layers 6,7: 8192 units", (), 8192),
    Variant("zfnet", "zfnet", "none (as per Fig. 3)"),
    Variant("zfnet-dense-2048", "zfnet", "layers 6,7: 2048 units", (), 2048),
    Variant("zfnet-dense-8192", "zfnet", "layers 6,7: 8192 units", (), 8192),
    Variant(
        "zfnet-maps-512-1024-512",
        "zfnet",
        "layers 3,4,5: 512,1024,512 maps",
        conv_maps=(512, 1024, 512),
    ),
    Variant(
        "zfnet-dense-8192-maps-512-1024-512",
        "zfnet",
        "layers 6,7: 8192 units and layers 3,4,5: 512,1024,512 maps",
        dense_units=8192,
        conv_maps=(512, 1024, 512),
    ),
)
VARIANTS = {variant.name: variant for variant in _ROWS}


def variant_architecture(name: str) -> Architecture:
    """Architecture of a variant at full size.

    Raises
    ------
    RequestError
        No variant has this name; the message lists those there are.
    """
    if name not in VARIANTS:
        raise RequestError(f"unknown network {name!r}; choose from {', '.join(VARIANTS)}")
    variant = VARIANTS[name]
    base = BASES[variant.base]
    maps = dict(zip((3, 4, 5), variant.conv_maps or (), strict=False))
    return replace(
        base,
        name=variant.name,
        convolutions=tuple(
            replace(convolution, maps=maps.get(convolution.layer, convolution.maps))
            for convolution in base.convolutions
            if convolution.layer not in variant.removed
        ),
        dense=tuple(
            replace(dense, units=variant.dense_units or dense.units)
            for dense in base.dense
            if dense.layer not in variant.removed
        ),
    )


def build_variant(
    name: str, classes: int = 1000, input_size: int = 224, width: float = 1.0
) -> keras.Model:
    """Build a network of the ablation table by its name.

    Parameters
    ----------
    name : str
        A key of :data:`VARIANTS`.
    classes, input_size, width
        As in :func:`vizreport.models.network.build_network`.

    Raises
    ------
    RequestError
        Unknown name, too small an input, a width not above 0, fewer than 2 classes.
    """
    from vizreport.models.network import build_network

    return build_network(variant_architecture(name), classes, input_size, width)
