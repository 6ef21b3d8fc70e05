"""A function takes at most seven things; more of them are one thing that has a name."""

from __future__ import annotations

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "vizreport"
MOST = 7
# What programs call: their options are named one by one, as those of the command line are.
PUBLIC = {"api.py build", "building/gallery.py __init__"}


def too_long(text: str) -> list[str]:
    """Return the functions of a module that take more than ``MOST``, ``self`` aside."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            given = node.args
            every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
            if sum(each.arg not in ("self", "cls") for each in every) > MOST:
                found.append(node.name)
    return found


def test_functions_take_at_most_seven_things():
    found = {
        f"{path.relative_to(PACKAGE).as_posix()} {name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in too_long(path.read_text(encoding="utf-8"))
    }
    assert found == PUBLIC


def test_more_are_found():
    assert too_long("def f(a, b, c, d, e, f, g): ...") == []
    assert too_long("class C:\n    def f(self, a, b, c, d, /, e, *, f, g, h): ...") == ["f"]
