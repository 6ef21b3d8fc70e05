"""The keys of a build's results, made of all that they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from vizreport.building import setting_values
from vizreport.building.request import BuildRequest
from vizreport.errors import RequestError
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.settings import Settings
from vizreport.models.preprocessing_choice import PreprocessingRequest
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
    options = request.network
    asked = options.preprocessing
    assert isinstance(asked, PreprocessingRequest)  # what is certain has no name for a key
    network = digest(
        [
            checkpoint_key,
            asked.preset,
            {name: str(value) for name, value in sorted(asked.parts.items())},
            [setting_values.file_hash(Path(name)) or name for name in options.imports],
            options.output,
            options.output_kind,
            asked.scale_twice,
        ]
    )
    file = options.labels
    labels = None if file is None else setting_values.file_hash(file)
    if file is not None and labels is None:
        raise RequestError(f"{file} cannot be read; pass a labels file with --labels")
    data = digest([fingerprint, labels, options.labels_in_order])
    every = digest([network, epochs_key])
    return result_keys(
        wanted, request.settings, lambda each: every if each.epochs else network, data, {}
    )


def result_keys(
    wanted: Iterable[Experiment],
    settings: Settings,
    network: Callable[[Experiment], str],
    data: str,
    further: dict[str, str],
) -> dict[str, str]:
    """Name results after a network, data, and the settings and results that each depends on.

    Parameters
    ----------
    wanted : iterable of Experiment
        Each after those it requires.
    settings : Settings
        All of them.
    network : callable
        Hash of what an experiment reads of the network.
    data : str
        Hash of the images and of what is known of them.
    further : dict of str
        What else all results depend on.
    """
    keys: dict[str, str] = {}
    for experiment in wanted:
        keys[experiment.name] = result_key(
            experiment.name,
            experiment.version,
            network(experiment),
            data,
            {**further, **setting_values.in_key(experiment.all_settings.values(), settings)},
            {name: keys[name] for name in experiment.requires},
        )
    return keys


def digest(values: Any) -> str:
    """Return the SHA-256 of values as JSON."""
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
