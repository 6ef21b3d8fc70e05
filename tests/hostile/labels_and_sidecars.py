"""Files beside the network and the data: labels, sidecars, mean pictures."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

import numpy as np

from tests.hostile import archives
from tests.hostile.cases import Place, Table

LABELS_AND_SIDECARS = Table()
case = LABELS_AND_SIDECARS.case


def labels(place: Place, content: bytes) -> list[str]:
    path = place.folder / "labels.txt"
    path.write_bytes(content)
    return place.evaluate(place.photos, "--labels", str(path))


@case("5000 digits")
def label_of_digits(place: Place) -> list[str]:
    return labels(place, b"9" * 5000 + b"\ta\n")


@case("UTF-8")
def labels_are_no_text(place: Place) -> list[str]:
    return labels(place, b"\xff\xfe\x00\x01")


@case("columns")
def labels_of_one_endless_line(place: Place) -> list[str]:
    return labels(place, b"x\t" * 100_000)


@case("named pipe")
def labels_are_a_pipe(place: Place) -> list[str]:
    os.mkfifo(place.folder / "labels.txt")
    return place.evaluate(place.photos, "--labels", str(place.folder / "labels.txt"))


@case("device")
def labels_without_end(place: Place) -> list[str]:
    return place.evaluate(place.photos, "--labels", "/dev/zero")


@case("large|bytes|MB")
def labels_of_terabytes(place: Place) -> list[str]:
    path = place.folder / "labels.txt"
    with path.open("wb") as file:
        file.truncate(2**40)  # a hole: nothing is on the disk
    return place.evaluate(place.photos, "--labels", str(path))


@case("folder")
def labels_are_a_folder(place: Place) -> list[str]:
    return place.evaluate(place.photos, "--labels", str(place.photos))


@case("too long")
def labels_of_a_long_name(place: Place) -> list[str]:
    return place.evaluate(place.photos, "--labels", "n" * 300)


PREPROCESSING = {
    "input_size": [8, 8],
    "resize": "squash",
    "resize_to": None,
    "crop": "none",
    "channels": "RGB",
    "scale": 1.0,
    "mean": [0.0, 0.0, 0.0],
    "std": [1.0, 1.0, 1.0],
    "mean_image": None,
}


def sidecar(place: Place, text: str | bytes) -> list[str]:
    checkpoint = place.folder / "net.keras"
    shutil.copy(place.keras, checkpoint)
    path = place.folder / "net.vizreport.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return place.evaluate(place.photos, checkpoint=checkpoint)


def entries(place: Place, **values: Any) -> list[str]:
    parts = {name: values.pop(name) for name in list(values) if name in PREPROCESSING}
    whole = {"schema_version": 1, "preprocessing": {**PREPROCESSING, **parts}, **values}
    return sidecar(place, json.dumps(whole))


ENTRIES: dict[str, dict[str, Any]] = {
    "input_size": {"input_size": [10**30, 10**30]},
    "input_size_of_terabytes": {"input_size": [10**6, 10**6]},
    "input_size_of_zero": {"input_size": [0, 8]},
    "resize_to": {"resize": "squash", "crop": "center", "resize_to": 10**30},
    "scale": {"scale": 10**400},
    "scale_that_vanishes": {"scale": 1e-300},
    "mean": {"mean": [10**400, 0, 0]},
    "mean_of_no_float32": {"mean": [1e300, 0, 0]},
    "std_that_vanishes": {"std": [1e-300, 1, 1]},
    "std_deep": {"std": [[[[[1]]]], 1, 1]},
    "epoch": {"epoch": 10**30},
    "epoch_negative": {"epoch": -3},
    "seed": {"seed": 10**30},
    "schema_version": {"schema_version": 10**30},
    "class_names": {"class_names": ["a", 10**30]},
    "data_source": {"data_source": {"a": [1] * 1000}},
}


def _entry(name: str, values: dict[str, Any]) -> None:
    words = name.split("_of_")[0].split("_that_")[0].split("_deep")[0].split("_negative")[0]

    @case(words, name=f"sidecar_{name}")
    def make(place: Place) -> list[str]:
        return entries(place, **values)


for _name, _values in ENTRIES.items():
    _entry(_name, _values)


@case("nested")
def sidecar_nested(place: Place) -> list[str]:
    return sidecar(place, "[" * 100_000 + "]" * 100_000)


@case("data_source")
def sidecar_nested_a_little(place: Place) -> list[str]:
    return sidecar(place, '{"schema_version": 1, "data_source": ' + "[" * 900 + "]" * 900 + "}")


@case("JSON")
def sidecar_is_no_json(place: Place) -> list[str]:
    return sidecar(place, "{")


@case("JSON|UTF-8")
def sidecar_is_no_text(place: Place) -> list[str]:
    return sidecar(place, b"\xff\xfe{}")


@case("JSON")
def sidecar_with_a_number_of_digits(place: Place) -> list[str]:
    return sidecar(place, '{"schema_version": ' + "9" * 5000 + "}")


@case("object")
def sidecar_is_a_list(place: Place) -> list[str]:
    return sidecar(place, "[]")


@case("named pipe")
def sidecar_is_a_pipe(place: Place) -> list[str]:
    arguments = sidecar(place, "{}")
    (place.folder / "net.vizreport.json").unlink()
    os.mkfifo(place.folder / "net.vizreport.json")
    return arguments


@case("folder")
def sidecar_is_a_folder(place: Place) -> list[str]:
    arguments = sidecar(place, "{}")
    (place.folder / "net.vizreport.json").unlink()
    (place.folder / "net.vizreport.json").mkdir()
    return arguments


@case("link.*itself")
def sidecar_links_to_itself(place: Place) -> list[str]:
    arguments = sidecar(place, "{}")
    (place.folder / "net.vizreport.json").unlink()
    (place.folder / "net.vizreport.json").symlink_to("net.vizreport.json")
    return arguments


def mean(place: Place, content: bytes) -> list[str]:
    arguments = entries(place, mean=[])
    (place.folder / "net.vizreport.npz").write_bytes(content)
    return arguments


MEAN = archives.archive({"mean_image.npy": archives.npy(np.zeros((8, 8, 3), np.float32))})


@case("encrypted")
def mean_encrypted(place: Place) -> list[str]:
    return mean(place, archives.encrypted(MEAN))


@case("compress")
def mean_of_unknown_compression(place: Place) -> list[str]:
    return mean(place, archives.unknown_compression(MEAN))


@case("damaged")
def mean_spoilt(place: Place) -> list[str]:
    return mean(place, archives.spoilt(MEAN))


@case("unpack|bomb")
def mean_bomb(place: Place) -> list[str]:
    return mean(place, archives.enormous(MEAN))


@case("mean")
def mean_of_words(place: Place) -> list[str]:
    words = archives.npy(np.full((8, 8, 3), "grey"))
    return mean(place, archives.archive({"mean_image.npy": words}))


@case("mean")
def mean_of_nan(place: Place) -> list[str]:
    numbers = archives.npy(np.full((8, 8, 3), np.nan, np.float32))
    return mean(place, archives.archive({"mean_image.npy": numbers}))


@case("named pipe")
def mean_is_a_pipe(place: Place) -> list[str]:
    arguments = entries(place, mean=[])
    os.mkfifo(place.folder / "net.vizreport.npz")
    return arguments
