"""The floors of docs/code.md: a folder imports only from below it, and nothing in circles."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = ("__init__", "__main__")  # the package's names and its first line


def floors() -> dict[str, int]:
    """Return the floor of each room, 0 for the ground, as the table of the document has them."""
    text = (ROOT / "docs" / "code.md").read_text(encoding="utf-8")
    table = text.split("| floor |")[1].split("\n\n")[0].splitlines()[2:]
    rooms = [re.findall(r"`(\w+)(?:/|\.py)`", row.split("|")[2]) for row in table]
    return {name: floor for floor, names in enumerate(reversed(rooms)) for name in names}


def imports(root: Path) -> dict[str, set[str]]:
    """Return the modules below ``root/vizreport`` with those that each imports, lazily or not."""
    paths = {}
    for path in sorted((root / "vizreport").rglob("*.py")):
        dotted = ".".join(path.relative_to(root).with_suffix("").parts)
        paths[dotted.removesuffix(".__init__")] = path
    found: dict[str, set[str]] = {}
    for name, path in paths.items():
        named: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                named |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path} imports by its place: name the module in full"
                whole = (f"{node.module}.{each.name}" for each in node.names)
                named |= {each if each in paths else str(node.module) for each in whole}
        found[name] = {each for each in named if each in paths} - {name}
    return found


def room(module: str) -> str:
    """Return the part of a module's name that its floor goes by."""
    return module.split(".")[1] if "." in module else "__init__"


def upward(found: dict[str, set[str]], floor_of: dict[str, int]) -> list[str]:
    """Return the imports from a room that is not below."""
    return [
        f"{name} -> {other}"
        for name, others in found.items()
        for other in sorted(others)
        if room(name) != room(other) and floor_of[room(other)] >= floor_of[room(name)]
    ]


def circle(found: dict[str, set[str]]) -> list[str]:
    """Return a circle of imports, empty where there is none."""
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        modules: list[str] = error.args[1]
        return modules
    return []


@pytest.fixture(scope="module")
def found():
    return imports(ROOT)


def test_every_room_has_a_floor(found):
    assert {room(name) for name in found} == {*floors(), *TOP}


def test_imports_lead_down(found):
    assert upward(found, floors() | dict.fromkeys(TOP, len(floors()))) == []


def test_no_circle(found):
    assert circle(found) == []


@pytest.fixture
def house(tmp_path):
    """Return two rooms that import each other, one of them inside a function."""
    for name, text in (
        ("low/first", "def f():\n    from vizreport.high import second\n"),
        ("high/second", "import vizreport.low.third\n"),
        ("low/third", "from vizreport.low.first import f\n"),
    ):
        path = tmp_path / "vizreport" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_wrong_house_is_found(house):
    wrong = imports(house)
    assert upward(wrong, {"low": 0, "high": 1}) == ["vizreport.low.first -> vizreport.high.second"]
    assert {room(name) for name in circle(wrong)} == {"low", "high"}
