"""What runs on a cluster's workers: pieces of work, with a network that stays loaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vizreport.errors import NotApplicable, RequestError
from vizreport.version import __version__

if TYPE_CHECKING:
    from vizreport.data.dataset import Dataset
    from vizreport.parallel.piece import Compute, Make
    from vizreport.results.origin import Origin
    from vizreport.subject.network import Network
    from vizreport.subject.options import NetworkOptions
    from vizreport.subject.subject import Subject


@dataclass(frozen=True)
class Sent:
    """Network and data, and how they are read.

    Attributes
    ----------
    network, options, dataset, batch_size
        Of the subject.
    readable : int or None
        A record that can be read where the build was started.
    backend : str
        Keras' backend.
    """

    network: Network
    options: NetworkOptions
    dataset: Dataset
    batch_size: int
    readable: int | None
    backend: str


@dataclass(frozen=True)
class Job:
    """A work without its pieces."""

    make: Make
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """A piece's result, and when, on what and in which time it was computed."""

    result: Any
    origin: Origin


@dataclass(frozen=True)
class Refusal:
    """Why no piece of a work can be computed."""

    error: RequestError | NotApplicable


# What this process keeps from piece to piece: one network with its data, and one work.
_subject: tuple[str, Subject | None] | None = None
_compute: tuple[str, Compute] | None = None


def version() -> str:
    """Return the version of vizreport on a worker."""
    return __version__


def compute_piece(
    sent_name: str,
    job_name: str,
    fetch: Callable[[str], Any],
    argument: Any,
    threads: int,
) -> Answer | Refusal:
    """Compute a piece; what goes wrong in it is raised, and tried again by whoever called.

    Parameters
    ----------
    sent_name, job_name : str
        Of network and data, and of the work; what has the same name is the same.
    fetch : callable
        Returns the :class:`Sent` or :class:`Job` of a name.
    argument : object
        The piece's.
    threads : int
        Processors that this worker may use.
    """
    from vizreport.parallel.origin import timed

    try:
        compute = _prepared(sent_name, job_name, fetch, threads)
    except (RequestError, NotApplicable) as error:
        return Refusal(error)
    return Answer(*timed(compute, argument, lambda _: None))


def _prepared(sent_name: str, job_name: str, fetch: Callable[[str], Any], threads: int) -> Compute:
    global _subject, _compute
    if _subject is None or _subject[0] != sent_name:
        _subject = _compute = None  # before the next takes memory
        _subject = sent_name, _opened(fetch(sent_name), threads)
    subject = _subject[1]
    if _compute is None or _compute[0] != job_name:
        job: Job = fetch(job_name)
        _compute = None
        _compute = job_name, job.make(subject, *job.arguments)
    return _compute[1]


def _opened(sent: Sent | None, threads: int) -> Subject | None:
    # Read when TensorFlow or JAX is first imported.
    os.environ["KERAS_BACKEND"] = sent.backend if sent else "tensorflow"
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = str(threads)
    # Another worker may be on the same GPU.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if sent is None:
        return None
    from vizreport.data.image import UnreadableImage
    from vizreport.subject.subject import Subject

    if sent.readable is not None:
        try:
            sent.dataset.read(sent.readable)
        except UnreadableImage as error:
            path = sent.dataset.records[sent.readable].path
            raise RequestError(
                f"a worker of the cluster cannot read {path} of {sent.dataset.name} ({error}): "
                "the data must be on a shared disk or in a bucket that all its machines can "
                "read"
            ) from None
    return Subject(sent.network, sent.options, sent.dataset, sent.batch_size)
