"""Feature vectors of layers, computed once and kept on disk."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vizreport.data.reading import read_batches
from vizreport.engine.features import feature_function
from vizreport.errors import RequestError
from vizreport.experiments.transfer.record import WRITER
from vizreport.graph.hidden import hidden_layers, stage_output
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
from vizreport.graph.outputs import output_node
from vizreport.parallel.loop import in_turn
from vizreport.parallel.piece import Compute, Engine, Failed, Piece, Work, image_pieces
from vizreport.parallel.pieces import PieceFailed, failure_message
from vizreport.results.atomic import write_bytes
from vizreport.results.disk import reserve
from vizreport.results.manifest import add
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

_WAITING, _READ, _UNREADABLE = 0, 1, 2


@dataclass(frozen=True)
class Features:
    """Feature vectors of one layer.

    Attributes
    ----------
    layer : str
        Name of the layer.
    size : list of int
        Rows, columns and maps, after pooling to the bound; [units] without places.
    vectors : float32 memory map [n, D]
        Rows of unreadable images are 0.
    readable : bool array [n]
        Whether each image could be read.
    """

    layer: str
    size: list[int]
    vectors: np.ndarray
    readable: np.ndarray


@dataclass(frozen=True)
class FeaturePiece:
    """Feature vectors of some images.

    Attributes
    ----------
    readable : bool array [k]
        Whether each image could be read.
    vectors : list of float32 array [k, D]
        Of each layer; rows of unreadable images are 0.
    """

    readable: np.ndarray
    vectors: list[np.ndarray]


def transfer_layers(graph: Graph, names: tuple[str, ...] | None) -> list[ReportableLayer]:
    """Return the layers whose features are tried, from the input on.

    Parameters
    ----------
    graph : Graph
        Whose layers there are.
    names : tuple of str, or None
        By default every hidden layer through which the whole signal goes: in a chain all of
        them, in a network of blocks their ends and what stands alone between them.

    Raises
    ------
    RequestError
        There is no such hidden layer; the message lists those there are.
    """
    layers = hidden_layers(graph)
    if names is None:
        return [layer for layer in layers if _is_passed_by_all(graph, layer.node)]
    by_name = {layer.name: layer for layer in layers}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise RequestError(
            f"there is no hidden layer {unknown[0]!r}; choose from {', '.join(by_name)}"
        )
    chosen = {by_name[name].node: by_name[name] for name in names}
    return [chosen[node] for node in sorted(chosen)]


def _is_passed_by_all(graph: Graph, index: int) -> bool:
    """Return whether every path from the input to the output passes a node."""
    output = output_node(graph)
    on_the_way = set(graph.ancestors(graph.outputs[0] if output is None else output))
    return not any(
        parent < index < child for child in on_the_way for parent in graph.nodes[child].parents
    )


def pooled_size(rows: int, cols: int, maps: int, most: int) -> tuple[int, int]:
    """Rows and columns to which maps are averaged so that at most ``most`` numbers are left.

    Both at least 1, and in proportion as far as whole numbers can be.
    """
    if rows * cols * maps <= most:
        return rows, cols
    side = np.sqrt(most / maps / (rows * cols))
    return max(1, int(rows * side)), max(1, int(cols * side))


def pool(maps: np.ndarray, rows: int, cols: int) -> np.ndarray:
    """Average maps [N, R, C, M] over nearly equal boxes to [N, rows, cols, M].

    Box i goes from ``floor(i R / rows)`` to ``ceil((i + 1) R / rows)``; neighbours share a row
    where R is not a multiple.
    """
    if maps.shape[1:3] == (rows, cols):
        return maps
    down = np.tensordot(maps, _boxes(maps.shape[1], rows), (1, 1))  # [N, C, M, rows]
    across = np.tensordot(down, _boxes(maps.shape[2], cols), (1, 1))  # [N, M, rows, cols]
    return across.transpose(0, 2, 3, 1)


def _boxes(size: int, count: int) -> np.ndarray:
    shares = np.zeros((count, size), np.float32)
    for i in range(count):
        first, last = i * size // count, -(-(i + 1) * size // count)
        shares[i, first:last] = 1 / (last - first)
    return shares


def layer_features(
    subject: Subject,
    layers: list[ReportableLayer],
    records: np.ndarray,
    most: int,
    folder: Path,
    network: str,
    engine: Engine = in_turn,
) -> list[Features]:
    """Compute the features of layers in one pass over images, or find them on disk.

    Memory is bounded by a piece of the images. A pass that was killed goes on where it was.

    Parameters
    ----------
    subject : Subject
        Network, preprocessing and data.
    layers : list of ReportableLayer
        From the input to the output.
    records : int array [n]
        Records of the data set to read.
    most : int
        Largest number of features of a layer with places; those of more are averaged over boxes.
    folder : Path
        For ``LAYER-KEY.npy`` and ``readable-KEY.npy``.
    network : str
        Hash of the checkpoint and of how it is read; part of the key.
    engine : Engine
        Computes pieces of the images; by default this process, one after the other.

    Raises
    ------
    RequestError
        If no image can be read.
    PieceFailed
        If pieces were given up; only after all others are on disk.
    """
    graph = subject.graph
    sizes = [_size(graph, layer, most) for layer in layers]
    key = _key(subject, records, most, network)
    paths = [folder / f"{_file_name(layer.name)}-{key}.npy" for layer in layers]
    there = folder / f"readable-{key}.npy"
    missing = [i for i, path in enumerate(paths) if not (path.exists() and there.exists())]
    if missing:
        _compute(
            subject,
            records,
            [stage_output(graph, layers[i]) for i in missing],
            [sizes[i] for i in missing],
            [paths[i] for i in missing],
            there,
            engine,
        )
    readable = np.load(there)
    return [
        Features(layer.name, size, np.load(path, mmap_mode="r"), readable)
        for layer, size, path in zip(layers, sizes, paths, strict=True)
    ]


def _size(graph: Graph, layer: ReportableLayer, most: int) -> list[int]:
    shape = graph.nodes[stage_output(graph, layer)].shape
    if len(shape) != 3:
        return [int(np.prod(shape))]
    return [*pooled_size(*shape, most), shape[2]]


def _key(subject: Subject, records: np.ndarray, most: int, network: str) -> str:
    about = [network, subject.dataset.fingerprint, subject.preprocessing.as_dict(), most]
    digest = hashlib.sha256(json.dumps(about).encode())
    digest.update(np.asarray(records, "<i8").tobytes())
    return digest.hexdigest()[:16]


def _file_name(layer: str) -> str:
    return layer.replace("/", "_").replace("@", "_")


def _compute(
    subject: Subject,
    records: np.ndarray,
    nodes: list[int],
    sizes: list[list[int]],
    paths: list[Path],
    there: Path,
    engine: Engine,
) -> None:
    folder = there.parent
    names = hashlib.sha256(json.dumps([path.name for path in paths]).encode()).hexdigest()[:8]
    devices = folder / f"devices-{there.stem.partition('-')[2]}-{names}.json"
    add(folder.parent, WRITER, [f"{folder.name}/{path.name}" for path in (*paths, there, devices)])
    folder.mkdir(parents=True, exist_ok=True)
    partial = [path.with_name(f".{path.name}.partial") for path in paths]
    progressed = folder / f".{there.stem}-{names}.partial"
    # A pass of the same layers that was killed goes on: a row's state follows its vectors.
    known = all(path.exists() for path in (*partial, progressed))
    mode: Literal["r+", "w+"] = "r+" if known else "w+"
    kept = [
        np.lib.format.open_memmap(path, mode, np.float32, (len(records), int(np.prod(size))))
        for path, size in zip(partial, sizes, strict=True)
    ]
    for path in partial:
        with path.open("r+b") as file:
            reserve(file, 0, path.stat().st_size, path)
    state = np.lib.format.open_memmap(progressed, mode, np.int8, (len(records),))
    pieces = image_pieces(len(records), subject.batch_size, records)
    left = [one for one in pieces if (state[_rows(records, one)] == _WAITING).any()]
    work = Work(
        name="images",
        make=vectors_of,
        arguments=(nodes, sizes),
        pieces=pieces,
        kind=FeaturePiece,
        doing="computing features",
        unit="images",
    )
    failed, computed_on = [], _devices(devices) if known else {}
    with progress(work.doing, len(records), work.unit) as bar:
        bar.update(len(records) - sum(one.size for one in left))
        # As they are finished, in any order.
        for outcome in engine(subject, work, left, bar) if left else ():
            if isinstance(outcome, Failed):
                failed.append(outcome)
                continue
            rows, found = _rows(records, outcome.piece), outcome.result
            computed_on[outcome.piece.label] = outcome.origin.host["device"]
            _write_devices(devices, computed_on, paths, pieces)
            for target, vectors in zip(kept, found.vectors, strict=True):
                target[rows] = vectors
            state[rows] = np.where(found.readable, _READ, _UNREADABLE)
    if failed:
        again = "; the others are kept, and the same command retries these"
        raise PieceFailed(failure_message(failed, len(pieces)) + again)
    readable = np.array(state == _READ)
    if not readable.any():
        raise RequestError(f"no image of {subject.dataset.name} can be read")
    for target in kept:
        target.flush()
    content = io.BytesIO()
    np.save(content, readable)
    write_bytes(there, content.getvalue())
    for path, final in zip(partial, paths, strict=True):
        path.replace(final)
    progressed.unlink()


def _devices(path: Path) -> dict[str, str]:
    """Read which device computed each piece, by its label; what is damaged is not known."""
    try:
        found = json.loads(path.read_bytes())["devices"]
        return {label: device for device, labels in found.items() for label in labels}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write_devices(
    path: Path, computed_on: dict[str, str], features: list[Path], pieces: list[Piece]
) -> None:
    """Write which device computed which pieces, in the order of the pieces."""
    devices: dict[str, list[str]] = {}
    for one in pieces:
        if one.label in computed_on:
            devices.setdefault(computed_on[one.label], []).append(one.label)
    about = {"files": [each.name for each in features], "devices": devices}
    write_bytes(path, (json.dumps(about, indent=1) + "\n").encode())


def _rows(records: np.ndarray, piece: Piece) -> slice:
    first = int(np.searchsorted(records, piece.argument[0]))
    return slice(first, first + piece.size)


def vectors_of(subject: Subject, nodes: list[int], sizes: list[list[int]]) -> Compute:
    """Return what computes feature vectors: from records to a FeaturePiece."""
    features, preprocessing = feature_function(subject.graph, nodes), subject.preprocessing

    def compute(records: np.ndarray, done: Callable[[int], Any]) -> FeaturePiece:
        readable = np.zeros(len(records), bool)
        vectors = [np.zeros((len(records), int(np.prod(size))), np.float32) for size in sizes]
        for batch in read_batches(subject.dataset, preprocessing, subject.batch_size, records):
            done(len(batch.indices) + len(batch.unreadable))
            if not len(batch.indices):
                continue
            rows = np.searchsorted(records, batch.indices)
            found = features(preprocessing.tensor(batch.pictures))
            for target, size, maps in zip(vectors, sizes, found, strict=True):
                pooled = pool(maps, size[0], size[1]) if len(size) == 3 else maps
                target[rows] = pooled.reshape(len(rows), -1)
            readable[rows] = True
        return FeaturePiece(readable, vectors)

    return compute
