"""Develop rendered pictures and pack them into one file, byte for byte the same each time.

    python tools/scenes/pack.py FOLDER vizreport/data/embedded/scenes.npz [--count 7200]

Takes pictures 0 to COUNT - 1; without --count as many whole blocks of 144 (each class nine times
in train, once in val and in each part of test) as were rendered without a gap. The layout is
described in vizreport/data/scenes.py.
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import numpy as np
from photograph import developed
from PIL import Image

QUALITY = 86
BLOCK = 144
SPLITS = ("train", "val", "test")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int)
    arguments = parser.parse_args()
    count = arguments.count or _complete(arguments.folder)
    records = [json.loads((arguments.folder / f"{i:04d}.json").read_text()) for i in range(count)]
    pictures, runs = [], []
    for record in records:
        picture, mask = developed(arguments.folder / f"{record['number']:04d}.npy", record)
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "WEBP", quality=QUALITY, method=6)
        pictures.append(file.getvalue())
        runs.append(run_lengths(mask))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(arguments.out, **tables(records), **_joined(pictures, runs))
    size = arguments.out.stat().st_size
    print(f"{count} pictures, {size / 1e6:.2f} MB, {size / count:.0f} bytes a picture")


def _complete(folder: Path) -> int:
    count = 0
    while (folder / f"{count:04d}.json").exists():
        count += 1
    return count // BLOCK * BLOCK


def run_lengths(mask: np.ndarray) -> np.ndarray:
    """Lengths of the runs of equal pixels line by line; the first is of ground and may be 0."""
    flat = np.concatenate([[False], mask.ravel()])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return np.diff(np.concatenate([[0], edges, [mask.size]])).astype(np.uint16)


def _joined(pictures: list[bytes], runs: list[np.ndarray]) -> dict[str, np.ndarray]:
    lengths = np.concatenate(runs)
    return {
        "picture": np.frombuffer(b"".join(pictures), np.uint8),
        "picture_end": np.cumsum([len(p) for p in pictures]).astype(np.uint32),
        # The two bytes apart: they compress to a fifth less.
        "run": np.stack([lengths & 255, lengths >> 8]).astype(np.uint8),
        "run_end": np.cumsum([len(r) for r in runs]).astype(np.uint32),
    }


def tables(records: list[dict]) -> dict[str, np.ndarray]:
    """Turn the records into arrays with tables of names."""
    names = {key: sorted({r[key] for r in records}) for key in ("design", "stage", "held_out")}
    # The classes in the order in which the pictures take turns.
    names["class"] = list(dict.fromkeys(r["class"] for r in records))
    names["split"] = list(SPLITS)
    parts = {name: [] for name in names["class"]}
    for record in records:
        known = parts[record["class"]]
        known += [part for part in record["parts"] if part not in known]
    width = max(len(known) for known in parts.values())
    points = np.zeros((len(records), width, 2), np.int16)
    states = np.zeros((len(records), width), np.uint8)
    for row, record in enumerate(records):
        for part, (x, y, visible) in record["parts"].items():
            column = parts[record["class"]].index(part)
            points[row, column] = np.round(np.clip([x * 10, y * 10], -32000, 32000))
            states[row, column] = 2 if visible else 1
    index = {
        f"{array}": np.array([names[key].index(r[key]) for r in records], np.uint8)
        for array, key in (
            ("label", "class"),
            ("split", "split"),
            ("design", "design"),
            ("stage", "stage"),
            ("held_out", "held_out"),
        )
    }
    return index | {
        "number": np.array([r["number"] for r in records], np.uint16),
        "covered": np.array([r["covered"] for r in records]),
        "box": np.array([r["box"] for r in records], np.uint8),
        "part": points,
        "part_state": states,
        "part_names": np.array([known + [""] * (width - len(known)) for known in parts.values()]),
        **{f"{key}_names": np.array(names[key]) for key in names},
    }


if __name__ == "__main__":
    main()
