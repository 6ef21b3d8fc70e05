"""Compare a build with one on a cluster that loses a node and its drivers, byte by byte.

Ray's own test cluster runs several nodes of one processor on this machine. The sections are
computed by one process, then on the cluster: a node is killed when the first piece is kept, and the
main process in each section, at the section's first piece; the last command finishes.

    python benchmarks/cluster_equality.py --work /tmp/equality
    python benchmarks/cluster_equality.py --work /tmp/seven --nodes 7 --only mining

Takes some minutes, and about 1 GB of memory for each node.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
STORE = 80_000_000  # bytes of each node for objects


def start(asked: argparse.Namespace, out: str, *options: str) -> subprocess.Popen[bytes]:
    """Begin to build the sections' results."""
    command = [sys.executable, "-m", "vizreport", "build", "--checkpoint", asked.checkpoint]
    command += ["--data", asked.data, "--only", asked.only, "--no-pdf"]
    return subprocess.Popen([*command, "--out", str(asked.work / out), *options])


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for a build that nothing disturbs."""
    if code := process.wait():
        raise SystemExit(f"a build ended with {code}")


def wait_for_piece(folder: Path, process: subprocess.Popen[bytes]) -> list[str]:
    """Wait until a piece of a section is kept; return the names of those there are."""
    while not (kept := [each.stem for each in folder.glob("*.pieces/*/*.npz")]):
        if process.poll() is not None:
            raise SystemExit(f"the build ended before a piece was seen in {folder}")
        time.sleep(0.01)
    return sorted(kept)


def results(folder: Path) -> dict[str, bytes]:
    """Return the content of each result file, without when and where it was computed."""
    files = [*folder.glob("results/*/*.npz"), *folder.glob("results/*/*.json")]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files
        if not path.name.endswith(".run.json")
    }


def cluster_of(nodes: int) -> tuple[Any, list[Any]]:
    """Start Ray's test cluster; return it and its nodes beside the first."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["PYTHONPATH"] = str(ROOT)  # the workers'
    from ray.cluster_utils import Cluster

    size = {"num_cpus": 1, "object_store_memory": STORE}
    first = {**size, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=first)
    return cluster, [cluster.add_node(**size) for _ in range(nodes - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", default="demo")
    parser.add_argument("--data", default="scenes")
    parser.add_argument("--only", default="mining,evolution,occlusion", help="in this order")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--work", type=Path, required=True, help="an empty folder")
    asked = parser.parse_args()
    finish(start(asked, "alone"))
    cluster, nodes = cluster_of(asked.nodes)
    spread = asked.work / "spread"
    try:
        for section in asked.only.split(","):
            process = start(asked, "spread", "--cluster", cluster.address)
            kept = wait_for_piece(spread / "results" / section, process)
            print(f"{section}: a piece is kept ({', '.join(kept)})", flush=True)
            if len(nodes) == asked.nodes - 1:
                cluster.remove_node(nodes.pop(), allow_graceful=False)
                print(f"a node of {asked.nodes} is killed", flush=True)
            process.send_signal(signal.SIGKILL)
            process.wait()
            print("the main process is killed", flush=True)
        finish(start(asked, "spread", "--cluster", cluster.address))
    finally:
        cluster.shutdown()
    expected, found = results(asked.work / "alone"), results(spread)
    different = [name for name in expected if expected[name] != found.get(name)]
    size = sum(map(len, expected.values()))
    print(f"{len(expected)} files, {size:,} bytes; different: {', '.join(different) or 'none'}")
    if different or expected.keys() != found.keys():
        raise SystemExit(1)


if __name__ == "__main__":
    main()
