"""Parquet files with a column of encoded images, as public image data sets are published."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from vizreport.data.image import UnreadableImage
from vizreport.data.shard import Shard, ShardMember
from vizreport.data.storage import Storage
from vizreport.errors import RequestError
from vizreport.system.documents import JsonObject
from vizreport.system.installed import pip_install
from vizreport.wording.foreign_text import brief

_IMAGES = ("image", "img", "picture", "photo", "jpg", "jpeg", "png", "image_bytes", "bytes")
_LABELS = ("label", "labels", "cls", "class", "category", "target")
KEPT = 256 * 2**20
"""Bytes of row groups that are kept of a file; one is kept whatever its size."""


class RowGroups:
    """The images of a file's row groups, of which the last ones are kept.

    Parameters
    ----------
    storage : Storage
        Has the file.
    path : str
        Of the file.
    metadata : pyarrow.parquet.FileMetaData
        Its own.
    column : str
        The column of encoded images.
    """

    def __init__(self, storage: Storage, path: str, metadata: Any, column: str) -> None:
        self._storage, self._path, self._metadata = storage, path, metadata
        self._column = column
        self._kept: OrderedDict[int, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:  # to another process goes what it needs to read
        return RowGroups, (self._storage, self._path, self._metadata, self._column)

    def read(self, place: tuple[int, int]) -> bytes:
        """Return the image of a row group's row."""
        with self._lock:  # who waits wants the same group, as a rule
            group = self._group(place[0])
        value = group[place[1]].as_py()
        if value is None:
            raise UnreadableImage("the row has no image")
        return value

    def _group(self, number: int) -> Any:
        if number not in self._kept:
            size = self._metadata.row_group(number).total_byte_size
            while self._kept and size + sum(each.nbytes for each in self._kept.values()) > KEPT:
                self._kept.popitem(last=False)
            self._kept[number] = self._read(number)
        self._kept.move_to_end(number)
        return self._kept[number]

    def _read(self, number: int) -> Any:
        import pyarrow
        import pyarrow.compute
        from pyarrow import parquet

        try:
            with self._storage.open(self._path) as file:
                opened = parquet.ParquetFile(file, metadata=self._metadata)
                table = opened.read_row_group(number, columns=[self._column], use_threads=False)
        except (pyarrow.ArrowException, OSError) as error:
            reason = f"its row group {number} cannot be read: {brief(error)}"
            raise UnreadableImage(reason) from error
        found = table.column(0)
        for part in self._column.split(".")[1:]:
            found = pyarrow.compute.struct_field(found, part)
        return found


def open_parquet(storage: Storage, path: str) -> Shard:
    """List the images in a Parquet file; read from by row groups.

    Images are a column of encoded files: binary, or the struct of ``bytes`` and ``path`` that the
    data sets of Hugging Face have. Labels are whole numbers or names; where the file's metadata
    name the classes, they are taken from there.

    Raises
    ------
    RequestError
        If pyarrow is not installed, the file is damaged, or has no such column.
    """
    try:
        import pyarrow
        import pyarrow.compute
        from pyarrow import parquet
    except ImportError as error:
        raise RequestError(
            f"{path}: Parquet files need optional packages: pip install 'vizreport[cloud]', or "
            f"{pip_install('pyarrow')}"
        ) from error
    where = f"{storage.where}/{path}"
    try:
        with storage.open(path) as file:
            opened = parquet.ParquetFile(file)
            metadata, schema = opened.metadata, opened.schema_arrow
    except UnreadableImage as error:
        raise RequestError(f"{where} cannot be read: {error}; fix or exclude it") from error
    except (pyarrow.ArrowException, OSError) as error:
        raise _damaged(where, error) from error
    features = _features(schema)
    image, stored_path = _image_column(where, schema, features)
    label = _label_column(schema, features)
    names = tuple(map(str, features.get(label, {}).get("names") or ())) if label else ()
    groups = RowGroups(storage, path, metadata, image)
    listed = _members(storage, path, metadata, stored_path, label, names)
    return Shard(listed, groups.read, names, [])


def _members(
    storage: Storage,
    path: str,
    metadata: Any,
    stored_path: str | None,
    label: str | None,
    names: tuple[str, ...],
) -> Iterator[ShardMember]:
    import pyarrow
    import pyarrow.compute
    from pyarrow import parquet

    columns = [column for column in (stored_path, label) if column]
    digits, first = len(str(max(metadata.num_rows - 1, 0))), 0
    where = f"{storage.where}/{path}"
    try:
        with storage.open(path) as file:
            opened = parquet.ParquetFile(file, metadata=metadata)
            for number in range(metadata.num_row_groups):
                count = metadata.row_group(number).num_rows
                paths: list[Any] = [None] * count
                labels: list[Any] = [None] * count
                if columns:
                    table = opened.read_row_group(number, columns=columns, use_threads=False)
                    if label:
                        labels = table.column(label).to_pylist()
                    if stored_path:
                        structs = table.column(stored_path.split(".")[0])
                        paths = pyarrow.compute.struct_field(structs, "path").to_pylist()
                for row, (said, found) in enumerate(zip(paths, labels, strict=True)):
                    name = f"row-{first + row:0{digits}d}"
                    base = str(said).replace("\\", "/").rpartition("/")[2] if said else ""
                    value, class_name = _label(where, name, found, names)
                    yield ShardMember(
                        f"{name}/{base}" if base else name, (number, row), class_name, value
                    )
                first += count
    except (pyarrow.ArrowException, OSError) as error:
        raise _damaged(where, error) from error


def _label(
    where: str, row: str, found: Any, names: tuple[str, ...]
) -> tuple[int | None, str | None]:
    """Return a class's number and its name, as far as they are known."""
    if isinstance(found, str):
        return None, found or None
    if not isinstance(found, int) or found < 0:
        return None, None
    if names and found >= len(names):
        raise RequestError(
            f"{where}: the label of {row} is {found}, but there are {len(names)} class names; fix "
            "the file"
        )
    return int(found), names[found] if names else None


def _features(schema: Any) -> dict[str, JsonObject]:
    """Return what Hugging Face's metadata say of each column, as far as it can be read."""
    try:
        stored = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = stored.get("info", {}).get("features", {})
    except (ValueError, AttributeError, RecursionError):
        return {}
    if not isinstance(features, dict):
        return {}
    return {name: each for name, each in features.items() if isinstance(each, dict)}


def _image_column(
    where: str, schema: Any, features: dict[str, JsonObject]
) -> tuple[str, str | None]:
    """Return the column of the images' bytes, and that of their paths where there is one."""
    import pyarrow

    types = pyarrow.types

    def is_binary(kind: Any) -> bool:
        return bool(types.is_binary(kind) or types.is_large_binary(kind))

    possible: dict[str, tuple[str, str | None]] = {}
    for each in schema:
        if is_binary(each.type):
            possible[each.name] = (each.name, None)
        elif types.is_struct(each.type):
            inner = {part.name: part.type for part in each.type}
            if "bytes" in inner and is_binary(inner["bytes"]):
                has_path = "path" in inner and types.is_string(inner["path"])
                possible[each.name] = (
                    f"{each.name}.bytes",
                    f"{each.name}.path" if has_path else None,
                )
    declared = [name for name in possible if features.get(name, {}).get("_type") == "Image"]
    named = [name for name in _IMAGES if name in possible]
    chosen = declared[:1] or named[:1] or (list(possible) if len(possible) == 1 else [])
    if not chosen:
        raise RequestError(
            f"{where} has no column of encoded images (binary, named image or jpg); its columns "
            f"are {', '.join(schema.names[:20])}"
        )
    return possible[chosen[0]]


def _label_column(schema: Any, features: dict[str, JsonObject]) -> str | None:
    import pyarrow

    types = pyarrow.types
    possible = [
        each.name
        for each in schema
        if types.is_integer(each.type)
        or types.is_string(each.type)
        or types.is_large_string(each.type)
    ]
    named = [name for name in _LABELS if name in possible]
    declared = [n for n in possible if features.get(n, {}).get("_type") == "ClassLabel"]
    return next(iter(named or declared), None)


def _damaged(where: str, error: Exception) -> RequestError:
    return RequestError(
        f"the Parquet file {where} is damaged ({brief(error)}); download it again, or exclude it"
    )
