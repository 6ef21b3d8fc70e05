"""What stands right of the stored results can be imported where TensorFlow cannot.

The wheel's test renders a whole report in an environment without TensorFlow.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "vizreport"
FOLDERS = (
    *("cli", "compare", "drawing", "experiments", "findings", "published", "report", "results"),
    *("runs", "subject", "system", "wording"),
)
FILES = (
    "__init__.py",
    "building/build.py",
    "building/keys.py",
    "building/request.py",
    "building/running.py",
    "building/setting_values.py",
    "errors.py",
    "settings.py",
    "version.py",
    "data/folder.py",
    "data/labels.py",
    "data/preprocessing.py",
    "data/presets.py",
    "models/hash.py",
    "models/sidecar.py",
)

BLOCK = """
import sys
from importlib import import_module

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "keras"):
            raise ImportError(f"{name} is left of the wall")

sys.meta_path.insert(0, Wall())
"""


def modules() -> list[str]:
    paths = [PACKAGE / name for name in FILES]
    for folder in FOLDERS:
        # Only compute.py of an experiment may import TensorFlow.
        paths += [path for path in (PACKAGE / folder).rglob("*.py") if path.name != "compute.py"]
    dotted = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in sorted(paths))
    return [name.removesuffix(".__init__") for name in dotted]


def behind_the_wall(program: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", BLOCK + program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wall_holds():
    with pytest.raises(AssertionError, match="left of the wall"):
        behind_the_wall("import tensorflow")


def test_every_module_imports():
    imported = behind_the_wall(
        "for name in sys.argv[1:]:\n    import_module(name)\n    print(name)", *modules()
    )
    assert imported.split() == modules()


def test_lazy_names_of_the_package():
    import vizreport

    assert {"Deconvnet", "build", "open_run", "__version__"} <= set(dir(vizreport))
    with pytest.raises(AttributeError, match="nonsense"):
        vizreport.nonsense  # noqa: B018
