"""The first pass over images that nobody has read yet: they are mined and hashed at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from vizreport.building.running import Computing, run_experiment
from vizreport.data.contents import Contents
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments
from vizreport.results.columns import Column
from vizreport.results.run import ExperimentRecord
from vizreport.results.run_folder import add_results
from vizreport.results.store import Store, Unusable

_FOLDER, _VERSION = "contents", 1
_MINING = "mining"


@dataclass(frozen=True)
class Read:
    """What was read of a data set's files, as ``results/contents/KEY.npz`` has it.

    Attributes
    ----------
    sha256 : uint8 array [n, 32]
        Of each file; 0 where it could not be read.
    times : int64 array [n, 2]
        As :attr:`vizreport.data.contents.Contents.times` was.
    """

    sha256: Annotated[np.ndarray, "uint8 [n, 32]", Column()]
    times: Annotated[np.ndarray, "int64 [n, 2]", Column()]


def recall(store: Store, contents: Contents) -> bool:
    """Return whether an earlier build has read these very files, and learn what it found.

    Files of other names or sizes are others; the contents of those with other times are compared.
    """
    try:
        found = store.read_as(_FOLDER, _key(contents), _VERSION, Read).result
    except Unusable:
        return False
    known = contents.recall(found.sha256, found.times)
    if known and not np.array_equal(found.times, contents.times):
        remember(store, contents)
    return known


def remember(store: Store, contents: Contents) -> None:
    """Keep what is known of the files, all of which have been read, for later builds."""
    key, found = _key(contents), Read(np.array(contents.sha256), contents.times)
    add_results(store.folder, {_FOLDER: key})
    store.save(_FOLDER, key, found, _VERSION)


def mines(wanted: Iterable[Experiment]) -> bool:
    """Return whether experiments include the one that reads every image."""
    return any(each.name == _MINING for each in wanted)


def mined(computing: Computing, named: Callable[[], dict[str, str]]) -> dict[str, ExperimentRecord]:
    """Mine images, whose contents are known after it.

    Until then a manifest of names, sizes and times stands for them: pieces of a build that was
    killed are found as long as no file has been written since.

    Parameters
    ----------
    computing : Computing
        With the keys that the manifest gives.
    named : callable
        Gives the keys that the contents give, and reads those that are not known.

    Returns
    -------
    dict of ExperimentRecord
        How mining went, by its name.
    """
    store, contents = computing.store, computing.subject.dataset.contents
    assert contents is not None

    @contextmanager
    def naming(result: Any) -> Iterator[str]:
        contents.learn(result.records, result.sha256)
        keys = named()
        add_results(store.folder, keys)
        yield keys[_MINING]
        remember(store, contents)

    record = run_experiment(experiments()[_MINING], computing, {}, naming)
    return {_MINING: dataclasses.replace(record, key=named()[_MINING])}


def _key(contents: Contents) -> str:
    return contents.names[:16]
