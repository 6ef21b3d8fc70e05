"""Charts and the PDF made beside the rest, in processes of their own, where that is safe."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

from vizreport.drawing.section import Figure
from vizreport.report.files import Placed, place
from vizreport.system.processors import processors

_MOST = 2  # a third would wait for the others


def processes() -> int:
    """Return how many processes may draw; 1 where this one must do it all by itself.

    Processes are copies of this one (forked), which what is to be drawn goes with. That is safe
    on Linux and before TensorFlow or JAX has started threads.
    """
    return min(_MOST, processors()) if _may_fork() else 1


def _may_fork() -> bool:
    return sys.platform == "linux" and not {"tensorflow", "jax"} & sys.modules.keys()


@contextmanager
def apart() -> Iterator[Callable[..., Any]]:
    """Yield what calls a function in a process that is begun now and waits until then.

    That process has none of the memory that this one takes meanwhile, and may have more processes
    when this one has started TensorFlow. Where none can be begun, or it has ended, the function is
    called here.
    """
    if not _may_fork():
        yield lambda function, *arguments: function(*arguments)
        return
    with _forked(1) as pool:
        pool.submit(os.getpid)

        def called(function: Callable[..., Any], *arguments: Any) -> Any:
            try:
                return pool.submit(function, *arguments).result()
            except BrokenProcessPool:
                return function(*arguments)

        yield called


@contextmanager
def drawn_beside(stage: Path, charts: Sequence[Figure]) -> Iterator[Callable[[int], Placed]]:
    """Draw charts in other processes; yields what waits for one of them, by its position.

    What another process could not draw is drawn here, so that its error is raised here.

    Parameters
    ----------
    stage : Path
        Folder for the files.
    charts : sequence of Figure
        In the order in which they will be asked for.
    """
    if processes() == 1 or len(charts) < 2:
        yield lambda number: place(stage, charts[number])
        return
    with _forked(processes(), _take, stage, charts) as pool:
        begun = [pool.submit(_draw, number) for number in range(len(charts))]

        def drawn(number: int) -> Placed:
            try:
                found: Placed = begun[number].result()
            except Exception:
                return place(stage, charts[number])
            return replace(found, figure=charts[number])

        yield drawn
        # Not where it raises: the processes end then, and a pool that breaks does not bear
        # cancelled work (its thread ends in a traceback).
        for future in begun:
            future.cancel()


@contextmanager
def made_beside(import_first: str) -> Iterator[Callable[..., Future[Any]]]:
    """Yield a function like ``Executor.submit``; what it is given is done beside the rest.

    Parameters
    ----------
    import_first : str
        Module that takes long to import; begun at once.
    """
    if processes() == 1:
        yield _done_here
        return
    with _forked(1) as pool:
        pool.submit(import_module, import_first)
        yield pool.submit


def _done_here(function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    future: Future[Any] = Future()
    try:
        future.set_result(function(*arguments))
    except Exception as error:
        future.set_exception(error)
    return future


@contextmanager
def _forked(
    count: int, prepare: Callable[..., None] | None = None, *given: Any
) -> Iterator[Executor]:
    """Yield processes that end with this one however it ends, and at once where it raises."""
    read, write = os.pipe()
    with os.fdopen(read, "rb", 0) as lifeline, os.fdopen(write, "wb", 0) as alive:
        initial = (lifeline, alive, prepare, given)
        with ProcessPoolExecutor(count, get_context("fork"), _begin, initial) as pool:
            try:
                yield pool
            except BaseException:
                alive.close()  # nobody waits for what they are doing
                raise


def _begin(
    lifeline: BinaryIO,
    alive: BinaryIO,
    prepare: Callable[..., None] | None,
    given: tuple[Any, ...],
) -> None:
    # Ctrl-C reaches all processes of a terminal: it is for the first one to act on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    alive.close()
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    if prepare is not None:
        prepare(*given)


def _end_with(lifeline: BinaryIO) -> None:
    lifeline.read(1)  # nothing is ever written: returns once no one holds the other end
    os._exit(1)


_given: tuple[Path, Sequence[Figure]] | None = None  # in a forked process only


def _take(stage: Path, charts: Sequence[Figure]) -> None:
    global _given
    _given = stage, charts


def _draw(number: int) -> Placed:
    assert _given is not None
    stage, charts = _given
    placed = place(stage, charts[number])
    # The figure holds the results it was drawn of: it stays here.
    return replace(placed, figure=replace(charts[number], draw=_nothing, chart=None))


def _nothing() -> Any:
    raise RuntimeError("a figure is drawn once")
