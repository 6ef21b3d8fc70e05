"""pyproject.toml declares what the code imports, and nothing that the package does not."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MODULE = {
    "fonttools": "fontTools",
    "pillow": "PIL",
    "python-pptx": "pptx",
    "scikit-image": "skimage",
    "scikit-learn": "sklearn",
}


def declared(requirements: list[str]) -> set[str]:
    names = (re.split(r"[\[<>=!~ ]", line)[0] for line in requirements)
    return {MODULE.get(name, name.replace("-", "_")) for name in names}


def imported(*folders: str) -> set[str]:
    found: set[str] = set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    found.add((node.module or "").partition(".")[0])
    own = {"benchmarks", "tests", "vizreport"}
    for_type_checkers = {"_typeshed"}  # there is no such module when a program runs
    return found - set(sys.stdlib_module_names) - own - for_type_checkers


def test_the_package():
    required = declared(PROJECT["dependencies"])
    extras = {**PROJECT["optional-dependencies"]}
    del extras["dev"]
    optional = declared([line for lines in extras.values() for line in lines]) - required
    assert imported("vizreport") - optional == required


def test_the_tests():
    everything = declared(PROJECT["dependencies"])
    for requirements in PROJECT["optional-dependencies"].values():
        everything |= declared(requirements)
    everything |= {"boto3", "botocore"}  # with s3fs and moto
    # The scenes are rendered in an environment of their own, with Blender and scripts of theirs.
    scenes = {path.stem for path in (ROOT / "tools/scenes").rglob("*.py")}
    blender = {"bpy", "mathutils", "objects"}
    found = imported("vizreport", "tests", "benchmarks", "tools")
    assert found - scenes - blender <= everything
