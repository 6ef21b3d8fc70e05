"""The key under which a result is stored: the same inputs, the same key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from vizreport.results.archive import to_json


def result_key(
    experiment_name: str,
    version: int,
    checkpoint_hash: str,
    data_fingerprint: str,
    settings: Mapping[str, Any],
    required_keys: Mapping[str, str],
) -> str:
    """Name a result after everything it depends on.

    Parameters
    ----------
    experiment_name : str
        Two experiments never share a key.
    version : int
        Version of the experiment's result.
    checkpoint_hash, data_fingerprint : str
        Hashes of the checkpoint with its sidecars, and of the images' content.
    settings : mapping
        The settings the experiment depends on; tuples and lists count as the same.
    required_keys : mapping of str to str
        Keys of the results it reads, by experiment.

    Returns
    -------
    str
        First 16 hexadecimal digits of the SHA-256 of all this as canonical JSON.

    Raises
    ------
    TypeError
        If a setting is neither a plain value nor made of plain values.
    """
    ingredients = {
        "experiment": experiment_name,
        "version": version,
        "checkpoint": checkpoint_hash,
        "data": data_fingerprint,
        "settings": to_json(dict(settings), "settings"),
        "requires": dict(required_keys),
    }
    canonical = json.dumps(ingredients, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()[:16]
