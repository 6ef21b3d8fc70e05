"""Load a Keras checkpoint, or say in one sentence why it cannot be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
from keras.src.backend.common import global_state

from vizreport.backend import contrast_normalization  # noqa: F401  (registers the layer)
from vizreport.errors import RequestError
from vizreport.graph.axis_order import few_in_front, has_graph, takes_channels_first
from vizreport.graph.channels_first import as_channels_last, is_channels_first
from vizreport.models.checkpoint_file import TRUSTED_COPY, checked_file, keras_version
from vizreport.models.declared_weights import DeclaredWeights
from vizreport.models.imports import import_objects
from vizreport.models.keras2.description import is_keras_2
from vizreport.models.keras2.load import load_keras_2
from vizreport.models.keras2.untranslatable import UntranslatableError
from vizreport.models.refusal import keras_2_refusal, refusal
from vizreport.models.subclassed import as_functional

_NAMES = "object_name_uids"


@contextmanager
def _counted_anew() -> Iterator[None]:
    """Let names that Keras numbers, those in subclassed models, be the same at every loading."""
    before = global_state.get_global_attribute(_NAMES)
    global_state.set_global_attribute(_NAMES, defaultdict(int))
    try:
        yield
    finally:
        global_state.set_global_attribute(_NAMES, before)


@_counted_anew()
def load_checkpoint(
    path: str | Path, imports: tuple[str, ...] = (), output: str | None = None
) -> keras.Model:
    """Load a network that takes one image.

    A subclassed model becomes a functional one
    (:func:`vizreport.models.subclassed.as_functional`).

    Parameters
    ----------
    path : str or Path
        A ``.keras`` or ``.h5`` file of Keras 3 or 2. Code inside the file is never run.
    imports : tuple of str
        Modules with the network's own layers, dotted names or ``.py`` files. They are run.
    output : str, optional
        Which output of a network with several: its name, or its position from 0.

    Returns
    -------
    keras.Model
        Functional or Sequential, not compiled; one input ``(N, rows, cols, channels)``, one output.

    Raises
    ------
    RequestError
        What is wrong with the file or the network, and the cure.
    """
    objects = import_objects(imports)
    path, stored = checked_file(path)
    declared = DeclaredWeights(stored)
    try:
        with declared.counted():
            if is_keras_2(keras_version(path)):
                model = load_keras_2(path, objects)
            else:
                model = keras.models.load_model(path, objects, compile=False, safe_mode=True)
    except UntranslatableError as error:
        raise RequestError(keras_2_refusal(path, error)) from error
    except Exception as error:  # Keras raises nearly every class there is
        if declared.problem:  # whatever Keras made of it
            raise RequestError(f"{path} {declared.problem}; {TRUSTED_COPY}") from error
        raise RequestError(refusal(path, error)) from error
    return _check_model(path, model, output)


def _check_model(path: Path, model: keras.Model, output: str | None) -> keras.Model:
    is_sequential = isinstance(model, keras.Sequential)
    if not has_graph(model):
        model = as_functional(path, model)
    if is_sequential and not model.built:
        raise RequestError(
            f"{path} is a Sequential that was never built, so it has no weights; put "
            "keras.Input((rows, cols, channels)) first, train and save it"
        )
    inputs = list(model.inputs)
    if len(inputs) != 1:
        names = ", ".join(tensor.name for tensor in inputs)
        raise RequestError(
            f"{path} has {len(inputs)} inputs ({names}); a report needs a network with one image "
            "input; fix the others and save keras.Model(image, outputs)"
        )
    shape = tuple(inputs[0].shape)
    if len(shape) != 4:
        raise RequestError(
            f"{path} takes inputs of shape {shape}; a report needs an image network, (N, rows, "
            "cols, channels)"
        )
    if is_sequential:
        # A loaded Sequential has no output until it is called.
        model(keras.Input(shape[1:], dtype=inputs[0].dtype))
    channels_first = takes_channels_first(model)
    order = "channels_first" if channels_first else "channels_last"
    if shape[1 if channels_first else -1] is None or (not channels_first and few_in_front(shape)):
        raise RequestError(
            f"{path} takes images of shape {shape[1:]}, and its layers are {order}; a report needs "
            "a known number of channels there"
        )
    chosen = _output(path, model, output)
    if not is_sequential and (model.input is not inputs[0] or model.output is not chosen):
        # One of several, or named in a dictionary or a list of one: the same layers, bare tensors.
        model = keras.Model(inputs[0], chosen, name=model.name)
    if is_channels_first(model):
        return as_channels_last(path, model)
    return model


def _output(path: Path, model: keras.Model, asked: str | None) -> keras.KerasTensor:
    """Return the output to report on."""
    outputs = list(model.outputs)
    if isinstance(model.output, dict):
        names = sorted(model.output)  # the order in which Keras flattens them
    else:
        names = getattr(model, "output_names", [model.layers[-1].name])
    named = dict(enumerate(names))
    found = [i for i in range(len(outputs)) if asked in (str(i), named[i])]
    if asked is None and len(outputs) == 1:
        return outputs[0]
    if len(found) != 1:
        there = ", ".join(f"{i} ({name})" for i, name in named.items())
        wrong = "" if asked is None else f" and {asked!r} does not identify one"
        raise RequestError(
            f"{path} has {len(outputs)} output{'s' * (len(outputs) > 1)}{wrong}; choose one with "
            f"--output, {there}"
        )
    return outputs[found[0]]
