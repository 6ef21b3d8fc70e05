"""The wheel: what is in it, and that it renders where TensorFlow is not installed."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from vizreport.version import __version__

ROOT = Path(__file__).parents[2]
HEAVY = ("tensorflow", "keras", "h5py")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def light_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheel and all it requires but TensorFlow and Keras."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    light = [name for name in requirements(wheel) if not name.startswith(HEAVY)]
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    run(*pip, "--no-deps", "--no-compile", wheel)
    run(*pip, "--no-compile", *light)
    return python


def run(*command: object, cwd: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def requirements(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = Parser().parsestr(archive.read(path).decode())
    lines = metadata.get_all("Requires-Dist") or []
    return [line for line in lines if "extra ==" not in line]


def test_wheel_contains_every_template_and_module_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    templates = {
        f"vizreport/templates/{path.relative_to(ROOT / 'templates').as_posix()}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "vizreport").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert templates
    assert names == templates | modules


def test_wheel_requires_what_it_imports(wheel):
    names = {line.split(">")[0].split("<")[0].strip().lower() for line in requirements(wheel)}
    assert names >= {"tensorflow", "keras", "numpy", "matplotlib", "jinja2", "weasyprint", "pillow"}


def test_installed_wheel_renders_without_tensorflow(light_python, fake_run):
    for package in HEAVY:
        found = run(
            light_python, "-c", f"import importlib.util as u; print(u.find_spec('{package}'))"
        )
        assert found == "None\n"
    vizreport = light_python.parent / "vizreport"
    assert run(vizreport, "--version", cwd=fake_run) == f"vizreport {__version__}\n"
    run(vizreport, "render", fake_run.name, cwd=fake_run.parent)
    assert "<html" in (fake_run / "index.html").read_text(encoding="utf-8")
    assert (fake_run / "report.pdf").read_bytes().startswith(b"%PDF")
