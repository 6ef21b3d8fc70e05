"""The wheel: what is in it, and that it renders where TensorFlow is not installed."""

from __future__ import annotations

import json
import os
import re
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


def clean() -> dict[str, str]:
    """Return the environment without what would lead back to the checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def run(*command: object, cwd: Path | None = None) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=clean(), capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def requirements(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        metadata = Parser().parsestr(archive.read(path).decode())
    lines = metadata.get_all("Requires-Dist") or []
    return [line for line in lines if "extra ==" not in line]


def test_wheel_contains_the_package_templates_and_checkpoints_and_nothing_else(wheel):
    assert wheel.stat().st_size < 45e6
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        notices = [name for name in archive.namelist() if "/licenses/" in name]
    bundled = {
        f"vizreport/{path.relative_to(ROOT).as_posix()}"
        for folder in ("templates", "checkpoints")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "vizreport").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert bundled
    assert names == bundled | modules
    assert [name.rpartition("/")[2] for name in sorted(notices)] == ["LICENSE", "NOTICE", "LICENSE"]


AWAY = """
import sys
import vizreport
from vizreport.cli import main
sys.stderr.write(vizreport.__file__)
evaluate = "evaluate --checkpoint demo --data scenes --split val --max-images 24 --json".split()
sys.exit(main(evaluate) or main(["inspect", "--checkpoint", "squeezenet"]))
"""


def test_shipped_networks_and_pictures_work_away_from_the_checkout(wheel, tmp_path):
    target = tmp_path / "packages"
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile")
    run(*pip, "--target", target, wheel)
    program = f"import sys; sys.path.insert(0, {str(target)!r}){AWAY}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=clean(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert str(target / "vizreport" / "__init__.py") in done.stderr
    errors, end = json.JSONDecoder().raw_decode(done.stdout)
    assert errors["images"] == 24
    assert errors["top1"] <= 3 / 24  # 2 % of the whole split
    assert "squeezenet_v1_0: input 227 x 227 x 3" in done.stdout[end:]


def test_wheel_requires_what_it_imports(wheel):
    names = {line.split(">")[0].split("<")[0].strip().lower() for line in requirements(wheel)}
    assert names >= {"tensorflow", "keras", "numpy", "matplotlib", "jinja2", "weasyprint", "pillow"}


def test_the_recipe_with_tensorflow_cpu_names_every_other_requirement(wheel, light_python):
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    (program,) = re.findall(r'\$\(python -c "(.*?)"\)', text, flags=re.DOTALL)
    printed = {requirement_of(line) for line in run(light_python, "-c", program).split()}
    required = {requirement_of(line) for line in requirements(wheel)}
    (left_out,) = required - printed
    assert left_out[0] == "tensorflow"
    assert printed < required
    bounds = ",".join(sorted(left_out[1], reverse=True))
    assert f"'tensorflow-cpu{bounds}'" in text


def requirement_of(line: str) -> tuple[str, frozenset[str]]:
    name, bounds = re.fullmatch(r"([\w-]+)(.*)", line.replace(" ", "")).groups()
    return name.lower(), frozenset(bounds.split(","))


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
