"""``--data scenes``: rendered pictures that come with the program, with masks, boxes and parts.

The data card is docs/scenes.md. The pictures are in one NumPy archive:

=================  =========  ==========  =======================================================
array              dtype      shape       contents
=================  =========  ==========  =======================================================
number             uint16     [N]         number of the picture, of which it was made
label              uint8      [N]         index into ``class_names``
split              uint8      [N]         index into ``split_names``
design, stage      uint8      [N]         index into ``design_names``, ``stage_names``
covered            bool       [N]         whether something stands in front of the object
held_out           uint8      [N]         index into ``held_out_names``: "" or the part of the test
                                          split
box                uint8      [N, 4]      left, top, right, bottom, px; the latter two exclusive
part               int16      [N, P, 2]   x and y of the parts, tenths of a px; may lie outside
part_state         uint8      [N, P]      0 no such part, 1 hidden or outside, 2 seen
part_names         str        [C, P]      names of the parts by class, "" beyond the last
picture            uint8      [bytes]     WebP files one after the other
picture_end        uint32     [N]         where each ends
run                uint8      [2, R]      low and high bytes of the lengths of the masks' runs,
                                          line by line, ground first
run_end            uint32     [N]         where each picture's runs end
=================  =========  ==========  =======================================================
"""

from __future__ import annotations

import functools
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from vizreport.data.dataset import Dataset, ImageRecord, fingerprint, sample_indices
from vizreport.data.image import UnreadableImage
from vizreport.data.truth import Part, Truth
from vizreport.errors import RequestError

SIDE = 128
"""Height and width of the pictures, px."""
SPLITS = ("train", "val", "test")
SUBSETS = {"": "", "ranges": "unseen ranges", "construction": "unseen construction"}
"""Names of the test split's two parts."""
PACK = Path(__file__).parent / "embedded" / "scenes.npz"

# The pictures are stored soft, which takes two thirds of the space, and sharpened when read.
SHARPENING = ImageFilter.UnsharpMask(radius=1, percent=195, threshold=0)


def open_scenes(split: str | None = None, max_images: int | None = None, seed: int = 0) -> Dataset:
    """Open the rendered scenes.

    Parameters
    ----------
    split : {"train", "val", "test"}, optional
        "test" by default: what training never sees. Its two parts are splits, too, by the names
        "test-ranges" and "test-construction".
    max_images, seed
        A seeded sample, which keeps the order.

    Returns
    -------
    Dataset
        Pictures of 128 x 128 px, with their truth; the classes take turns.

    Raises
    ------
    RequestError
        If there is no such split, or the file with the pictures is missing or damaged.
    """
    split = split or "test"
    pack = read_pack(PACK)
    class_names = tuple(pack["class_names"].tolist())
    splits = _splits(pack)
    if split not in splits:
        raise RequestError(f"scenes has no split {split!r}; it has {', '.join(splits)}")
    rows = np.flatnonzero(splits[split])
    rows = rows[sample_indices(len(rows), max_images, seed)].tolist()
    records = []
    for index, row in enumerate(rows):
        label = int(pack["label"][row])
        identity = hashlib.sha256(_bytes(pack, row) + repr(SHARPENING.percent).encode()).hexdigest()
        path = f"{pack['split_names'][pack['split'][row]]}-{pack['number'][row]:04d}.webp"
        subset = SUBSETS[_held_out(pack, row)]
        records.append(ImageRecord(index, path, identity, class_names[label], label, subset))

    def read(index: int) -> np.ndarray:
        try:
            picture = Image.open(io.BytesIO(_bytes(pack, rows[index]))).convert("RGB")
        except OSError as error:
            raise UnreadableImage(str(error)) from error
        return np.asarray(picture.filter(SHARPENING))

    return Dataset(
        name=f"scenes ({split})",
        records=tuple(records),
        class_names=class_names,
        skipped=(),
        read=read,
        tagged=fingerprint(f"scenes {split} {_truth_hash(PACK)}", records, class_names),
        truth=lambda index: _truth(pack, rows[index]),
    )


def _splits(pack: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return which pictures [N] belong to each split, and to each part of the test split."""
    names = pack["split_names"][pack["split"]]
    splits = {split: names == split for split in SPLITS}
    parts = pack["held_out_names"][pack["held_out"]]
    return splits | {f"test-{part}": parts == part for part in SUBSETS if part}


def _truth(pack: dict[str, np.ndarray], row: int) -> Truth:
    parts = {
        str(part): Part(float(x) / 10, float(y) / 10, bool(state == 2))
        for part, (x, y), state in zip(
            pack["part_names"][pack["label"][row]],
            pack["part"][row],
            pack["part_state"][row],
            strict=True,
        )
        if state
    }
    left, top, right, bottom = (int(v) for v in pack["box"][row])
    return Truth(
        mask=_mask(pack, row),
        box=(left, top, right, bottom),
        parts=parts,
        design=str(pack["design_names"][pack["design"][row]]),
        stage=str(pack["stage_names"][pack["stage"][row]]),
        covered=bool(pack["covered"][row]),
        held_out=_held_out(pack, row),
    )


def _held_out(pack: dict[str, np.ndarray], row: int) -> str:
    return str(pack["held_out_names"][pack["held_out"][row]])


@functools.cache
def read_pack(path: Path) -> dict[str, np.ndarray]:
    """Load the archive's arrays; see the head of this file.

    Raises
    ------
    RequestError
        If the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise RequestError(
            f"the images of scenes cannot be read from {path.name}; reinstall vizreport"
        ) from error


@functools.cache
def _truth_hash(path: Path) -> str:
    pack = read_pack(path)
    digest = hashlib.sha256()
    for name in ("box", "part", "part_state", "part_names", "run", "run_end"):
        digest.update(pack[name].tobytes())
    return digest.hexdigest()


def _bytes(pack: dict[str, np.ndarray], row: int) -> bytes:
    start = int(pack["picture_end"][row - 1]) if row else 0
    return pack["picture"][start : int(pack["picture_end"][row])].tobytes()


def _mask(pack: dict[str, np.ndarray], row: int) -> np.ndarray:
    start = int(pack["run_end"][row - 1]) if row else 0
    low, high = pack["run"][:, start : int(pack["run_end"][row])].astype(np.int64)
    runs = low + 256 * high
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(SIDE, SIDE)
