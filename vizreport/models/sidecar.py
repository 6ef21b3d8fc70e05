"""What a checkpoint says of itself beside its weights. No TensorFlow here.

``NAME.vizreport.json`` next to ``NAME.keras`` (or ``NAME.h5``); a per-pixel mean, where there is
one, is the array ``mean_image`` of ``NAME.vizreport.npz``, and ``mean_square`` there is the mean
of the whole square that ten crops are cut from.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from vizreport.data.preprocessing import Fields, Preprocessing
from vizreport.data.presets import PRESETS, with_parts
from vizreport.errors import RequestError
from vizreport.results.atomic import write_bytes, write_text
from vizreport.system.archives import BadArchive, read_arrays
from vizreport.system.documents import JsonObject
from vizreport.system.paths import is_there, read_text
from vizreport.wording.foreign_text import brief, quoted

SCHEMA_VERSION = 1
_OF_A_SIZE = ("input_size", "resize", "resize_to", "crop", "mean_image")


@dataclass(frozen=True)
class Sidecar:
    """Facts a checkpoint's file cannot hold.

    Attributes
    ----------
    preprocessing : Preprocessing or None
        From an image to the network's input, with the input size and the channel order; None
        where there is a preset.
    class_names, class_ids : tuple of str
        One for each output, or empty; ids are names such as WordNet's ``n02084071``.
    labels_in_order : bool
        The outputs are the training folders' classes in alphabetical order.
    data_source : str or None
        What it was trained on.
    epoch, seed : int or None
        Epochs trained; seed of the training.
    preset : str or None
        Preset of the preprocessing, one of :data:`vizreport.data.presets.PRESETS`.
    parts : mapping
        Parts of the preprocessing that differ from the preset.
    schema_version : int
        Of the file.
    mean_square : float32 [H, W, C] or None
        Beside a mean image: the mean of the square before the central crop.
    """

    preprocessing: Preprocessing | None = None
    class_names: tuple[str, ...] = ()
    class_ids: tuple[str, ...] = ()
    labels_in_order: bool = False
    data_source: str | None = None
    epoch: int | None = None
    seed: int | None = None
    preset: str | None = None
    parts: Mapping[str, Any] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
    mean_square: np.ndarray | None = field(default=None, compare=False)

    @property
    def prepares(self) -> bool:
        """Whether it states how images are prepared."""
        return self.preset is not None or self.preprocessing is not None


ENTRIES = tuple(
    entry.name for entry in fields(Sidecar) if entry.name not in ("mean_square", "parts")
)
"""Of the ``.json``, where ``parts`` stand under ``preprocessing``."""


def _json_path(checkpoint: Path) -> Path:
    return checkpoint.with_name(checkpoint.stem + ".vizreport.json")


def _npz_path(checkpoint: Path) -> Path:
    return checkpoint.with_name(checkpoint.stem + ".vizreport.npz")


def sidecar_paths(checkpoint: str | Path) -> tuple[Path, ...]:
    """Sidecar files of a checkpoint that exist: the ``.json``, then the ``.npz``."""
    checkpoint = Path(checkpoint)
    candidates = (_json_path(checkpoint), _npz_path(checkpoint))
    return tuple(path for path in candidates if is_there(path))


def write_sidecar(checkpoint: str | Path, sidecar: Sidecar) -> None:
    """Write the sidecar of a checkpoint, and its per-pixel mean where there is one.

    The mean is written first: a description never names a mean that is not there.

    Parameters
    ----------
    checkpoint : str or Path
        ``NAME.keras``: written are ``NAME.vizreport.json`` and ``NAME.vizreport.npz``.
    sidecar : Sidecar
        What lies beside the checkpoint.
    """
    checkpoint = Path(checkpoint)
    values = {name: getattr(sidecar, name) for name in ENTRIES}
    preprocessing = sidecar.preprocessing
    mean_path = _npz_path(checkpoint)
    mean_image = preprocessing.mean_image if preprocessing else sidecar.parts.get("mean_image")
    if sidecar.preset is not None:
        parts = {name: part for name, part in sidecar.parts.items() if name != "mean_image"}
        values["preprocessing"] = parts or None
    elif preprocessing is not None:
        values["preprocessing"] = preprocessing.as_dict()
    if mean_image is None:
        mean_path.unlink(missing_ok=True)
    else:
        archive = io.BytesIO()
        arrays = {"mean_image": mean_image}
        if sidecar.mean_square is not None:
            arrays["mean_square"] = sidecar.mean_square
        np.savez_compressed(archive, allow_pickle=False, **arrays)
        write_bytes(mean_path, archive.getvalue())
    write_text(_json_path(checkpoint), json.dumps(values, indent=2) + "\n")


def read_sidecar(checkpoint: str | Path) -> Sidecar | None:
    """Read the sidecar of a checkpoint.

    Returns
    -------
    Sidecar or None
        None if the checkpoint has none.

    Raises
    ------
    RequestError
        The file is damaged, of another schema version, or has an entry of the wrong kind; the
        message names the file.
    """
    path = _json_path(Path(checkpoint))
    if not is_there(path):
        return None
    text = read_text(path, "the sidecar", "correct it or remove it")
    try:
        values = json.loads(text)
    except RecursionError as error:
        raise RequestError(f"{path} is nested too deeply; fix or remove it") from error
    except ValueError as error:
        raise RequestError(
            f"{path} is not valid JSON ({brief(error)}); fix or remove it"
        ) from error
    try:
        return _parse(values, _npz_path(Path(checkpoint)))
    except RequestError as error:
        raise RequestError(f"{path}: {error}") from error


def _parse(values: Any, mean_path: Path) -> Sidecar:
    if not isinstance(values, dict):
        raise RequestError('its content is not an object; it must start with "{"')
    version = values.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise RequestError(
            f"its schema_version is {quoted(version)} but this vizreport reads {SCHEMA_VERSION}; "
            "write the file again or use the vizreport that wrote it"
        )
    unknown = sorted(set(values) - set(ENTRIES))
    if unknown:
        raise RequestError(
            f"unknown entry {quoted(unknown[0])}; its entries are {', '.join(ENTRIES)}"
        )
    preset, preprocessing = _entry(values, "preset", str), values.get("preprocessing")
    if preprocessing is not None and not isinstance(preprocessing, dict):
        raise RequestError("preprocessing must be an object")
    parts: Fields = {}
    mean_square = None
    if preset is not None:
        parts, mean_square = _parts(preset, preprocessing or {}, mean_path)
        preprocessing = None
    elif preprocessing is not None:
        mean_image, mean_square = _read_means(mean_path)
        preprocessing = Preprocessing.from_dict(preprocessing, mean_image)
    names, ids = _strings(values, "class_names"), _strings(values, "class_ids")
    if names and ids and len(names) != len(ids):
        raise RequestError(f"it has {len(names)} class_names and {len(ids)} class_ids")
    return Sidecar(
        preset=preset,
        parts=parts,
        preprocessing=preprocessing,
        class_names=names,
        class_ids=ids,
        labels_in_order=_entry(values, "labels_in_order", bool) or False,
        data_source=_entry(values, "data_source", str),
        epoch=_whole(values, "epoch", 10**9),
        seed=_whole(values, "seed", 2**63 - 1),
        mean_square=mean_square,
    )


def _parts(preset: str, given: JsonObject, mean_path: Path) -> tuple[Fields, np.ndarray | None]:
    """Return what differs from a preset, and the mean of the square beside a mean image."""
    if preset not in PRESETS:
        raise RequestError(f"unknown preset {quoted(preset)}; choose from {', '.join(PRESETS)}")
    parts = {name: value for name, value in given.items() if value is not None}
    mean_image, mean_square = _read_means(mean_path)
    if mean_image is not None:
        parts["mean_image"] = mean_image
    elif "mean_image" in parts:
        raise RequestError("the preprocessing has a mean image, but its file is missing")
    # Tried on an input of one pixel, so that what does not fit is said with the file's name.
    channels = 1 if parts.get("channels") == "L" else 3
    tried = {name: value for name, value in parts.items() if name not in _OF_A_SIZE}
    with_parts(PRESETS[preset]((1, 1), channels), tried)
    return parts, mean_square


def _strings(values: JsonObject, name: str) -> tuple[str, ...]:
    entries = values.get(name) or []
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise RequestError(f"{name} must be a list of strings, one per output")
    return tuple(entries)


def _entry(values: JsonObject, name: str, kind: type) -> Any:
    value = values.get(name)
    # type() and not isinstance: true is not an epoch.
    if value is not None and type(value) is not kind:
        raise RequestError(f"{name} must be of type {kind.__name__}, not {quoted(value)}")
    return value


def _whole(values: JsonObject, name: str, most: int) -> int | None:
    value: int | None = _entry(values, name, int)
    if value is not None and not 0 <= value <= most:
        raise RequestError(f"{name} is {quoted(value)}; it must be from 0 to {most}")
    return value


def _read_means(path: Path) -> tuple[np.ndarray | None, np.ndarray | None]:
    if not is_there(path):
        return None, None
    try:
        arrays = read_arrays(path, ("mean_image", "mean_square"))
    except BadArchive as error:
        raise RequestError(f"the per-pixel mean {path} {error}; write it again") from error
    if "mean_image" not in arrays:
        raise RequestError(f"the per-pixel mean {path} has no array 'mean_image'; write it again")
    for name, array in arrays.items():
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise RequestError(
                f"the per-pixel mean {path}: {name} contains non-finite values; write it again"
            )
    return arrays["mean_image"], arrays.get("mean_square")
