"""Which engine computes pieces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vizreport.parallel.loop import in_turn
from vizreport.parallel.piece import Engine


@contextmanager
def engine_at(address: str | None) -> Iterator[Engine]:
    """Offer what computes pieces; however the block is left, no worker stays.

    Parameters
    ----------
    address : str or None
        None for this process, else as :class:`vizreport.parallel.cluster.Cluster` takes it.
    """
    if address is None:
        yield in_turn
        return
    from vizreport.parallel.cluster import Cluster

    cluster = Cluster(address)
    try:
        yield cluster
    finally:
        cluster.close()
