"""What the options of a network and of images name: the subject that a command works on."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vizreport.cli.options.preprocessing import network_options

if TYPE_CHECKING:
    from vizreport.data.dataset import Dataset
    from vizreport.subject.subject import Subject


def dataset(arguments: argparse.Namespace) -> Dataset:
    """Open the images of ``--data``.

    Raises
    ------
    RequestError
        If there are none.
    """
    from vizreport.data.image import Decoding
    from vizreport.data.sources import open_dataset

    return open_dataset(
        arguments.data,
        arguments.split,
        arguments.max_images,
        arguments.seed,
        Decoding(arguments.exif, arguments.alpha),
    )


def subjects(
    arguments: argparse.Namespace, checkpoints: Iterable[Path], images: Dataset
) -> Iterator[Subject]:
    """Yield a subject for each checkpoint, on the same images; nothing is loaded yet."""
    from vizreport.subject.network import StoredNetwork
    from vizreport.subject.subject import Subject

    options = network_options(arguments)
    for checkpoint in checkpoints:
        yield Subject(StoredNetwork(checkpoint), options, images, arguments.batch_size)
