"""The diagnosis of an installation."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest

from vizreport.cli import doctor, main


def test_a_working_installation(capsys):
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    for name in (
        "vizreport",
        "shipped",
        "python",
        "tensorflow",
        "keras",
        "weasyprint",
        "pango",
        "pillow",
    ):
        assert f"\n{name} " in f"\n{text}"
    assert np.__version__ in text
    assert "CPU (" in text
    assert text.endswith("a build can run\n")


@pytest.mark.parametrize("package", ["numpy", "pillow", "keras"])
def test_a_missing_package_stops_a_build(package, monkeypatch, capsys):
    version = metadata.version

    def without(name):
        if name == package:
            raise metadata.PackageNotFoundError
        return version(name)

    monkeypatch.setattr(metadata, "version", without)
    monkeypatch.setattr(doctor, "_devices", lambda: doctor.Finding("devices", "CPU"))
    assert main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert f"-> pip install '{package}" in text
    assert f"a build cannot run: {package}" in text


def test_a_missing_extra_stops_nothing(monkeypatch, capsys):
    def version(name):
        if name == "tensorflow-datasets":
            raise metadata.PackageNotFoundError
        return "1"

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(doctor, "_devices", lambda: doctor.Finding("devices", "CPU"))
    assert main(["doctor"]) == 0
    assert "pip install 'tensorflow-datasets>=" in capsys.readouterr().out


def test_the_cpu_build_of_tensorflow_is_tensorflow(monkeypatch, capsys):
    def version(name):
        if name == "tensorflow":
            raise metadata.PackageNotFoundError
        return "2.21.7" if name == "tensorflow-cpu" else "1"

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(doctor, "_devices", lambda: doctor.Finding("devices", "CPU"))
    assert main(["doctor"]) == 0
    assert "2.21.7" in capsys.readouterr().out


BLOCKED_PANGO = """
import ctypes.util, sys, cffi
def refuse(self, name, flags=0):
    raise OSError(name)
cffi.FFI.dlopen = refuse
from vizreport.cli import doctor
print(doctor._pango())
"""


def test_missing_pango_is_named_with_its_cure():
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED_PANGO], capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\n") == 1
    assert "the PDF cannot be written" in done.stdout
    assert "install" in done.stdout
