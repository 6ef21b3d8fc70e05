"""What an experiment's compute function is given to work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.labels import Labels, resolve_labels
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import preset
from vizreport.data.reading import Batch, read_batches
from vizreport.models.epochs import EpochCheckpoint
from vizreport.models.input_range import PixelStatistics, pooled
from vizreport.models.output import OutputMeaning
from vizreport.models.output_decision import decide_output
from vizreport.models.preprocessing_choice import (
    ChosenPreprocessing,
    PreprocessingRequest,
)
from vizreport.models.sidecar import Sidecar, read_sidecar
from vizreport.models.stored_loss import StoredLoss, stored_loss
from vizreport.subject.layer_choice import layers_with_pictures
from vizreport.subject.picture_store import PictureStore
from vizreport.subject.replaced import Replaced
from vizreport.subject.score_agreement import scores_agree

if TYPE_CHECKING:
    import keras

    from vizreport.engine import Deconvnet
    from vizreport.graph.layers import ReportableLayer
    from vizreport.graph.network import Graph

T = TypeVar("T")
_SAMPLED = 64  # images whose pixels are compared with what a network has learned of its input
_NO_CLASSES = {
    "values": "The network gives values, not classes.",
    "pixels": "The network gives a class for each pixel; the data have none to compare with.",
}


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
        Whether the outputs are the data's classes in order, as a user says.
    imports : tuple of str
        Modules that register the user's own layers.
    output : str or None
        Which output of a network with several.
    epochs : tuple of EpochCheckpoint
        All the checkpoints of the folder; empty where a file was given.
    output_kind : str or None
        What the output means, one of :data:`vizreport.models.output.KINDS`; None to find out.
    class_names : tuple of str
        Names of the classes, in place of those of the sidecar.
    scale_twice : bool
        Whether pixels may be scaled that the network scales itself.
    """

    checkpoint: Path
    preset: str | None
    preprocessing: dict[str, Any]
    labels: Path | None
    labels_in_order: bool
    imports: tuple[str, ...]
    output: str | None = None
    epochs: tuple[EpochCheckpoint, ...] = ()
    output_kind: str | None = None
    class_names: tuple[str, ...] = ()
    scale_twice: bool = False


class Subject:
    """The network and the data of a build, each made when first asked for.

    What depends on a setting takes it as an argument, so that an experiment gets it from the
    settings it declares.

    Parameters
    ----------
    source : Source
        Where the checkpoint is and how to read it.
    dataset : Dataset
        Images and their classes; decoded when asked for.
    batch_size : int
        Images in a forward pass. No result depends on it.
    """

    def __init__(self, source: Source, dataset: Dataset, batch_size: int = 32) -> None:
        self.source = source
        self.dataset = dataset
        self.batch_size = batch_size
        self._deconvnets: dict[str, Deconvnet] = {}
        self._compiled: tuple[object, Any] | None = None

    @cached_property
    def model(self) -> keras.Model:
        """The network; importing TensorFlow happens here."""
        from vizreport.system.tensorflow_start import start_backend

        start_backend()
        from vizreport.models.load import load_checkpoint

        return load_checkpoint(self.source.checkpoint, self.source.imports, self.source.output)

    @cached_property
    def chosen_preprocessing(self) -> ChosenPreprocessing:
        """The preprocessing and why it is this one: by option, by sidecar, by the network."""
        model, source = self.model, self.source
        from vizreport.models.preparation import choose_for

        asked = PreprocessingRequest(source.preset, source.preprocessing, source.scale_twice)
        return choose_for(model, source.checkpoint, self._sidecar, asked, self._pixels)

    @cached_property
    def preprocessing(self) -> Preprocessing:
        """From an image to the network's input."""
        return self.chosen_preprocessing.preprocessing

    def _pixels(self, size: tuple[int, int]) -> PixelStatistics | None:
        """Return mean and standard deviation of the pixels of a sample of the images."""
        raw = preset("raw", size, self.model.input_shape[-1])
        batches = read_batches(self.dataset, raw, self.batch_size, self._sample(_SAMPLED))
        tensors = [raw.tensor(batch.pictures) for batch in batches if len(batch.indices)]
        if not tensors:
            return None
        pixels = np.concatenate(tensors).reshape(-1, tensors[0].shape[-1]).astype(np.float64)
        return pooled(pixels.mean(axis=0), pixels.var(axis=0))

    def _sample(self, count: int) -> np.ndarray:
        """Draw records at random."""
        random = np.random.default_rng(0)  # the seed asked for is not in every key
        return np.sort(random.permutation(len(self.dataset.records))[:count])

    def _inputs(self, records: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield indices and tensors of those records that can be read, in batches."""
        for batch in read_batches(self.dataset, self.preprocessing, self.batch_size, records):
            if len(batch.indices):
                yield batch.indices, self.preprocessing.tensor(batch.pictures)

    def _sampled_inputs(self, count: int) -> list[np.ndarray]:
        return [tensor for _, tensor in self._inputs(self._sample(count))]

    @cached_property
    def traced(self) -> Deconvnet:
        """The network's graph, checked on two images of the data, as a deconvnet of some rule."""
        model, preprocessing = self.model, self.preprocessing
        from vizreport.engine import Deconvnet

        first = next(read_batches(self.dataset, preprocessing, 2), None)
        images = preprocessing.tensor(first.pictures) if first else None
        return Deconvnet(model, preprocessing=preprocessing, images=images)

    @property
    def graph(self) -> Graph:
        """The network as a graph of operations."""
        return self.traced.graph

    def deconvnet(self, rule: str) -> Deconvnet:
        """Return the network's deconvnet under a preset of backward rules."""
        if rule not in self._deconvnets:
            self._deconvnets[rule] = self.traced.with_rule(rule)
        return self._deconvnets[rule]

    def to_rgb(self, projections: np.ndarray) -> np.ndarray:
        """Carry projections back through the preprocessing's linear part, under whatever rule."""
        return self.traced.to_rgb(projections)

    def compiled(self, key: object, make: Callable[[], T]) -> T:
        """Return what works of one experiment compile in common; the last such thing is held.

        Parameters
        ----------
        key : object
            Equal for the same thing.
        make : callable
            Compiles it.
        """
        if self._compiled is None or self._compiled[0] != key:
            self._compiled = key, make()
        found: T = self._compiled[1]
        return found

    def release(self) -> None:
        """Let go of what was held for the works of one experiment."""
        self._compiled = None

    def chosen_layers(self, layers: tuple[str, ...] | None) -> list[ReportableLayer]:
        """Return the layers to show: those of the names, or the default choice.

        Raises
        ------
        RequestError
            If there is no layer of a name.
        """
        if layers is None:
            return self.default_layers[0]
        graph = self.graph
        from vizreport.engine.choice import choose_layers

        return choose_layers(graph, layers)

    @cached_property
    def default_layers(self) -> tuple[list[ReportableLayer], list[Replaced]]:
        """The default choice of layers, and those that gave their place to a neighbour."""
        graph = self.graph
        from vizreport.engine.choice import choose_layers

        sampled = self._sampled_inputs
        return layers_with_pictures(self.deconvnet("deconvnet"), sampled, choose_layers(graph))

    @cached_property
    def _sidecar(self) -> Sidecar | None:
        return read_sidecar(self.source.checkpoint)

    @cached_property
    def loss(self) -> StoredLoss | None:
        """The loss that the network was trained with, as far as the checkpoint tells."""
        asked = self.source.output
        names = [*([asked] if asked else []), *getattr(self.model, "output_names", [])]
        index = int(asked) if asked and asked.isdigit() else None
        return stored_loss(self.source.checkpoint, names, index)

    @cached_property
    def output(self) -> OutputMeaning:
        """What the network's output means."""
        graph = self.graph
        from vizreport.graph.outputs import ending, given_out

        names, ids = self._names
        return decide_output(
            graph.nodes[given_out(graph)].shape,
            ending(graph),
            self.loss,
            self.source.output_kind,
            bool(names or ids or self.source.labels or self._in_order),
            lambda: scores_agree(graph, self.dataset, self._inputs),
            graph.input_shape[-1],
        )

    @cached_property
    def labels(self) -> Labels:
        """True classes of the data and names of the network's classes, as far as they are given.

        Where they are not, mining tries the order of the data's classes: its result has the last
        word.
        """
        if not self.output.classes:
            unknown = np.full(len(self.dataset.records), -1, np.int32)
            return Labels(unknown, (), False, _NO_CLASSES[self.output.kind])
        names, ids = self._names
        if self.output.kind == "binary" and len(names) == 1:
            names = (f"not {names[0]}", names[0])
        return resolve_labels(
            self.dataset, self.output.classes, names, ids, self.source.labels, self._in_order
        )

    @property
    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names and ids of the classes."""
        if self.source.class_names:
            return self.source.class_names, ()
        sidecar = self._sidecar
        return (sidecar.class_names, sidecar.class_ids) if sidecar else ((), ())

    @property
    def _in_order(self) -> bool:
        return self.source.labels_in_order or bool(self._sidecar and self._sidecar.labels_in_order)

    @cached_property
    def _store(self) -> PictureStore:
        return PictureStore(self.dataset, self.preprocessing, self.batch_size)

    def read(self, records: Sequence[int]) -> Iterator[Batch]:
        """Yield the readable ones of some images in batches, and keep the pictures at hand."""
        return self._store.read(records)

    def pictures(self, records: np.ndarray) -> np.ndarray:
        """Return what the network sees of some images, as ``Preprocessing.tensor`` takes it.

        Parameters
        ----------
        records : int array [n]
            Indices of readable images in the data.

        Returns
        -------
        uint8 array [n, h, w, 3], or [n, h, w, C] of bands
            In their own colours. Decoded again only where they are not at hand.
        """
        return self._store.pictures(records)

    def shown(self, records: np.ndarray) -> np.ndarray:
        """Return the ``pictures`` of some images as a person sees them: uint8 [n, h, w, 3]."""
        return self.preprocessing.shown(self.pictures(records))
