"""What an HDF5 file would do when its numbers are read. No TensorFlow here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vizreport.system.archives import BadArchive, is_bomb, readable

if TYPE_CHECKING:
    import h5py

# Keras stores each weight whole; with a filter, zeros pack about a thousand to one.
_PACKED = 5


def check_hdf5(file: h5py.File) -> int:
    """Refuse an HDF5 file that is not to be read, from its directory alone.

    A link may lead to any file of the machine, a data set may take its numbers from one, and a
    data set of next to no bytes may declare terabytes.

    Parameters
    ----------
    file : h5py.File
        Open for reading.

    Returns
    -------
    int
        Bytes of all its numbers in memory.

    Raises
    ------
    BadArchive
        The message follows the file's path in a sentence.
    OSError, RuntimeError, KeyError, ValueError
        The file is damaged.
    """
    import h5py

    seen: set[int] = set()
    declared = stored = 0
    groups = [file["/"]]
    while groups:
        group = groups.pop()
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise BadArchive(f"links to another file, {link.filename}")
            if not isinstance(link, h5py.HardLink):
                continue
            item = group[name]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                continue
            seen.add(address)
            if isinstance(item, h5py.Group):
                groups.append(item)
            elif isinstance(item, h5py.Dataset):
                if item.external or item.is_virtual:
                    raise BadArchive(f"stores the data of {item.name} in another file")
                declared += math.prod(item.shape or ()) * item.dtype.itemsize
                stored += item.id.get_storage_size()
    if is_bomb(declared, _PACKED * stored):
        raise BadArchive(
            f"would unpack to {readable(declared)} from {readable(stored)}, which only a "
            "malicious file does"
        )
    return declared
