"""A subclassed model as a functional one: its ``call`` run on symbolic inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from keras.src.models.functional import Functional

from vizreport import backend
from vizreport.errors import RequestError
from vizreport.graph.axis_order import has_graph
from vizreport.graph.channels_first import is_channels_first
from vizreport.graph.network import Keywords
from vizreport.models.refusal import AS_GRAPH
from vizreport.wording.foreign_text import brief

_SIDE = 224  # of images for a network that leaves their size open


def as_functional(path: Path, model: keras.Model) -> keras.Model:
    """Trace a subclassed model.

    Layers and models of the user's own inside it that have layers themselves become nested
    functional models, where they can be traced.

    Parameters
    ----------
    path : Path
        The checkpoint, for messages.
    model : keras.Model
        Built; it is left as it is.

    Returns
    -------
    keras.Model
        Functional, with the same layers and weights.

    Raises
    ------
    RequestError
        The model takes several inputs, was never built, or its ``call`` does something that
        symbolic inputs do not take.
    """
    kind = type(model).__name__
    config = model.get_build_config() or {}
    shape = config.get("input_shape")
    if "shapes_dict" in config or (shape and not _is_shape(shape)):
        raise RequestError(
            f"{path} is a subclassed model ({kind}) with several inputs; a report needs a network "
            "with one image input; fix the others and save keras.Model(image, outputs)"
        )
    if not model.built or not shape:
        raise RequestError(
            f"{path} is a subclassed model ({kind}) whose file does not record its input shape, "
            f"which Keras stores only if the call runs on symbolic inputs; use only layers and "
            f"keras.ops in it, or {AS_GRAPH}"
        )
    stored = {id(weight) for weight in model.weights}
    image = keras.Input(tuple(shape[1:]))
    try:
        with _traced():
            outputs = _run(model, (image,), {})
        functional = Functional(image, outputs, name=model.name)
    except Exception as error:  # whatever the user's code raises
        raise RequestError(
            f"{path} is a subclassed model ({kind}) whose call does not run on symbolic inputs "
            f"({brief(_reason(error), 160)}); use only layers and keras.ops in it, or {AS_GRAPH}"
        ) from error
    made = [weight.path for weight in functional.weights if id(weight) not in stored]
    if made:
        raise RequestError(
            f"{path}: the weight {made[0]!r} of the subclassed model ({kind}) is not restored "
            "from the file, since its layer is built after the model is loaded; build the layers "
            "in the model's build method, or do without a custom build method"
        )
    _require_same(path, model, functional)
    return functional


def _require_same(path: Path, model: keras.Model, functional: keras.Model) -> None:
    """Compare a trace with the model itself: what the model does outside layers is not traced."""
    from vizreport.engine.agreement import require_agreement
    from vizreport.graph.trace import trace

    shape = functional.inputs[0].shape
    if len(shape) != 4:
        return  # refused for that
    try:
        if is_channels_first(functional):
            _require_same_output(model, functional)
        else:
            size = (shape[1] or _SIDE, shape[2] or _SIDE)
            require_agreement(model, trace(functional, size))
    except Exception as error:  # whatever an operation of the user's raises
        raise RequestError(
            f"{path} is a subclassed model ({type(model).__name__}) whose call computes a "
            f"different network on symbolic inputs ({brief(_reason(error), 160)}); use only "
            "layers and "
            f"keras.ops in it, or {AS_GRAPH}"
        ) from error


def _require_same_output(model: keras.Model, functional: keras.Model) -> None:
    """Compare outputs alone, by XLA, which has channels_first convolutions for CPUs, too."""
    shape = [size or _SIDE for size in functional.inputs[0].shape[1:]]
    images = ops.convert_to_tensor(np.random.default_rng(0).normal(size=(2, *shape)), "float32")
    outputs = [
        keras.tree.flatten(backend.by_xla(partial(run, training=False))(images))
        for run in (model, functional)
    ]
    for theirs, ours in zip(*outputs, strict=True):
        theirs, ours = (ops.convert_to_numpy(y).astype("float32") for y in (theirs, ours))
        if not np.allclose(ours, theirs, rtol=0, atol=1e-4 * np.abs(theirs).max(), equal_nan=True):
            raise ValueError("its outputs differ")


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, (list, tuple)) and all(
        size is None or isinstance(size, int) for size in shape
    )


def _reason(error: Exception) -> str:
    """Return an error's own line, without what Keras puts round it."""
    text = str(error)
    inner = re.search("\x1b\\[1m(.+?)\x1b\\[0m", text, re.DOTALL)
    text = (inner.group(1) if inner else text).strip() or type(error).__name__
    differs = re.search(r"first at layer[^;]+|at its output[^;]+", text)
    text = differs[0] if differs else text.splitlines()[0]
    return re.split(r"(?<=[a-z)'\"`])\. ", text, maxsplit=1)[0]


def _run(layer: Any, inputs: tuple[Any, ...], named: Keywords) -> Any:
    """Run the body of a layer, without making one operation of it."""
    if "training" in signature(layer.call).parameters:
        named = {**named, "training": False}
    return layer.call(*inputs, **named)


@contextmanager
def _traced() -> Iterator[None]:
    """Make a nested model of each own layer of layers that is called on symbolic inputs."""
    original = keras.Layer.__call__
    nested: dict[int, Functional | None] = {}

    def call(layer: Any, *inputs: Any, **named: Any) -> Any:
        symbolic = bool(inputs) and all(isinstance(x, keras.KerasTensor) for x in inputs)
        if not symbolic or not _is_own(layer) or not set(named) <= {"training"}:
            return original(layer, *inputs, **named)
        if id(layer) not in nested:
            nested[id(layer)] = _nested(layer, inputs)
        model = nested[id(layer)]
        if model is None:
            return original(layer, *inputs, **named)
        return original(model, inputs[0] if len(inputs) == 1 else list(inputs))

    keras.Layer.__call__ = call
    try:
        yield
    finally:
        keras.Layer.__call__ = original


def _nested(layer: Any, inputs: tuple[Any, ...]) -> Functional | None:
    images = [keras.Input(batch_shape=x.shape, dtype=x.dtype) for x in inputs]
    try:
        outputs = _run(layer, tuple(images), {})
        return Functional(images[0] if len(images) == 1 else images, outputs, name=layer.name)
    except Exception:  # it stays one operation, without a rule
        return None


def _is_own(layer: Any) -> bool:
    own = not type(layer).__module__.startswith("keras.")
    return own and not has_graph(layer) and bool(layer._layers)
