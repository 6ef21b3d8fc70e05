"""Render the pictures of ``scenes``: resumable, each picture depends on its number only.

    python tools/scenes/render.py FOLDER [--start 0] [--stop 7200] [--step 1]

needs Blender's Python package (``pip install bpy==5.0.1 numpy``, Python 3.11). Writes
``NNNN.npy`` (light, distance and coverage, see picture.py) and, last, ``NNNN.json`` for each
picture; a picture whose ``.json`` is there is not made again. Pictures are developed and packed by
pack.py. Several processes may share a folder with different --start and a
common --step.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--stop", type=int, default=7200)
    parser.add_argument("--step", type=int, default=1)
    arguments = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent))
    from picture import make_picture
    from scene import make_scene

    _quiet()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    scene, began, made = make_scene(), time.monotonic(), 0
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(arguments.start, arguments.stop, arguments.step):
            stem = arguments.folder / f"{number:04d}"
            if stem.with_suffix(".json").exists():
                continue
            layers, record = make_picture(scene, number, Path(temporary))
            np.save(stem.with_suffix(".npy"), layers)
            stem.with_suffix(".json").write_text(json.dumps(record))
            made += 1
            if made % 50 == 0:
                seconds = (time.monotonic() - began) / made
                print(f"{number}: {seconds:.2f} s a picture", file=sys.stderr, flush=True)


def _quiet() -> None:
    """Send the renderer's own chatter, which is on standard output, nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    main()
