"""Compare the stored results of two runs, array by array: what a change of the engine must keep.

    python tools/compare_runs.py reports/before reports/after

Floats agree within 1e-5 of an array's largest value, pictures of 8 bits within one level; all
else is equal. Where two activations are nearly tied, a switch, a place or a class may differ by
rounding: such arrays are listed with the share of values that differ. Exit status 1 where any does.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

TOLERANCE = 1e-5


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--tolerance", type=float, default=TOLERANCE)
    arguments = parser.parse_args()
    count, differing = 0, 0
    folders = sorted(path.parent for path in arguments.before.glob("results/*/*.npz"))
    for folder in folders:
        before, after = (
            _arrays(root / "results" / folder.name) for root in (arguments.before, arguments.after)
        )
        for name in sorted({*before, *after}):
            count += 1
            found = _difference(before.get(name), after.get(name), arguments.tolerance)
            if found:
                differing += 1
                print(f"{folder.name}: {name}: {found}")
    print(f"{count} arrays of {len(folders)} results, {differing} differ")
    return int(differing > 0)


def _arrays(folder: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a folder's one result."""
    found = {}
    for path in folder.glob("*.npz"):
        with np.load(path) as archive:
            found.update({name: archive[name] for name in archive.files})
    return found


def _difference(before: np.ndarray | None, after: np.ndarray | None, tolerance: float) -> str:
    """Say how two arrays differ; "" where they agree."""
    if before is None or after is None:
        return f"only {'after' if before is None else 'before'}"
    if before.dtype == np.uint8 and before.ndim == 1:
        before, after = _picture(before), _picture(after)
    if before.shape != after.shape or before.dtype != after.dtype:
        return f"{before.dtype}{before.shape}, then {after.dtype}{after.shape}"
    if before.dtype.kind not in "fu":
        share = float(np.mean(before != after)) if before.size else 0.0
        return f"{share:.2%} of the values differ" if share else ""
    left, right = before.astype(np.float64), after.astype(np.float64)
    finite = np.isfinite(left)
    if not np.array_equal(finite, np.isfinite(right)):
        return "finite in other places"
    if not finite.any():
        return ""
    scale = 1 if before.dtype == np.uint8 else np.abs(left[finite]).max()
    apart = np.abs(left - right)[finite]
    limit = 1 if before.dtype == np.uint8 else tolerance * scale
    if apart.max() <= limit:
        return ""
    return f"up to {apart.max() / scale:.2g}, {np.mean(apart > limit):.2%} of the values differ"


def _picture(encoded: np.ndarray) -> np.ndarray:
    """Return an encoded picture's pixels; what is no picture as it is."""
    try:
        return np.asarray(Image.open(io.BytesIO(encoded.tobytes())))
    except UnidentifiedImageError:
        return encoded


if __name__ == "__main__":
    sys.exit(main())
