"""The diagnosis of an installation."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from importlib import metadata

import numpy as np
import pytest

from vizreport.cli import doctor, main
from vizreport.drawing import fonts
from vizreport.system.installed import pip_install, reinstall


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
    monkeypatch.setattr(doctor, "_backend", lambda: [doctor.Check("devices", "CPU")])
    assert main(["doctor"]) == 1
    text = capsys.readouterr().out
    assert f"-> {sys.executable} -m pip install '{package}" in text
    assert f"a build cannot run: {package}" in text


def test_a_missing_extra_stops_nothing(monkeypatch, capsys):
    def version(name):
        if name == "tensorflow-datasets":
            raise metadata.PackageNotFoundError
        return "1"

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(doctor, "_backend", lambda: [doctor.Check("devices", "CPU")])
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "--data tfds:NAME cannot be read" in text
    assert f"-> {sys.executable} -m pip install 'tensorflow-datasets>=" in text


OPTIONAL = {
    "weasyprint": "the PDF cannot be written",
    "python-pptx": "vizreport slides cannot write",
    "tensorflow-datasets": "cannot be read",
    "hypothesis": "not installed: hypothesis",
}


@pytest.mark.parametrize("package", OPTIONAL)
def test_every_optional_package_has_its_cure(package, monkeypatch, capsys):
    version = metadata.version

    def without(name):
        if name == package:
            raise metadata.PackageNotFoundError
        return version(name) if name == "numpy" else "1"

    monkeypatch.setattr(metadata, "version", without)
    monkeypatch.setattr(doctor, "_backend", lambda: [doctor.Check("devices", "CPU")])
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (number,) = [i for i, line in enumerate(lines) if OPTIONAL[package] in line]
    cure = lines[number + 1].strip().removeprefix("-> ")
    words = shlex.split(cure)
    assert words[:4] == [sys.executable, "-m", "pip", "install"]
    (asked,) = words[4:]
    assert re.fullmatch(rf"{package}([<>=!~]=?[\d.*,<>=!]+)?", asked)


def test_browser_and_fonts(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_backend", lambda: [doctor.Check("devices", "CPU")])
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(fonts, "has", lambda letter: letter not in "한ไ")
    monkeypatch.setattr(doctor, "AXE", "no_such_file")
    monkeypatch.setattr(doctor, "_system_packages", lambda debian, homebrew="": f"get {debian}")
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    assert "none for Korean, Thai: their letters appear as boxes" in text
    assert "-> get fonts-noto-cjk fonts-noto-core" in text
    assert "-> get chromium" in text
    assert f"-> npm install --prefix {sys.prefix} 'axe-core@^4.10'" in text
    monkeypatch.setattr(doctor, "clone", lambda: None)
    main(["doctor"])
    assert "chromium" not in capsys.readouterr().out


class Installed:
    """A distribution with the records that pip or uv leave."""

    def __init__(self, url=None, by="pip", **record):
        self.files = {"INSTALLER": f"{by}\n"}
        if url:
            self.files["direct_url.json"] = json.dumps({"url": url, **record})

    def read_text(self, name):
        return self.files.get(name)


def test_installing_again(monkeypatch, tmp_path):
    def says(installed):
        monkeypatch.setattr(metadata, "distribution", lambda name: installed)
        return shlex.split(reinstall())

    clone = tmp_path / "my clone"
    clone.mkdir()
    start = [sys.executable, "-m", "pip", "install"]
    from_clone = Installed(clone.as_uri(), dir_info={"editable": True})
    assert says(from_clone) == [*start, "--editable", str(clone)]
    wheel = clone / "vizreport-0.1.0-py3-none-any.whl"
    from_wheel = Installed(wheel.as_uri(), archive_info={})
    assert "clone" in " ".join(says(from_wheel))  # the file is gone
    wheel.touch()
    assert says(from_wheel) == [*start, "--force-reinstall", "--no-deps", str(wheel)]
    by_uv = Installed(wheel.as_uri(), "uv", archive_info={})
    assert says(by_uv)[:5] == ["uv", "pip", "install", "--python", sys.executable]


def test_a_clone_that_was_not_installed(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError

    for name in ("requires", "distribution"):
        monkeypatch.setattr(metadata, name, missing)
    assert pip_install("python-pptx") == f"{sys.executable} -m pip install python-pptx"
    assert "docs/install.md" in reinstall()


def test_the_cpu_build_of_tensorflow_is_tensorflow(monkeypatch, capsys):
    def version(name):
        if name == "tensorflow":
            raise metadata.PackageNotFoundError
        return "2.21.7" if name == "tensorflow-cpu" else "1"

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(doctor, "_backend", lambda: [doctor.Check("devices", "CPU")])
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
