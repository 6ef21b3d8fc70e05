"""A gallery of what a network has learned, archived at chosen epochs of anyone's training."""

from __future__ import annotations

import hashlib
import traceback
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import keras
import numpy as np

from vizreport.building import setting_values
from vizreport.building.keys import result_keys
from vizreport.building.record import run_record
from vizreport.building.running import Computing, run_experiments
from vizreport.data.arrays import dataset_from_arrays
from vizreport.data.dataset import Dataset
from vizreport.data.image import Decoding
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import PRESETS
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments
from vizreport.experiments.selection import required
from vizreport.experiments.settings import Settings
from vizreport.findings.sentences import sentence
from vizreport.models.preprocessing_choice import ChosenPreprocessing, PreprocessingRequest
from vizreport.published.epochs import PAPER_EPOCHS
from vizreport.report.epochs import Entry, add_entry, epoch_folder, prepare_galleries
from vizreport.report.render import render
from vizreport.results.run import write_run
from vizreport.results.store import Store
from vizreport.runs.checking import check, parse
from vizreport.subject.network import TrainedNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject
from vizreport.system.documents import JsonObject
from vizreport.system.memory import long_lived
from vizreport.wording.text import printable

SHOWN = ("filters", "top_patches")
"""Sections of a gallery."""
CHECKED = ("diagnosis", "overview", "architecture")
"""Further ones where the training is to stop on what they find."""


class GalleryCallback(keras.callbacks.Callback):
    """Archive an HTML gallery at chosen epochs of ``model.fit``.

    After each of those epochs ``OUT/epochs/epoch-010/index.html`` shows the layer-1 filters and
    the top-9 patches of every layer, with links to the epochs before and after, and to the
    report of the run, ``OUT/index.html``, where there is one. ``OUT/epochs/index.html`` lists
    all of them with what ``fit`` logged. The weights are read and left as they are.

    What goes wrong while drawing is a warning, is noted in that list, and does not end the
    training.

    Parameters
    ----------
    data : str, Path, Dataset or uint8 array [N, H, W, C]
        Images to look at: a source as for ``--data``, or an array with values from 0 to 255.
    out : str or Path
        Folder of the run.
    epochs : iterable of int, or None
        Epochs at whose end to draw, from 1; None for all.
    preprocessing : str or Preprocessing
        From images to the network's input: the name of a preset (``"unit"`` divides by 255), or
        all of it. The network's own layers, such as ``Rescaling``, are not part of it.
    settings : Settings
        Which layers, how many maps, how many images at most, and so on.
    labels_in_order : bool
        The network's outputs are the data's classes in their order.
    class_names : sequence of str, optional
        Names of the network's outputs, by which the data's classes are matched.
    stop_on : sequence of str
        Conditions as for :func:`vizreport.check`, such as ``"fault"`` or ``"dead>0.1"``: where the
        gallery of an epoch meets one, the training stops after it, with a warning that says why.
        The galleries then have the sections Diagnosis, Overview and Architecture, too.

    Raises
    ------
    RequestError
        At once, if the data or the preprocessing is wrong, or if ``out`` has other files
        in the galleries' places or cannot be written to.

    Examples
    --------
    To be given to ``model.fit(..., callbacks=[gallery])``.

    >>> import vizreport
    >>> gallery = vizreport.GalleryCallback(
    ...     "photos.npz", "runs/first", epochs=[1, 8, 64], preprocessing="unit"
    ... )
    """

    def __init__(
        self,
        data: str | Path | Dataset | np.ndarray,
        out: str | Path,
        epochs: Iterable[int] | None = PAPER_EPOCHS,
        *,
        preprocessing: str | Preprocessing | None = None,
        settings: Settings | None = None,
        labels_in_order: bool = False,
        class_names: Sequence[str] | None = None,
        stop_on: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._settings = settings or Settings()
        self._dataset = _dataset(data, self._settings)
        self._out = Path(out)
        self._epochs = None if epochs is None else frozenset(epochs)
        if not isinstance(preprocessing, Preprocessing) and preprocessing not in PRESETS:
            wrong = (
                "a gallery needs the network's preprocessing"
                if preprocessing is None
                else f"unknown preset {preprocessing!r}"
            )
            raise RequestError(
                f"{wrong}: set preprocessing= to one of {', '.join(PRESETS)}, or a Preprocessing"
            )
        for condition in stop_on:
            parse(condition)
        self._stop_on = tuple(stop_on)
        self._needed = _needed((*SHOWN, *CHECKED) if stop_on else SHOWN)
        prepare_galleries(self._out, self._epochs)
        self._options = NetworkOptions(
            _prepared(preprocessing),
            labels_in_order=labels_in_order,
            class_names=tuple(class_names or ()),
        )

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Draw the gallery, if this epoch (from 0, as Keras counts) was asked for."""
        number = epoch + 1
        if self._epochs is not None and number not in self._epochs:
            return
        said = {name: float(value) for name, value in (logs or {}).items()}
        try:
            try:
                self._draw(number)
                add_entry(self._out, Entry(number, said, ""))
                self._check(number)
            except Exception as error:
                add_entry(self._out, Entry(number, said, f"{type(error).__name__}: {error}"))
                raise
        except Exception:
            # Hours of training are worth more than a picture of them.
            warnings.warn(
                f"no gallery for epoch {number}; training continues.\n{traceback.format_exc()}",
                stacklevel=2,
            )

    def _check(self, number: int) -> None:
        """Stop the training where a condition is met."""
        if not self._stop_on:
            return
        failed = check(epoch_folder(self._out, number), self._stop_on).failed
        if failed:
            self.model.stop_training = True
            said = " ".join(printable(sentence(each.finding)) for each in failed)
            warnings.warn(f"training stops after epoch {number}: {said}", stacklevel=3)

    @cached_property
    def _subject(self) -> Subject:
        """One for all epochs: what is compiled reads the weights as they are."""
        network = TrainedNetwork(self._out / "epochs" / self.model.name, self.model)
        return Subject(network, self._options, self._dataset, self._settings.batch_size)

    def _draw(self, number: int) -> None:
        subject, settings = self._subject, self._settings
        weights = _weights_hash(self.model)
        folder = epoch_folder(self._out, number)
        prepared = {"preprocessing": repr(subject.preprocessing.as_dict())}
        needed, data = self._needed, self._dataset.fingerprint
        keys = result_keys(needed.values(), settings, lambda _: weights, data, prepared)
        computing = Computing(subject, settings, Store(folder), keys)
        with long_lived():
            records = run_experiments(needed.values(), computing)
        title = f"{self.model.name} after epoch {number}"
        shown = _displayed(settings, needed)
        run = run_record(computing, records, title, self.model.name, weights, shown)
        write_run(folder, replace(run, epoch=number))
        render(folder, pdf=False)


def _prepared(given: str | Preprocessing) -> PreprocessingRequest | ChosenPreprocessing:
    """Return what is asked of the preprocessing: who trains a network knows what it is given."""
    if isinstance(given, Preprocessing):
        reason = "specified by the program that trained the network"
        return ChosenPreprocessing(given, reason)
    return PreprocessingRequest(given, scale_twice=True)


def _displayed(settings: Settings, needed: Mapping[str, Experiment]) -> JsonObject:
    """Return the settings that a gallery depends on, as its record has them."""
    names = {name for each in needed.values() for name in each.all_settings}
    return {name: value for name, value in setting_values.shown(settings).items() if name in names}


def _needed(shown: Sequence[str]) -> dict[str, Experiment]:
    """Return the sections' experiments and those they read, in the order to compute them."""
    names = required(experiments(), shown)
    return {name: each for name, each in experiments().items() if name in names}


def _dataset(data: str | Path | Dataset | np.ndarray, settings: Settings) -> Dataset:
    if isinstance(data, Dataset):
        return data
    if isinstance(data, np.ndarray):
        return dataset_from_arrays(
            "array", "array", data, None, (), settings.max_images, settings.seed
        )
    decoding = Decoding(settings.exif, settings.alpha)
    return open_dataset(str(data), settings.split, settings.max_images, settings.seed, decoding)


def _weights_hash(model: keras.Model) -> str:
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(np.ascontiguousarray(weights).tobytes())
    return digest.hexdigest()
