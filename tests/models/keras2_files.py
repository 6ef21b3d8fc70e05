"""Write files in the two forms of Keras 2, by hand: from descriptions and arrays."""

import io
import json
import zipfile
from collections import Counter

import h5py
import numpy as np

MODULES = {
    "Functional": "keras.src.engine.functional",
    "Sequential": "keras",
    "Sine": None,  # as of every class that is not Keras' own
    "TFOpLambda": "tf_keras.src.layers.core.tf_op_layer",
    "SlicingOpLambda": "tf_keras.src.layers.core.tf_op_layer",
}
GROUPS = {
    "Conv2D": "conv2d",
    "DepthwiseConv2D": "depthwise_conv2d",
    "BatchNormalization": "batch_normalization",
    "Dense": "dense",
    "Functional": "functional",
    "Sequential": "sequential",
}
CONV = {
    "strides": [1, 1],
    "padding": "valid",
    "data_format": "channels_last",
    "dilation_rate": [1, 1],
    "groups": 1,
    "activation": "linear",
    "use_bias": True,
    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
    "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.1}},
}


def layer(class_name, name, *calls, arguments=None, **config):
    """One layer; ``calls`` are lists of (layer, call, output) or of names."""
    nodes = []
    for call in calls:
        places = [(place, 0, 0) if isinstance(place, str) else place for place in call]
        nodes.append([[*place, arguments or {}] for place in places])
    if class_name.endswith("Lambda"):
        (nodes,) = nodes
    config = {"name": name, "trainable": True, "dtype": "float32", **config}
    return {"class_name": class_name, "config": config, "name": name, "inbound_nodes": nodes}


def conv(name, *calls, filters, kernel_size=(3, 3), **config):
    settings = {**CONV, "filters": filters, "kernel_size": list(kernel_size), **config}
    return layer("Conv2D", name, *calls, **settings)


def image(name, side=12):
    shape = {"batch_input_shape": [None, side, side, 3], "sparse": False, "ragged": False}
    return layer("InputLayer", name, **shape)


def network(name, layers, output, *calls, arguments=None, trainable=True):
    config = {
        "layers": layers,
        "input_layers": [[layers[0]["name"], 0, 0]],
        "output_layers": [output if isinstance(output, list) else [output, 0, 0]],
    }
    whole = layer("Functional", name, *calls, arguments=arguments)
    whole["config"] = {"name": name, "trainable": trainable, **config}
    return whole


def write(path, model, weights, names=None):
    """Write a file of Keras 2.

    ``weights`` has for each layer its arrays by name, for a network a dictionary of its own.
    ``names``, of an ``.h5`` file, is the order in which layers are listed.
    """
    model = {key: value for key, value in model.items() if key in ("class_name", "config")}
    if path.suffix == ".h5":
        with h5py.File(path, "w") as file:
            file.attrs["keras_version"] = "2.15.0"
            file.attrs["backend"] = "tensorflow"
            file.attrs["model_config"] = json.dumps(model)
            group = file.create_group("model_weights")
            described = [each["name"] for each in model["config"]["layers"]]
            group.attrs["layer_names"] = names or described
            for each in model["config"]["layers"]:
                _write_hdf5(group.create_group(each["name"]), each, weights.get(each["name"], {}))
        return path
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        _write_groups(file, model, weights)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "2.15.0"}))
        archive.writestr("config.json", json.dumps(_with_modules(model)))
        archive.writestr("model.weights.h5", content.getvalue())
    return path


def _write_hdf5(group, entry, weights):
    trainable, others = _flat(entry, weights)
    names = []
    for name, array in [*trainable, *others]:
        group[f"{name}:0"] = array
        names.append(f"{name}:0")
    group.attrs["weight_names"] = names


def _flat(entry, weights):
    """Keras 2's order: trainable weights of all layers, then the others."""
    trainable, others = [], []
    for each in entry["config"].get("layers", ()):
        its_trainable, its_others = _flat(each, weights.get(each["name"], {}))
        trainable += its_trainable
        others += its_others
    if "layers" not in entry["config"]:
        for name, array in weights.items():
            place = others if name.startswith("moving") else trainable
            place.append((f"{entry['name']}/{name}", array))
    if not entry["config"]["trainable"]:
        return [], trainable + others
    return trainable, others


def _write_groups(group, entry, weights):
    used = Counter()
    for each in entry["config"]["layers"]:
        kind = GROUPS.get(each["class_name"], each["class_name"].lower())
        number = used[kind]
        used[kind] += 1
        inner = group.create_group(f"layers/{kind}_{number}" if number else f"layers/{kind}")
        if "layers" in each["config"]:
            _write_groups(inner, each, weights[each["name"]])
            continue
        variables = inner.create_group("vars")
        for position, array in enumerate(weights.get(each["name"], {}).values()):
            variables[str(position)] = array


def _with_modules(value):
    if isinstance(value, list):
        return [_with_modules(each) for each in value]
    if not isinstance(value, dict):
        return value
    changed = {key: _with_modules(each) for key, each in value.items()}
    if "class_name" in value and "config" in value:
        name = value["class_name"]
        changed["module"] = MODULES.get(name, "keras.layers")
        if name in ("GlorotUniform", "L2"):
            changed["module"] = "keras.regularizers" if name == "L2" else "keras.initializers"
        if name == "Policy":
            changed["module"] = "keras.mixed_precision"
        named = ("Functional", "Sine", "SlicingOpLambda", "TFOpLambda")
        changed["registered_name"] = name if name in named else None
    return changed


def arrays(random, *shapes):
    """Kernel and bias, or whatever the shapes belong to."""
    return [random.normal(size=shape).astype("float32") for shape in shapes]


def kernel_and_bias(random, *shape):
    kernel, bias = arrays(random, shape, shape[-1:])
    return {"kernel": kernel, "bias": bias}


def moments(random, maps):
    gamma, beta, mean = arrays(random, (maps,), (maps,), (maps,))
    variance = np.square(arrays(random, (maps,))[0]) + 0.5
    return {"gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": variance}
