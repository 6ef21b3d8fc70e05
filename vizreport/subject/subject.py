"""What every command works on: a network, what its outputs mean, pictures and labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.labels import Labels, resolve_labels
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import preset
from vizreport.data.reading import Batch, read_batches
from vizreport.models.input_range import PixelStatistics, pooled
from vizreport.models.output import OutputMeaning
from vizreport.models.output_decision import decide_output
from vizreport.models.preprocessing_choice import ChosenPreprocessing
from vizreport.models.sidecar import Sidecar
from vizreport.models.stored_loss import StoredLoss
from vizreport.subject.layer_choice import layers_with_pictures
from vizreport.subject.network import Network
from vizreport.subject.options import NetworkOptions
from vizreport.subject.picture_store import PictureStore
from vizreport.subject.replaced import Replaced
from vizreport.subject.score_agreement import scores_agree

if TYPE_CHECKING:
    import keras

    from vizreport.engine import Deconvnet
    from vizreport.graph.layers import ReportableLayer
    from vizreport.graph.network import Graph

_SAMPLED = 64  # images whose pixels are compared with what a network has learned of its input
_NO_CLASSES = {
    "values": "The network outputs values, not classes.",
    "pixels": "The network outputs a class per pixel, and the data have none to compare with.",
}


class Subject:
    """A network and data, and all that follows from them; each made when first asked for.

    What depends on a setting takes it as an argument, so that an experiment gets it from the
    settings it declares.

    Parameters
    ----------
    network : Network
        A checkpoint, or a network that is being trained.
    options : NetworkOptions
        What the user says of it.
    dataset : Dataset
        Images and their classes; decoded when asked for.
        :data:`vizreport.data.dataset.NO_IMAGES` for the network alone.
    batch_size : int
        Images in a forward pass. No result depends on it.
    """

    def __init__(
        self, network: Network, options: NetworkOptions, dataset: Dataset, batch_size: int = 32
    ) -> None:
        self.network = network
        self.options = options
        self.dataset = dataset
        self.batch_size = batch_size
        self._deconvnets: dict[str, Deconvnet] = {}

    def on(self, dataset: Dataset) -> Subject:
        """Return the same network, read by the same options, on other images."""
        return Subject(self.network, self.options, dataset, self.batch_size)

    @cached_property
    def model(self) -> keras.Model:
        """The network; importing TensorFlow happens here."""
        return self.network.load(self.options)

    @cached_property
    def chosen_preprocessing(self) -> ChosenPreprocessing:
        """The preprocessing and why it is this one: by option, by sidecar, by the network."""
        asked = self.options.preprocessing
        if isinstance(asked, ChosenPreprocessing):
            return asked
        model = self.model
        from vizreport.models.preparation import choose_for

        return choose_for(model, self.network.path, self.sidecar, asked, self._pixels)

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
        for batch in self.read(records):
            if len(batch.indices):
                yield batch.indices, self.preprocessing.tensor(batch.pictures)

    def _sampled_inputs(self, count: int) -> list[np.ndarray]:
        return [tensor for _, tensor in self._inputs(self._sample(count))]

    @cached_property
    def traced(self) -> Deconvnet:
        """The network's graph, checked on two images of the data, as a deconvnet of some rule."""
        model, preprocessing = self.model, self.preprocessing
        from vizreport.engine import Deconvnet

        first = next(self._store.read(range(len(self.dataset.records)), 2), None)
        images = preprocessing.tensor(first.pictures) if first else None
        return Deconvnet(model, preprocessing=preprocessing, images=images)

    @cached_property
    def given_out(self) -> Callable[[np.ndarray], np.ndarray]:
        """The compiled network: from inputs [n, H, W, C] to what it gives out [n, outputs]."""
        graph = self.graph
        from vizreport.engine.mining import reduction_function

        reduce = reduction_function(graph, [])
        return lambda inputs: np.asarray(reduce(inputs)[1])

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
    def sidecar(self) -> Sidecar | None:
        """What lies beside the checkpoint; None where nothing does."""
        return self.network.sidecar()

    @cached_property
    def loss(self) -> StoredLoss | None:
        """The loss that the network was trained with, as far as the checkpoint states it."""
        return self.network.loss(self.model, self.options.output)

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
            self.options.output_kind,
            bool(names or ids or self.options.labels or self._in_order),
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
            self.dataset, self.output.classes, names, ids, self.options.labels, self._in_order
        )

    @property
    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names and ids of the classes."""
        if self.options.class_names:
            return self.options.class_names, ()
        sidecar = self.sidecar
        return (sidecar.class_names, sidecar.class_ids) if sidecar else ((), ())

    @property
    def _in_order(self) -> bool:
        return self.options.labels_in_order or bool(self.sidecar and self.sidecar.labels_in_order)

    @cached_property
    def _store(self) -> PictureStore:
        return PictureStore(self.dataset, self.preprocessing, self.batch_size)

    def read(self, records: Sequence[int] | np.ndarray) -> Iterator[Batch]:
        """Yield the readable ones of some images in batches, and cache the pictures."""
        return self._store.read(records)

    def pictures(self, records: np.ndarray) -> np.ndarray:
        """Return what the network sees of some images, as :meth:`PictureStore.pictures` does."""
        return self._store.pictures(records)

    def shown(self, records: np.ndarray) -> np.ndarray:
        """Return the ``pictures`` of some images as a person sees them: uint8 [n, h, w, 3]."""
        return self.preprocessing.shown(self.pictures(records))
