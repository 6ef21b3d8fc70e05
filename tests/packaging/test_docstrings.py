"""Parameters that docstrings name have a word on what they are."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "vizreport"
MOST = 0.03
"""Share that may have none: of an operand, type and shape say all."""


def named(docstring: str) -> list[bool]:
    """Whether each parameter or attribute of a numpydoc docstring has a description."""
    found, section = [], ""
    lines = [*docstring.split("\n"), ""]
    for line, after in pairwise(lines):
        if re.fullmatch("-{3,}", after):
            section = line
        elif section in ("Parameters", "Attributes") and re.match(r"[\w*][\w*, ]* : |\*\*\w", line):
            found.append(after.startswith("    "))
    return found


def test_parameters_have_a_word():
    assert named("X.\n\nParameters\n----------\na : int\n    Of b.\nc : int\n\nRaises\n---\n") == [
        True,
        False,
    ]
    described = [
        each
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        for each in named(ast.get_docstring(node) or "")
    ]
    assert len(described) > 1500
    assert 1 - sum(described) / len(described) <= MOST
