"""Checkpoints made small enough to ship: weights stored as float16, computed with as float32."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import h5py
import numpy as np

from vizreport.models.sidecar import read_sidecar, write_sidecar
from vizreport.results.atomic import write_bytes

_WEIGHTS = "model.weights.h5"


def store_as_float16(checkpoint: Path, target: Path) -> None:
    """Copy a checkpoint and its sidecar with every float32 weight stored as float16.

    Half the size. Keras loads it as any other, into float32 weights, which then differ from the
    checkpoint's by up to 5e-4 of each.

    Parameters
    ----------
    checkpoint, target : Path
        ``.keras`` files.
    """
    packed = io.BytesIO()
    with ZipFile(checkpoint) as source, ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, _halved(content) if name == _WEIGHTS else content)
    write_bytes(target, packed.getvalue())
    sidecar = read_sidecar(checkpoint)
    if sidecar is not None:
        write_sidecar(target, sidecar)


def _halved(content: bytes) -> bytes:
    halved = io.BytesIO()
    # Into a new file: HDF5 does not give back the room of what is deleted.
    with h5py.File(io.BytesIO(content), "r") as source, h5py.File(halved, "w") as target:

        def copy(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if isinstance(item, h5py.Dataset):
                values = item[()]
                small = values.astype(np.float16) if item.dtype == np.float32 else values
                made = target.create_dataset(name, data=small)
            else:
                made = target.require_group(name)
            made.attrs.update(item.attrs)

        source.visititems(copy)
        target.attrs.update(source.attrs)
    return halved.getvalue()
