"""Ray's own test cluster, of three machines with a processor each: the same bytes, nothing lost."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from ray import cloudpickle
from tqdm import tqdm

from tests.experiments import tiny
from tests.parallel import driver
from vizreport.building.running import Computing, run_experiments
from vizreport.data.tfds import _Spool
from vizreport.errors import RequestError
from vizreport.experiments.registry import experiments
from vizreport.parallel import cluster as cluster_module
from vizreport.parallel import piece
from vizreport.parallel.cluster import Cluster
from vizreport.parallel.engine import engine_at
from vizreport.parallel.piece import Failed, Piece, Work
from vizreport.results.store import Store

ROOT = Path(__file__).parents[2]
BAR = tqdm(disable=True)
EXPERIMENTS = ("mining", "parts", "top_patches", "evolution", "occlusion")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A folder of epochs, and images."""
    checkpoint, data = tiny.files(str(tmp_path_factory.mktemp("tiny")))
    return tiny.write_epochs(tmp_path_factory.mktemp("epochs"), checkpoint, (1, 9)), data


@pytest.fixture(scope="module")
def alone(inputs, tmp_path_factory):
    """Results of one process."""
    folder = tmp_path_factory.mktemp("alone")
    compute(None, *inputs, folder, folder)
    return folder


@pytest.fixture(scope="module")
def machines():
    """The cluster, and its machines beside the first."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Workers find the tests, whose slow data they read.
    before, os.environ["PYTHONPATH"] = os.environ.get("PYTHONPATH"), str(ROOT)
    from ray.cluster_utils import Cluster

    memory = 80_000_000
    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 1,
            "object_store_memory": memory,
            "include_dashboard": False,
        },
    )
    try:
        nodes = [cluster.add_node(num_cpus=1, object_store_memory=memory) for _ in range(2)]
        yield cluster, nodes
    finally:
        cluster.shutdown()
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def results(folder: Path) -> dict[str, bytes]:
    files = [*folder.glob("results/*/*.npz"), *folder.glob("results/*/*.json")]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if not path.name.endswith(".run.json")
    }


def compute(
    address: str | None, checkpoints: Path, data: Path, folder: Path, workers: Path
) -> None:
    """Compute results as a build does; a worker leaves a file when it begins with its first piece.

    It reads an image then, before it loads the network.
    """
    subject = tiny.subject(checkpoints, data, batch_size=2, maps=4, occlusion_images=2)
    read, here = subject.dataset.read, os.getpid()

    def told(index):
        if os.getpid() != here:
            (workers / f"{os.getpid()}").touch()
        return read(index)

    if address:
        subject.dataset = replace(subject.dataset, read=told)
    keys = dict.fromkeys(EXPERIMENTS, "0123456789abcdef")
    with engine_at(address) as engine, patch.object(piece, "BATCHES", 1):
        computing = Computing(subject, subject.asked, Store(folder), keys, True, engine)
        run_experiments([experiments()[name] for name in EXPERIMENTS], computing)


def wait_for(files: Callable[[], Iterable[Path]], count: int) -> None:
    until = time.monotonic() + 600
    while len(list(files())) < count:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_machine_is_lost_with_its_piece(machines, inputs, alone, tmp_path):
    cluster, nodes = machines
    folder, workers = tmp_path / "run", tmp_path / "workers"
    workers.mkdir()
    finished = []

    def lose():
        wait_for(workers.iterdir, 3)
        finished.extend(folder.glob("results/mining/*.pieces/images/*.npz"))
        cluster.remove_node(nodes.pop(), allow_graceful=False)

    losing = threading.Thread(target=lose, daemon=True)
    losing.start()
    compute(cluster.address, *inputs, folder, workers)
    losing.join()
    assert len(finished) < 5  # of seven; each worker had one in hand
    assert results(folder) == results(alone)
    assert not list(folder.glob("results/*/*.pieces"))


def test_a_driver_is_killed(machines, tmp_path):
    log, folder = tmp_path / "log", tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.parallel.driver", machines[0].address, folder, log],
        cwd=ROOT,
    )
    try:
        wait_for(lambda: folder.glob("results/*/*.pieces/squares/*.npz"), 2)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("results/*/*.pieces/*/*.npz")}
    assert 2 <= len(kept) < driver.COUNT
    known = {int(path.stem) for path in kept}
    begun = len(log.read_text().split())
    assert driver.squares(machines[0].address, folder, log) == [n**2 for n in range(driver.COUNT)]
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    again = [int(number) for number in log.read_text().split()[begun:]]
    assert known.isdisjoint(again[-(driver.COUNT - len(known)) :])


def test_images_that_only_one_process_has_are_refused(inputs, monkeypatch):
    """Those of TensorFlow Datasets, which lie in a temporary file."""
    subject, spool = tiny.subject(*inputs), _Spool()
    read = subject.dataset.read
    subject.dataset = replace(subject.dataset, read=lambda index: (spool, read(index))[1])
    machine = SimpleNamespace(put=cloudpickle.dumps)
    monkeypatch.setattr(cluster_module, "_connected", lambda address: machine)
    with pytest.raises(RequestError) as refused:
        next(Cluster("auto")(subject, Work("", luckless, (), [], Done, "", ""), [], BAR))
    assert str(refused.value) == (
        f"the images of {subject.dataset.name} cannot be sent to workers; write them to a folder, "
        "or omit --cluster"
    )
    monkeypatch.setattr(subject, "dataset", replace(subject.dataset, read=read))
    with pytest.raises(AttributeError, match="cluster_resources"):  # those of others are sent
        next(Cluster("auto")(subject, Work("", luckless, (), [], Done, "", ""), [], BAR))


@dataclass(frozen=True)
class Done:
    worker: int


def luckless(_subject, log):
    """Fail in piece 2, and end the worker in piece 4, whoever tries."""

    def compute(number, _done):
        with Path(log).open("a") as file:
            file.write(f"{number}\n")
        if number == 2:
            raise ValueError("no luck")
        if number == 4:
            os._exit(1)
        return Done(os.getpid())

    return compute


def test_a_piece_that_fails_three_times_is_given_up(machines, tmp_path):
    log = tmp_path / "log"
    cut = [Piece(f"{n}", n, 1, f"number {n}") for n in range(6)]
    work = Work("luck", luckless, (str(log),), cut, Done, "trying", "numbers")
    shown = io.StringIO()
    with engine_at(machines[0].address) as engine, tqdm(total=6, file=shown, mininterval=0) as bar:
        outcomes = [*engine(None, work, cut, bar)]
    assert [f"{n}/6 pieces" in shown.getvalue() for n in range(1, 7)] == [True] * 6
    failed = {each.piece.argument: each.reason for each in outcomes if isinstance(each, Failed)}
    assert failed[2] == "ValueError: no luck"
    assert failed.keys() == {2, 4}
    tries = log.read_text().split()
    assert {n: tries.count(n) for n in "012345"} == dict.fromkeys("0135", 1) | {"2": 3, "4": 3}
    # However the block is left, no worker stays.
    workers = {each.result.worker for each in outcomes if not isinstance(each, Failed)}
    until = time.monotonic() + 300
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < until
        time.sleep(0.05)
