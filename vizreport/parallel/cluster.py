"""Pieces computed by Ray, on this machine's processors and GPUs or on a cluster's.

Ray places pieces on workers, gives each its GPU, and repeats those whose worker or machine was
lost. A worker keeps the network from piece to piece (:mod:`vizreport.parallel.worker`).
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pickle import PickleError
from typing import TYPE_CHECKING, Any

from vizreport.data.reading import read_batches
from vizreport.errors import RequestError
from vizreport.parallel.piece import Failed, Finished, Piece, Work
from vizreport.parallel.worker import Answer, Job, Refusal, Sent, compute_piece, version
from vizreport.version import __version__

if TYPE_CHECKING:
    from tqdm import tqdm

    from vizreport.subject.subject import Subject

AUTO = "auto"
_TRIES = 3
_WAITING = 2  # pieces handed out for each worker: one in hand, one to begin at once


class Cluster:
    """An engine (:class:`vizreport.parallel.piece.Engine`) that connects when it is first needed.

    Parameters
    ----------
    address : str
        ``"auto"`` for this machine, ``"ray://HOST:PORT"`` for a cluster, ``"HOST:PORT"`` for the
        cluster that this machine belongs to.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._ray: Any = None
        self._sent: tuple[Subject | None, Any] | None = None

    def __call__(
        self, subject: Subject | None, work: Work, pieces: Sequence[Piece], bar: tqdm[Any]
    ) -> Iterator[Finished | Failed]:
        """Compute pieces; yields each as it is finished, or given up after three tries.

        Raises
        ------
        RequestError
            If there is no such cluster, or its workers cannot do the work.
        """
        if self._ray is None:
            self._ray = _connected(self._address)
        ray = self._ray
        from ray.exceptions import RayError

        sent, job = self._sent_by(subject), ray.put(Job(work.make, work.arguments))
        gpus = 1 if ray.cluster_resources().get("GPU") else 0
        task = ray.remote(
            num_cpus=1,
            num_gpus=gpus,
            max_calls=0,  # or Ray ends a worker that used a GPU after each piece
            max_retries=_TRIES - 1,
            retry_exceptions=True,
        )(_on_worker)
        in_hand: dict[Any, Piece] = {}
        rest, done = list(reversed(pieces)), 0
        while rest or in_hand:
            workers = _workers(ray, gpus)
            while rest and len(in_hand) < _WAITING * workers:
                piece = rest.pop()
                in_hand[task.remote([sent], [job], piece.argument)] = piece
            ready = ray.wait([*in_hand], timeout=1.0)[0]
            at = f"{workers} worker{'s' * (workers > 1)}"
            if not ready:
                bar.set_postfix_str(f"{done}/{len(pieces)} pieces, {at}")
            for ref in ready:
                piece, done = in_hand.pop(ref), done + 1
                bar.set_postfix_str(f"{done}/{len(pieces)} pieces, {at}", refresh=False)
                bar.update(piece.size)
                try:
                    answer = ray.get(ref)
                except RayError as error:
                    yield Failed(piece, _reason(error))
                    continue
                if isinstance(answer, Refusal):
                    raise answer.error
                yield Finished(piece, answer.result, answer.origin)

    def _sent_by(self, subject: Subject | None) -> Any:
        """Return where workers find network and data, which are sent once."""
        if self._sent is None or self._sent[0] is not subject:
            sent = None if subject is None else _description(subject)
            try:
                self._sent = subject, self._ray.put(sent)
            except (TypeError, PickleError) as error:
                name = subject.dataset.name if subject else "this work"
                raise RequestError(  # without the error's text, which has all that was to be sent
                    f"the images of {name} cannot be sent to workers; write them to a folder, or "
                    "omit --cluster"
                ) from error
        return self._sent[1]

    def close(self) -> None:
        """End all workers; of a cluster of others, this program's."""
        if self._ray is not None:
            self._ray.shutdown()
            self._ray = self._sent = None


def _description(subject: Subject) -> Sent:
    import keras

    first = next(read_batches(subject.dataset, subject.preprocessing, 1), None)
    readable = int(first.indices[0]) if first and len(first.indices) else None
    return Sent(
        subject.network,
        subject.options,
        replace(subject.dataset, contents=None),  # what is known of contents is for keys
        subject.batch_size,
        readable,
        keras.backend.backend(),
    )


def _on_worker(sent: list[Any], job: list[Any], argument: Any) -> Answer | Refusal:
    import ray

    references = {each.hex(): each for (each,) in (sent, job)}
    threads = int(ray.get_runtime_context().get_assigned_resources().get("CPU", 1))

    def fetch(name: str) -> Any:
        return ray.get(references[name])

    return compute_piece(sent[0].hex(), job[0].hex(), fetch, argument, threads)


def _connected(address: str) -> Any:
    """Import Ray and connect to a cluster, or start one on this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # or it reports to its makers
    try:
        import ray
    except ModuleNotFoundError:
        raise RequestError(
            "Ray is not installed, and --cluster needs it: pip install 'vizreport[cluster]'"
        ) from None
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if address == AUTO:
            ray.init(
                "local", include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
            )
        else:
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        raise RequestError(
            f"there is no Ray cluster at {address} ({_first_line(error)}): start one with "
            "ray start --head, or use --cluster auto"
        ) from error
    finally:
        for number, handler in handlers.items():
            with suppress(ValueError):  # not in the main thread
                signal.signal(number, handler)
    _check_version(ray)
    return ray


def _check_version(ray: Any) -> None:
    try:
        there = ray.get(ray.remote(version).options(num_cpus=0).remote())
    except ray.exceptions.RayError as error:
        raise RequestError(
            f"the cluster's workers cannot import vizreport ({_reason(error)}): install version "
            f"{__version__} on all its machines"
        ) from error
    if there != __version__:
        raise RequestError(
            f"the cluster's workers have vizreport {there}, this machine has {__version__}: "
            "install the same version on all machines"
        )


def _workers(ray: Any, gpus: int) -> int:
    """Return how many pieces can be in work at once: machines may come and go."""
    there = ray.cluster_resources()
    return max(
        1, int(min(there.get("CPU", 0), there.get("GPU", 0) if gpus else there.get("CPU", 0)))
    )


def _reason(error: Exception) -> str:
    cause = getattr(error, "cause", None) or error
    return f"{type(cause).__name__}: {_first_line(cause)}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
