"""The keys of a build's results, made of all that they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vizreport.building import setting_values
from vizreport.building.request import BuildRequest
from vizreport.errors import RequestError
from vizreport.experiments.experiment import Experiment
from vizreport.results.keys import result_key


def keys_of(
    request: BuildRequest,
    wanted: Sequence[Experiment],
    checkpoint_key: str,
    fingerprint: str,
    epochs_key: str = "",
) -> dict[str, str]:
    """Name every result after all it depends on.

    Parameters
    ----------
    request : BuildRequest
        Its options that change results enter the keys.
    wanted : sequence of Experiment
        Each after those it requires.
    checkpoint_key : str
        Hash of the checkpoint with its sidecars.
    fingerprint : str
        Hash of the images' contents.
    epochs_key : str
        Hash of all the epochs' checkpoints; "" for a single file.

    Returns
    -------
    dict of str to str
        Keys by experiment; docs/format.md says what they are made of.

    Raises
    ------
    RequestError
        If a file that the request names cannot be read.
    """
    network = digest(
        [
            checkpoint_key,
            request.preset,
            {name: str(value) for name, value in sorted(request.preprocessing.items())},
            [setting_values.file_hash(Path(name)) or name for name in request.imports],
            request.output,
            request.output_kind,
            request.scale_twice,
        ]
    )
    labels = None if request.labels is None else setting_values.file_hash(request.labels)
    if request.labels is not None and labels is None:
        raise RequestError(f"{request.labels} cannot be read: name a labels file with --labels")
    data = digest([fingerprint, labels, request.labels_in_order])
    keys: dict[str, str] = {}
    for experiment in wanted:
        keys[experiment.name] = result_key(
            experiment.name,
            experiment.version,
            digest([network, epochs_key]) if experiment.epochs else network,
            data,
            setting_values.in_key(experiment.all_settings.values(), request.settings),
            {name: keys[name] for name in experiment.requires},
        )
    return keys


def digest(values: Any) -> str:
    """Return the SHA-256 of values as JSON."""
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
