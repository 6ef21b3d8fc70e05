"""Ray's own test cluster, of three machines with a processor each: the same bytes, nothing lost."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from ray import cloudpickle
from tqdm import tqdm

from tests.experiments import tiny
from tests.parallel import driver
from vizreport.data.tfds import _Spool
from vizreport.errors import RequestError
from vizreport.parallel import cluster as cluster_module
from vizreport.parallel.cluster import Cluster
from vizreport.parallel.engine import engine_at
from vizreport.parallel.piece import Failed, Piece, Work

ROOT = Path(__file__).parents[2]
BAR = tqdm(disable=True)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A folder of epochs, and images."""
    checkpoint, data = tiny.files(str(tmp_path_factory.mktemp("tiny")))
    return tiny.write_epochs(tmp_path_factory.mktemp("epochs"), checkpoint), data


@pytest.fixture(scope="module")
def alone(inputs, tmp_path_factory):
    """Results of one process."""
    folder = tmp_path_factory.mktemp("alone")
    driver.compute(None, *inputs, folder)
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


def wait_for_pieces(folder: Path, work: str, count: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 600
    while len(list(folder.glob(f"results/*/*.pieces/{work}/*.npz"))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, f"no {count} pieces of {work}"
        time.sleep(0.05)


def test_a_machine_is_lost_then_the_driver(machines, inputs, alone, tmp_path):
    cluster, nodes = machines
    arguments = [cluster.address, *map(str, inputs), str(tmp_path), "0.5"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.parallel.driver", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for_pieces(tmp_path, "images", 1, process)
        cluster.remove_node(nodes.pop(), allow_graceful=False)
        wait_for_pieces(tmp_path, "images", 4, process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("results/*/*.pieces/*/*.npz")}
    assert 4 <= len(kept) < 7
    driver.compute(cluster.address, *inputs, tmp_path)
    assert results(tmp_path) == results(alone)
    assert not list(tmp_path.glob("results/*/*.pieces"))


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
        "or leave out --cluster"
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
