"""Load a file of Keras 2 without running code in it."""

from __future__ import annotations

import io
from copy import deepcopy
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import h5py
import keras

from vizreport.models.checkpoint_file import model_config
from vizreport.models.imports import CustomObjects
from vizreport.models.keras2 import functions  # noqa: F401  (registers them)
from vizreport.models.keras2.description import Translation, translate
from vizreport.models.keras2.weights import fit_archive, fit_hdf5


def load_keras_2(path: Path, objects: CustomObjects) -> keras.Model:
    """Load a network that Keras 2, tf.keras or tf_keras saved.

    Parameters
    ----------
    path : Path
        A file that :func:`vizreport.models.checkpoint_file.check_file` let pass.
    objects : dict
        Classes and functions of the user's, by name.

    Returns
    -------
    keras.Model
        Not compiled. ``name_in_file`` of a layer is the name that it had, with "/".

    Raises
    ------
    UntranslatableError
        Keras 3 has nothing that computes the same.
    Exception
        Whatever Keras raises on a description or weights that do not fit.
    """
    translation = translate(model_config(path), frozenset(objects))
    model = keras.saving.deserialize_keras_object(
        deepcopy(translation.entry), custom_objects=objects, safe_mode=True
    )
    if path.suffix == ".keras":
        with (
            ZipFile(path) as archive,
            h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as file,
        ):
            fit_archive(model, translation, file)
    else:
        with h5py.File(path, "r") as file:
            fit_hdf5(model, translation, file["model_weights"])
    _note_names(model, translation)
    return model


def _note_names(model: Any, translation: Translation) -> None:
    """Note the names with "/", which Keras 3 does not take, for the trace to use."""
    layers = {layer.name: layer for layer in model.layers}
    networks = tuple(f"{each.name}/" for each in translation.layers if each.layers)
    for each in translation.layers:
        layer = layers.get(each.new_name)
        if layer is None:
            continue
        if "/" in each.name and not each.name.startswith(networks):  # "a/b" may be b within a
            layer.name_in_file = each.name
        if each.layers:
            _note_names(layer, each)
