"""What an experiment's compute function is given to work with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.labels import Labels, resolve_labels
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import PRESETS, preset, with_parts
from vizreport.data.reading import Batch, read_batches
from vizreport.errors import RequestError
from vizreport.models.epochs import EpochCheckpoint
from vizreport.progress import progress
from vizreport.settings import Settings

if TYPE_CHECKING:
    import keras

    from vizreport.deconv import Deconvnet
    from vizreport.deconv.layers import ReportableLayer

# Pictures decoded in this process are kept on disk for the other experiments up to this size.
_PICTURES_ON_DISK = 2 * 2**30


@dataclass(frozen=True)
class Source:
    """The checkpoint and how to read it, as asked for.

    Attributes
    ----------
    checkpoint : Path
        Of a folder, the one of the last epoch.
    preset : str or None
        Name of a preprocessing preset.
    preprocessing : dict
        Parts of the preprocessing given one by one.
    labels : Path or None
        File that names the outputs.
    labels_in_order : bool
    imports : tuple of str
        Modules that register the user's own layers.
    output : str or None
        Which output of a network with several.
    epochs : tuple of EpochCheckpoint
        All the checkpoints of the folder; empty where a file was given.
    """

    checkpoint: Path
    preset: str | None
    preprocessing: dict[str, Any]
    labels: Path | None
    labels_in_order: bool
    imports: tuple[str, ...]
    output: str | None = None
    epochs: tuple[EpochCheckpoint, ...] = ()


class Context:
    """The network, the data and the settings of a build, each made when first asked for.

    Parameters
    ----------
    source : Source
    dataset : Dataset
    settings : Settings
    """

    def __init__(self, source: Source, dataset: Dataset, settings: Settings) -> None:
        self.source = source
        self.dataset = dataset
        self.settings = settings

    @cached_property
    def model(self) -> keras.Model:
        """The network; importing TensorFlow happens here."""
        from vizreport.tensorflow_start import start_tensorflow

        start_tensorflow()
        from vizreport.models.load import load_checkpoint

        return load_checkpoint(self.source.checkpoint, self.source.imports, self.source.output)

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """From the flags, else from the sidecar."""
        from vizreport.models.sidecar import read_sidecar

        _, height, width, channels = self.model.input_shape
        sidecar = read_sidecar(self.source.checkpoint)
        parts = self.source.preprocessing
        known = sidecar.preprocessing if sidecar else None
        size = parts.get("input_size") or (
            (height, width) if height and width else known.input_size if known else None
        )
        if size is None:
            raise RequestError(
                f"{self.source.checkpoint} leaves its input size open: say it with --input-size"
            )
        if self.source.preset is not None:
            found = preset(self.source.preset, size, channels, parts)
        elif known is not None:
            found = with_parts(known, parts)
        else:
            raise RequestError(
                f"{self.source.checkpoint} has no sidecar that says how its images are "
                f"preprocessed: choose --preprocess {', '.join(PRESETS)}"
            )
        expected = 1 if found.channels == "L" else 3
        if channels is not None and channels != expected:
            raise RequestError(
                f"{self.source.checkpoint} takes {channels} channels, its preprocessing gives "
                f"{expected}: set --channels"
            )
        if (height, width) != (None, None) and found.input_size != (height, width):
            raise RequestError(
                f"{self.source.checkpoint} takes images of {height}x{width}, its preprocessing "
                f"gives {found.input_size[0]}x{found.input_size[1]}: set --input-size"
            )
        return found

    @cached_property
    def deconvnet(self) -> Deconvnet:
        """The network's deconvnet under the rule asked for."""
        model, preprocessing = self.model, self.preprocessing
        from vizreport.deconv import Deconvnet

        return Deconvnet(model, self.settings.rule, preprocessing)

    @cached_property
    def chosen_layers(self) -> list[ReportableLayer]:
        """The layers to show."""
        graph = self.deconvnet.graph
        from vizreport.deconv.layers import choose_layers

        return choose_layers(graph, self.settings.layers)

    @cached_property
    def labels(self) -> Labels:
        """True classes of the data and names of the outputs."""
        graph = self.deconvnet.graph
        from vizreport.deconv.layers import logits_node
        from vizreport.models.sidecar import read_sidecar

        sidecar = read_sidecar(self.source.checkpoint)
        logits = logits_node(graph)
        if logits is None:
            unknown = np.full(len(self.dataset.records), -1, np.int32)
            return Labels(unknown, (), False, "the network has no class scores")
        return resolve_labels(
            self.dataset,
            graph.nodes[logits].shape[-1],
            (sidecar.class_names or None) if sidecar else None,
            (sidecar.class_ids or None) if sidecar else None,
            self.source.labels,
            self.source.labels_in_order or bool(sidecar and sidecar.labels_in_order),
        )

    def read_all(self) -> Iterator[Batch]:
        """Yield every readable image of the data in batches, and keep the pictures at hand."""
        count, done = len(self.dataset.records), 0
        with progress("mining", count, "images") as bar:
            for batch in read_batches(self.dataset, self.preprocessing, self.settings.batch_size):
                if self._fits:
                    self._pictures[batch.indices] = batch.pictures
                    self._kept[batch.indices] = True
                yield batch
                reached = int(batch.indices[-1]) + 1 if len(batch.indices) else count
                bar.update(reached - done)
                done = reached

    def pictures(self, records: np.ndarray) -> np.ndarray:
        """Return what the network sees of some images, in their own colours.

        Parameters
        ----------
        records : int array [n]
            Indices of readable images in the data.

        Returns
        -------
        uint8 array [n, h, w, 3]
            Decoded again only where they are not at hand.
        """
        records = np.asarray(records)
        if not self._fits:
            wanted, where = np.unique(records, return_inverse=True)
            return self._decode(wanted)[where]
        missing = np.unique(records[~self._kept[records]])
        if len(missing):
            self._pictures[missing] = self._decode(missing)
            self._kept[missing] = True
        return self._pictures[records]

    def _decode(self, records: np.ndarray) -> np.ndarray:
        batches = read_batches(self.dataset, self.preprocessing, self.settings.batch_size, records)
        return np.concatenate([batch.pictures for batch in batches])

    @property
    def _fits(self) -> bool:
        height, width = self.preprocessing.input_size
        return len(self.dataset.records) * height * width * 3 <= _PICTURES_ON_DISK

    @cached_property
    def _kept(self) -> np.ndarray:
        return np.zeros(len(self.dataset.records), bool)

    @cached_property
    def _pictures(self) -> np.ndarray:
        # A nameless file that grows with what is put into it and goes with the process.
        shape = (len(self.dataset.records), *self.preprocessing.input_size, 3)
        return np.memmap(tempfile.TemporaryFile(), np.uint8, "w+", shape=shape)
