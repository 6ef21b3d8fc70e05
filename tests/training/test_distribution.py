"""Two processes, or two devices of one, get the weights of one on the same global batches."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.conftest import DISTRIBUTED, assert_same_state
from vizreport.errors import RequestError
from vizreport.training.distribution import make_strategy
from vizreport.training.loop import train

ROOT = Path(__file__).parents[2]


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("localhost", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start(data: Path, out: Path, strategy: str, config: dict | None = None) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment.pop("TF_CONFIG", None)
    if config is not None:
        environment["TF_CONFIG"] = json.dumps(config)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.training.worker", str(data), str(out), strategy],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def finished(gratings_file, tmp_path_factory):
    """Folders of the three trainings, and what the processes printed."""
    out = tmp_path_factory.mktemp("distributed")
    cluster = {"worker": [f"localhost:{port}" for port in free_ports(2)]}
    processes = [
        start(
            gratings_file,
            out / "multiworker",
            "multiworker",
            {"cluster": cluster, "task": {"type": "worker", "index": index}},
        )
        for index in (0, 1)
    ]
    processes.append(start(gratings_file, out / "mirrored", "mirrored"))
    try:
        printed = []
        for process in processes:
            text, errors = process.communicate(timeout=180)
            assert process.returncode == 0, errors[-3000:]
            printed.append(text)
    finally:
        for process in processes:
            process.kill()
    return out, printed


@pytest.fixture(scope="module")
def alone(request_for, tmp_path_factory):
    out = tmp_path_factory.mktemp("alone")
    train(request_for(out, **DISTRIBUTED), log=lambda line: None)
    return out


@pytest.mark.parametrize("strategy", ["multiworker", "mirrored"])
def test_the_weights_are_those_of_one_process(strategy, finished, alone):
    assert_same_state(finished[0] / strategy, alone, 1e-4)


def test_only_the_first_worker_talks_and_writes(finished):
    out, (chief, other, mirrored) = finished
    assert "2 in step" in chief
    assert "2 in step" in mirrored
    assert "epoch 2/2" in chief
    assert other == ""
    assert len(list((out / "multiworker").glob("*.keras"))) == 2


def test_a_batch_has_to_be_shared_evenly(request_for, tmp_path, monkeypatch):
    class Three:
        num_replicas_in_sync = 3
        cluster_resolver = None

    monkeypatch.setattr("vizreport.training.loop.make_strategy", lambda name: Three())
    with pytest.raises(RequestError, match="a multiple of 3"):
        train(request_for(tmp_path), log=lambda line: None)


@pytest.mark.parametrize("config", ["", "{", "[]", '{"cluster": {}}', '{"cluster": 3, "task": 1}'])
def test_a_wrong_cluster(config, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(RequestError, match="needs the environment's TF_CONFIG"):
        make_strategy("multiworker")


def test_an_unknown_strategy():
    with pytest.raises(RequestError, match="unknown strategy 'tpu'"):
        make_strategy("tpu")
