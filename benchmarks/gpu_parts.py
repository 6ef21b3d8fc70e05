"""What is measured of a network on a device: a function a part, which yields its rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

from benchmarks import gpu_device as device
from vizreport import backend
from vizreport.backend import Spec
from vizreport.data.dataset import Dataset, ImageRecord
from vizreport.data.decoding import decode
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import preset
from vizreport.data.reading import read_batches
from vizreport.engine import Deconvnet
from vizreport.engine.choice import choose_layers
from vizreport.engine.mining import one_ahead, reduction_function
from vizreport.engine.occlusion import Running, Squares, occlude
from vizreport.engine.occlusion.scores import places_at_once
from vizreport.engine.projection.crops import plan_crops
from vizreport.engine.projection.units import multiplications
from vizreport.engine.projection.window_plan import plan_windows
from vizreport.engine.strongest import Strongest, from_batch, merge
from vizreport.graph.layers import ReportableLayer, occluded_layer

K = 9  # strongest activations of a map that are projected
PHOTOGRAPH = (500, 375)
MOST_IMAGES = 256  # in a batch

Row = tuple[str, float | str, str]
"""What was measured, the value and its unit."""


@dataclass(frozen=True)
class Amount:
    """How much is measured.

    Attributes
    ----------
    images : int
        In memory, of random smooth colours.
    maps, layers : int
        Feature maps of a layer, and layers, whose strongest units are projected.
    places : int
        Places of the square along a side of the image.
    least : float
        Seconds that each measurement takes at least.
    """

    images: int = 2048
    maps: int = 16
    layers: int = 4
    places: int = 28
    least: float = 1.0


FEW = Amount(images=8, maps=4, layers=3, places=6)
"""What is compared with the CPU."""


class Network:
    """A network with what its parts share."""

    def __init__(self, model: keras.Model, amount: Amount) -> None:
        self.model, self.amount = model, amount
        self.deconvnet = Deconvnet(model)
        self.graph = self.deconvnet.graph
        chosen = [layer for layer in choose_layers(self.graph) if layer.kind != "output"]
        spread = np.linspace(0, len(chosen) - 1, min(amount.layers, len(chosen))).round()
        self.layers: list[ReportableLayer] = [chosen[int(number)] for number in spread]
        self.occluded = occluded_layer(self.graph) or chosen[-1]

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """Pixels around 0; the values do not matter here."""
        height, width, channels = self.graph.input_shape
        return preset("caffe", (height, width), channels)

    @cached_property
    def images(self) -> np.ndarray:
        """Preprocessed images in memory: float32 [N, H, W, C]."""
        height, width, _ = self.graph.input_shape
        shown = pictures(self.amount.images, (width, height))
        return self.preprocessing.tensor(np.stack(list(shown)))

    @cached_property
    def batch(self) -> int:
        """Images that go forward at once: a power of two that a quarter of the memory holds."""
        fits = places_at_once(self.graph, self.layers[-1], device.memory() // 4)
        return 1 << (min(fits, MOST_IMAGES, self.amount.images).bit_length() - 1)

    @cached_property
    def reduce(self) -> Callable[[np.ndarray], Any]:
        """The forward pass of mining."""
        return reduction_function(self.graph, self.layers)

    @cached_property
    def mined(self) -> list[Strongest]:
        """The strongest activations of each layer over the images."""
        return mine(self, self.images)

    def units(self, layer: ReportableLayer) -> tuple[np.ndarray, ...]:
        """Return images, rows, columns and maps of a layer's strongest units."""
        found = self.mined[self.layers.index(layer)]
        maps = np.random.default_rng(0).permutation(layer.maps)[: self.amount.maps]
        alive = np.argwhere(found.values[maps] > 0)
        taken = maps[alive[:, 0]], alive[:, 1]
        rows, cols = np.divmod(found.places[taken], layer.cols)
        return found.images[taken], rows, cols, maps[alive[:, 0]].astype(np.int32)


def pictures(count: int, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Yield smooth pictures of random colours, which JPEG files of photographs are like."""
    random = np.random.default_rng(0)
    for _ in range(count):
        coarse = random.integers(0, 256, (12, 16, 3), dtype=np.uint8)
        yield np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))


def mine(network: Network, images: np.ndarray) -> list[Strongest]:
    """Mine images in memory as a build does."""
    strongest: list[Strongest] = []

    def started(start: int) -> Any:
        return network.reduce(images[start : start + network.batch])

    for start, (reduced, _) in one_ahead(started, range(0, len(images), network.batch)):
        found = [from_batch(*parts, start, K) for parts in reduced]
        if strongest:
            found = [merge(a, b, K) for a, b in zip(strongest, found, strict=True)]
        strongest = found
    return strongest


# Parts -------------------------------------------------------------------------------------------


def mining(network: Network) -> Iterator[Row]:
    """Images a second, mined and in the bare forward pass, with images in memory."""
    model, graph, images = network.model, network.graph, network.images
    bare = backend.compiled(
        lambda x: model(x, training=False),
        Spec(("images", *graph.input_shape), graph.dtype),
        variables=model.variables,
    )

    def forward() -> None:
        starts = range(0, len(images), network.batch)
        for _ in one_ahead(lambda start: bare(images[start : start + network.batch]), starts):
            pass

    yield "images in a batch", network.batch, ""
    alone = device.seconds(forward, network.amount.least)
    yield "bare forward pass", len(images) / alone, "images/s"
    mined = device.seconds(lambda: mine(network, images), network.amount.least)
    yield "mining", len(images) / mined, "images/s"
    yield "mining / bare forward pass (goal: 0.9)", alone / mined, ""


def projections(network: Network) -> Iterator[Row]:
    """Projections a second of each layer, by each way, and the host's share of the time."""
    for layer in network.layers:
        units = network.units(layer)
        if not len(units[0]):
            yield f"{layer.name}: no map is active", "left out", ""
            continue
        ways: dict[str, str | None] = {
            "chosen": None,
            "whole images": "whole",
            "crops": "crops",
            "windows": "windows",
        }
        windows = plan_windows(network.graph, layer.node)
        if windows is None:
            del ways["windows"]
        else:
            plan = plan_crops(network.graph, layer.node, *units[1:3])
            crops, shared = multiplications(network.graph, layer, plan, windows, units[0])
            yield f"{layer.name}: multiplications, crops / windows", crops / shared, ""
        for name, way in ways.items():
            deconvnet = network.deconvnet.with_rule("deconvnet")
            project = partial(_project, deconvnet, network.images, layer, units, way)
            taken = device.seconds(project, network.amount.least)
            yield f"{layer.name}, {len(units[0])} units, {name}", len(units[0]) / taken, "per s"
            if name == "chosen":
                yield f"{layer.name}: host's share of the time", _host_share(deconvnet, project), ""


def _project(
    deconvnet: Deconvnet,
    images: np.ndarray,
    layer: ReportableLayer,
    units: tuple[np.ndarray, ...],
    way: str | None,
) -> None:
    for _ in deconvnet.project_units(images, layer, *units, way=way):
        pass


def _host_share(deconvnet: Deconvnet, work: Callable[[], None]) -> float:
    """Return which share of a run passes outside the compiled functions and their results."""
    inside = 0.0

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            nonlocal inside
            started = time.perf_counter()
            outputs = device.arrays(function(*given))
            inside += time.perf_counter() - started
            return outputs

        return call

    for key, function in list(deconvnet.ruled._functions.items()):
        deconvnet.ruled._functions[key] = timed(function)
    started = time.perf_counter()
    work()
    return 1 - inside / (time.perf_counter() - started)


def occlusion(network: Network) -> Iterator[Row]:
    """Seconds of a map, plain and in windows."""
    grid, size = _places(network, network.amount.places)
    memory = min(device.memory() // 4, 2**33)
    taken = {}
    for name, way in (("plain", "plain"), ("windows", "incremental"), ("chosen", "")):
        cover = partial(_occluded, network, grid, size, way, memory)
        taken[name] = device.seconds(cover, network.amount.least)
        yield f"map of {len(grid[0])} places, {name}", taken[name], "s"
    yield "plain / windows (goal: 1)", taken["plain"] / taken["windows"], ""


def _places(network: Network, along: int) -> tuple[tuple[np.ndarray, ...], int]:
    """Return a grid of a square's places, and its side."""
    height, width, _ = network.graph.input_shape
    size = min(height, width) // 5
    sides = (
        np.arange(0, side - size + 1, max(1, (side - size) // along)) for side in (height, width)
    )
    rows, cols = np.meshgrid(*sides, indexing="ij")
    return (rows.ravel(), cols.ravel()), size


def _occluded(
    network: Network, grid: tuple[np.ndarray, ...], size: int, way: str, memory: int
) -> Any:
    image = network.images[0]
    fill = np.zeros_like(image)
    layer, deconvnet = network.occluded, network.deconvnet
    return occlude(deconvnet, image, fill, Squares(*grid, size), layer, 0, Running(memory, way))


def decoding(network: Network) -> Iterator[Row]:
    """Mining from JPEG files: the share of the time that it waits for them to be decoded."""
    count = network.amount.images
    with tempfile.TemporaryDirectory() as folder:
        for number, picture in enumerate(pictures(count, PHOTOGRAPH)):
            Image.fromarray(picture).save(Path(folder) / f"{number:05d}.jpg", quality=90)
        dataset, waited = _files(sorted(Path(folder).iterdir())), 0.0
        device.arrays(network.reduce(network.images[: network.batch]))  # compiled
        begun = time.perf_counter()
        batches = read_batches(dataset, network.preprocessing, network.batch)
        while True:
            started = time.perf_counter()
            batch = next(batches, None)
            waited += time.perf_counter() - started
            if batch is None:
                break
            device.arrays(network.reduce(network.preprocessing.tensor(batch.pictures)))
        taken = time.perf_counter() - begun
    yield "mining from JPEG files of 500 x 375", count / taken, "images/s"
    yield "share of the time waiting for decoded images", waited / taken, ""


def _files(paths: list[Path]) -> Dataset:
    """Return image files as a build reads them, without a hash of each."""
    records = tuple(ImageRecord(number, path.name, "") for number, path in enumerate(paths))

    def read(index: int) -> np.ndarray:
        return decode(paths[index])[0]

    return Dataset("files", records, (), (), read, "", lambda index: paths[index].read_bytes())


def reference(model: keras.Model) -> dict[str, np.ndarray]:
    """Compute on the CPU what :func:`agreement` compares, of few images and units."""
    network = Network(model, FEW)
    units = {
        f"{layer.name} {name}": part
        for layer in network.layers
        for name, part in zip("nrcm", network.units(layer), strict=True)
    }
    return {**units, **_compared(network, units)}


def _compared(network: Network, units: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    found = {}
    for layer, strongest in zip(network.layers, mine(network, network.images), strict=True):
        found[f"mining, {layer.name}"] = strongest.values
        given = [units[f"{layer.name} {name}"] for name in "nrcm"]
        full = np.zeros((len(given[0]), *network.graph.input_shape), np.float32)
        for part in network.deconvnet.project_units(network.images, layer, *given):
            part.put_into(full)
        found[f"projections, {layer.name}"] = full
    scores = _occluded(network, *_places(network, network.amount.places), "", 2**28)
    found["occlusion, outputs"], found["occlusion, sums"] = scores.outputs, scores.activations
    return found


def agreement(model: keras.Model, stored: dict[str, np.ndarray]) -> Iterator[Row]:
    """Largest differences to the CPU, relative to the largest value."""
    for name, array in _compared(Network(model, FEW), stored).items():
        wanted = stored[name]
        if not wanted.size:
            continue
        apart = np.abs(array - wanted).max(initial=0) / max(np.abs(wanted).max(), 1e-30)
        yield f"{name}: largest difference to the CPU", float(apart), "of the largest"


PARTS: dict[str, Callable[[Network], Iterator[Row]]] = {
    "mining": mining,
    "projections": projections,
    "occlusion": occlusion,
    "decoding": decoding,
}
