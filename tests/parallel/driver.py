"""Mining, evolution and occlusion of a tiny network, as a build computes them, without drawing.

``python -m tests.parallel.driver ADDRESS CHECKPOINTS DATA FOLDER SECONDS`` is a driver to kill.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

EXPERIMENTS = ("mining", "parts", "top_patches", "evolution", "occlusion")


def compute(
    address: str | None, checkpoints: Path, data: Path, folder: Path, seconds: float = 0
) -> None:
    """Compute results into a folder; each image takes some seconds to read."""
    from tests.experiments import tiny
    from vizreport.building.running import Computing, run_experiments
    from vizreport.experiments.registry import experiments
    from vizreport.parallel import piece
    from vizreport.parallel.engine import engine_at
    from vizreport.results.store import Store

    subject = tiny.subject(checkpoints, data, batch_size=2, maps=4, occlusion_images=2)
    read = subject.dataset.read

    def slow(index):
        time.sleep(seconds)
        return read(index)

    if seconds:
        subject.dataset = replace(subject.dataset, read=slow)
    keys = dict.fromkeys(EXPERIMENTS, "0123456789abcdef")
    with engine_at(address) as engine, patch.object(piece, "BATCHES", 1):
        computing = Computing(subject, subject.asked, Store(folder), keys, True, engine)
        run_experiments([experiments()[name] for name in EXPERIMENTS], computing)


if __name__ == "__main__":
    compute(sys.argv[1], *(Path(each) for each in sys.argv[2:5]), float(sys.argv[5]))
