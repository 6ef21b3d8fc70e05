"""One file with many images in it, as :mod:`vizreport.data.shards` takes it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class ShardMember:
    """One image in a shard.

    Attributes
    ----------
    path : str
        In the shard.
    place : (int, int)
        Where its bytes are: begin and end in a tar archive, row group and row in it of a Parquet
        file.
    class_name : str or None
        The name of its class, as the shard says.
    label : int or None
        The number of its class, as the shard says.
    """

    path: str
    place: tuple[int, int]
    class_name: str | None = None
    label: int | None = None


@dataclass
class Shard:
    """What is in a shard.

    Attributes
    ----------
    members : iterator of ShardMember
        In the shard's order; raises RequestError where the shard is damaged.
    read : callable
        A member's place -> the image's bytes; raises as :meth:`Storage.read` does.
    class_names : tuple of str
        Names of the labels from 0, where the shard has them.
    skipped : list of (path in the shard, reason)
        Filled while ``members`` are gone through.
    """

    members: Iterator[ShardMember]
    read: Callable[[tuple[int, int]], bytes]
    class_names: tuple[str, ...]
    skipped: list[tuple[str, str]]
