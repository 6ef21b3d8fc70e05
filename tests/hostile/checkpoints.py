"""Checkpoints that are damaged, odd or made to do harm."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tests.hostile import archives
from tests.hostile.cases import Place, Table

CHECKPOINTS = Table()
case = CHECKPOINTS.case


def write(place: Place, content: bytes, name: str = "net.keras") -> list[str]:
    path = place.folder / name
    path.write_bytes(content)
    return place.inspect(path)


def with_members(place: Place, change: Callable[[dict[str, bytes]], Any]) -> list[str]:
    parts = archives.members(place.keras)
    change(parts)
    return write(place, archives.archive(parts))


def with_config(place: Place, change: Callable[[dict[str, Any]], Any]) -> list[str]:
    """Change the description of the network in the archive."""

    def edit(parts: dict[str, bytes]) -> None:
        config = json.loads(parts["config.json"])
        change(config)
        parts["config.json"] = json.dumps(config).encode()

    return with_members(place, edit)


def layer(config: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [each for each in config["config"]["layers"] if each["class_name"] == kind]
    return found


def with_hdf5(place: Place, change: Callable[[h5py.File], Any]) -> list[str]:
    path = place.folder / "net.h5"
    shutil.copy(place.h5, path)
    with h5py.File(path, "a") as file:
        change(file)
    return place.inspect(path)


# Paths


@case("named pipe")
def pipe(place: Place) -> list[str]:
    os.mkfifo(place.folder / "net.keras")
    return place.inspect(place.folder / "net.keras")


@case("named pipe")
def pipe_h5(place: Place) -> list[str]:
    os.mkfifo(place.folder / "net.h5")
    return place.inspect(place.folder / "net.h5")


@case("device")
def endless_device(place: Place) -> list[str]:
    (place.folder / "net.h5").symlink_to("/dev/zero")
    return place.inspect(place.folder / "net.h5")


@case("link.*itself")
def link_to_itself(place: Place) -> list[str]:
    (place.folder / "net.keras").symlink_to("net.keras")
    return place.inspect(place.folder / "net.keras")


@case("too long")
def long_name(place: Place) -> list[str]:
    return place.inspect(place.folder / ("n" * 300 + ".keras"))


@case("no file")
def file_as_folder(place: Place) -> list[str]:
    return place.inspect(place.keras / "net.keras")


@case("no file|does not exist")
def zero_byte(place: Place) -> list[str]:
    return place.inspect("net\0.keras")


@case("named pipe")
def pipe_among_epochs(place: Place) -> list[str]:
    os.mkfifo(place.folder / "net-epoch-1.keras")
    return place.inspect(place.folder)


@case("link.*itself")
def loop_among_epochs(place: Place) -> list[str]:
    (place.folder / "net-epoch-1.keras").symlink_to("net-epoch-1.keras")
    return place.inspect(place.folder)


# Archives


@case("encrypted")
def encrypted(place: Place) -> list[str]:
    return write(place, archives.encrypted(archives.archive(archives.members(place.keras))))


@case("compress")
def unknown_compression(place: Place) -> list[str]:
    parts = archives.members(place.keras)
    return write(place, archives.unknown_compression(archives.archive(parts)))


@case("unpack|bomb")
def zip_bomb(place: Place) -> list[str]:
    return write(place, archives.enormous(archives.archive(archives.members(place.keras))))


@case("damaged")
def spoilt_deflate(place: Place) -> list[str]:
    return write(place, archives.spoilt(archives.archive(archives.members(place.keras))))


@case("damaged")
def many_members(place: Place) -> list[str]:
    parts = archives.members(place.keras)
    parts.update({f"assets/{number}": b"" for number in range(20_000)})
    return write(place, archives.archive(parts, zipfile.ZIP_STORED))


@case("damaged")
def weights_are_no_hdf5(place: Place) -> list[str]:
    return with_members(place, lambda parts: parts.update({"model.weights.h5": b"nothing"}))


@case("weights that do not fit")
def weights_are_empty(place: Place) -> list[str]:
    path = place.folder / "empty.h5"
    h5py.File(path, "w").close()
    content = path.read_bytes()
    return with_members(place, lambda parts: parts.update({"model.weights.h5": content}))


# Descriptions


@case("configuration")
def config_is_no_json(place: Place) -> list[str]:
    return with_members(place, lambda parts: parts.update({"config.json": b"{nothing"}))


@case("configuration")
def config_is_a_list(place: Place) -> list[str]:
    return with_members(place, lambda parts: parts.update({"config.json": b"[1, 2]"}))


@case("configuration")
def config_is_no_text(place: Place) -> list[str]:
    return with_members(place, lambda parts: parts.update({"config.json": b"\xff\xfe\x00{"}))


@case("nested")
def config_is_deep(place: Place) -> list[str]:
    deep = b"[" * 50_000 + b"]" * 50_000
    return with_members(place, lambda parts: parts.update({"config.json": deep}))


@case("nested|configuration")
def config_is_deep_inside(place: Place) -> list[str]:
    def change(config: dict[str, Any]) -> None:
        deep: Any = "relu"
        for _ in range(400):
            deep = {"class_name": "function", "config": deep}
        layer(config, "Conv2D")["config"]["activation"] = deep

    return with_config(place, change)


@case("configuration")
def config_names_no_class(place: Place) -> list[str]:
    return with_config(place, lambda config: config.pop("class_name"))


@case("filters.*number")
def filters_are_a_word(place: Place) -> list[str]:
    return with_config(
        place, lambda config: layer(config, "Conv2D")["config"].update(filters="many")
    )


@case("filters|large")
def filters_beyond_measure(place: Place) -> list[str]:
    return with_config(
        place, lambda config: layer(config, "Conv2D")["config"].update(filters=10**30)
    )


@case("describes.*weights.*contains no more")
def a_layer_of_gigabytes(place: Place) -> list[str]:
    return with_config(place, lambda config: layer(config, "Dense")["config"].update(units=10**7))


@case("describes.*weights.*contains no more")
def two_layers_of_gigabytes_between_them(place: Place) -> list[str]:
    def change(config: dict[str, Any]) -> None:
        for each in config["config"]["layers"]:
            if "filters" in each["config"]:
                each["config"]["filters"] = 9_999
            if "units" in each["config"]:
                each["config"]["units"] = 9_999

    return with_config(place, change)


@case("weights.*fit|fit.*weights")
def weights_of_another_shape(place: Place) -> list[str]:
    return with_config(place, lambda config: layer(config, "Dense")["config"].update(units=3))


def function(name: str, module: str) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


FUNCTIONS = (
    ("clone_model", "keras.models"),
    ("load_model", "keras.models"),
    ("get_file", "keras.utils"),
    ("system", "os"),
    ("eval", "builtins"),
    ("set_floatx", "keras.config"),
    ("plot_model", "keras.utils"),
)


def _activation(name: str, module: str) -> None:
    @case(rf"tampered.*{module}\.{name}.*activation", name=f"activation_{name}")
    def make(place: Place) -> list[str]:
        return with_config(
            place,
            lambda config: layer(config, "Conv2D")["config"].update(
                activation=function(name, module)
            ),
        )


for _name, _module in FUNCTIONS:
    _activation(_name, _module)


@case("activation")
def activation_of_the_old_kind(place: Place) -> list[str]:
    return with_config(
        place, lambda config: layer(config, "Conv2D")["config"].update(activation="clone_model")
    )


@case("Lambda.*code")
def pickled_lambda(place: Place) -> list[str]:
    def change(config: dict[str, Any]) -> None:
        found = layer(config, "Flatten")
        found["class_name"] = "Lambda"
        code = {"code": "4wEAAAA=", "defaults": None, "closure": None}
        found["config"] = {
            "name": "flatten",
            "trainable": False,
            "function": {"class_name": "__lambda__", "config": code},
        }

    return with_config(place, change)


@case("TFSMLayer.*program|TFSMLayer.*code")
def saved_model_layer(place: Place) -> list[str]:
    def change(config: dict[str, Any]) -> None:
        found = layer(config, "Flatten")
        found["class_name"] = "TFSMLayer"
        found["config"] = {"name": "flatten", "filepath": "/tmp", "call_endpoint": "serve"}

    return with_config(place, change)


@case("tampered.*subprocess.Popen.*flatten")
def class_of_another_module(place: Place) -> list[str]:
    def change(config: dict[str, Any]) -> None:
        found = layer(config, "Flatten")
        found.update(module="subprocess", class_name="Popen", registered_name="Popen")

    return with_config(place, change)


# HDF5


@case("links")
def hdf5_link_outside(place: Place) -> list[str]:
    pipe = place.folder / "pipe"
    os.mkfifo(pipe)

    def change(file: h5py.File) -> None:
        del file["model_weights"]
        file["model_weights"] = h5py.ExternalLink(str(pipe), "/")

    return with_hdf5(place, change)


def _kernel(file: h5py.File) -> tuple[h5py.Group, str]:
    found: list[str] = []
    file.visititems(
        lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None
    )
    group, _, name = next(name for name in found if "kernel" in name).rpartition("/")
    return file[group], name


@case("another file")
def hdf5_numbers_outside(place: Place) -> list[str]:
    def change(file: h5py.File) -> None:
        group, name = _kernel(file)
        shape = group[name].shape
        del group[name]
        group.create_dataset(name, shape, "f4", external=[("/etc/passwd", 0, 4 * 54)])

    return with_hdf5(place, change)


@case("another file")
def hdf5_virtual_numbers(place: Place) -> list[str]:
    def change(file: h5py.File) -> None:
        group, name = _kernel(file)
        layout = h5py.VirtualLayout(group[name].shape, "f4")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", group[name].shape)
        del group[name]
        group.create_virtual_dataset(name, layout)

    return with_hdf5(place, change)


@case("unpack|bomb")
def hdf5_of_terabytes(place: Place) -> list[str]:
    def change(file: h5py.File) -> None:
        group, name = _kernel(file)
        del group[name]
        group.create_dataset(name, (10**6, 10**6), "f4", chunks=(64, 64), compression="gzip")

    return with_hdf5(place, change)


@case("unpack|bomb")
def hdf5_of_terabytes_in_an_archive(place: Place) -> list[str]:
    path = place.folder / "weights.h5"
    path.write_bytes(archives.members(place.keras)["model.weights.h5"])
    with h5py.File(path, "a") as file:
        group = file["layers/conv2d/vars"]
        del group["0"]
        group.create_dataset("0", (10**6, 10**6), "f4", chunks=(64, 64), compression="gzip")
    content = path.read_bytes()
    return with_members(place, lambda parts: parts.update({"model.weights.h5": content}))


@case("configuration")
def hdf5_description_is_a_number(place: Place) -> list[str]:
    return with_hdf5(place, lambda file: file.attrs.__setitem__("model_config", 7))


@case("damaged")
def hdf5_spoilt(place: Place) -> list[str]:
    content = bytearray(place.h5.read_bytes())
    content[40:400] = np.random.default_rng(0).bytes(360)
    return write(place, bytes(content), "net.h5")


@case("damaged|fit")
def hdf5_weights_are_a_number(place: Place) -> list[str]:
    def change(file: h5py.File) -> None:
        del file["model_weights"]
        file["model_weights"] = 3

    return with_hdf5(place, change)


def flipped(path: Path, seed: int) -> bytes:
    """Return a file with some of its bytes replaced."""
    random = np.random.default_rng(seed)
    content = bytearray(path.read_bytes())
    for at in random.integers(0, len(content), 1 + seed % 20):
        content[at] = random.integers(256)
    return bytes(content)
