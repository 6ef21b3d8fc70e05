"""What it costs to cut work into pieces, and what workers bring and take.

Prints the time that Ray takes to start, the overhead of a piece (empty work), images a second of
mining with one-thread workers and with one process of as many threads, and the memory of the
program and of a worker, for docs/cluster.md.

    python benchmarks/cluster.py
    python benchmarks/cluster.py --checkpoint squeezenet --data photos/ --workers 4

Run it on a machine that does nothing else. It takes some minutes. Rates are those from when every
worker has finished its first piece, in which it loads TensorFlow and the network and compiles.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from vizreport.data.sources import open_dataset
from vizreport.experiments import values
from vizreport.experiments.mining.mined_images import MinedImages, mine
from vizreport.models.epochs import last_checkpoint
from vizreport.parallel.engine import engine_at
from vizreport.parallel.piece import Piece, Work, image_pieces
from vizreport.parallel.pieces import Pieces
from vizreport.subject.network import StoredNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

EMPTY = 200  # pieces


@dataclass(frozen=True)
class Peak:
    """Largest resident memory of a process so far, MB."""

    worker: int
    megabytes: float


def peak() -> float:
    """Return the largest resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def empty(_subject: Subject) -> Callable[..., Peak]:
    """Return what tells a worker's memory."""
    return lambda number, done: Peak(os.getpid(), peak())


def opened(arguments: argparse.Namespace) -> Subject:
    """Open network and data, which are repeated if there are fewer images than wanted."""
    checkpoint = last_checkpoint(values.checkpoint(arguments.checkpoint))
    dataset = open_dataset(arguments.data, arguments.split)
    return Subject(StoredNetwork(checkpoint), NetworkOptions(), dataset)


def mining(subject: Subject, images: int) -> Work:
    """Return the pass over images, the data's own again and again."""
    from vizreport.graph.layers import reportable_layers

    records = np.arange(images) % len(subject.dataset.records)
    arguments = (9, subject.chosen_layers(None), reportable_layers(subject.graph))
    labels = np.full(len(subject.dataset.records), -1)
    cut = image_pieces(images, subject.batch_size, records)
    return Work("images", mine, (*arguments, labels, True), cut, MinedImages, "mining", "images")


def measure(arguments: argparse.Namespace, address: str | None) -> Iterator[str]:
    """Yield lines about one way to compute; with an address, of as many workers as pieces fit."""
    subject, workers = opened(arguments), arguments.workers if address else 1
    threads = f"one process, {arguments.workers} threads"
    name = f"{workers} one-thread workers" if address else threads
    with engine_at(address) as engine:
        pieces = Pieces(engine)
        mining(subject, 1)  # loads the network before anything is timed
        cut = [Piece(f"{n}", n, 1, f"piece {n}") for n in range(EMPTY)]
        work = Work("empty", empty, (), cut, Peak, "nothing", "pieces")
        start = time.perf_counter()
        outcomes = pieces.map(subject, work)
        next(outcomes)
        first, begun = time.perf_counter() - start, time.perf_counter()
        for _ in outcomes:
            pass
        each = 1e3 * (time.perf_counter() - begun) / (EMPTY - 1)
        yield f"{name}: first empty piece after {first:.1f} s, then {each:.2f} ms a piece"
        work, ends = mining(subject, arguments.images), []
        with progress("mining", arguments.images, "images") as bar:
            # As they are finished, not in their order.
            ends += [
                (time.perf_counter(), outcome.piece.size)
                for outcome in engine(subject, work, work.pieces, bar)
            ]
        (begun, _), *rest = ends[workers - 1 :]
        count = sum(size for _, size in rest)
        rate = count / (rest[-1][0] - begun)
        yield f"{name}: {rate:.1f} images a second, of {count} after each worker's first piece"
        own = peak()
        work = Work("peaks", empty, (), cut[: 8 * workers], Peak, "asking", "pieces")
        peaks = {one.worker: one.megabytes for one in pieces.map(subject, work)}
        others = ", ".join(f"{each:.0f}" for pid, each in peaks.items() if pid != os.getpid())
        yield f"{name}: {own:.0f} MB at most, workers {others or 'none'}; {arguments.images} images"


def main() -> None:
    """Measure each way in a process of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", default="demo")
    parser.add_argument("--data", default="scenes")
    parser.add_argument("--split")
    parser.add_argument("--images", type=int, default=6000, help="mined, some of them repeatedly")
    parser.add_argument(
        "--workers", type=int, default=2, help="workers, and threads of the process"
    )
    parser.add_argument("--way", choices=("process", "cluster"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.way:
        for line in measure(arguments, "auto" if arguments.way == "cluster" else None):
            print(line, flush=True)
        return
    for way in ("process", "cluster"):
        threads = str(arguments.workers)
        environment = {**os.environ, "TF_NUM_INTRAOP_THREADS": threads}
        subprocess.run([sys.executable, *sys.argv, "--way", way], env=environment, check=True)


if __name__ == "__main__":
    main()
