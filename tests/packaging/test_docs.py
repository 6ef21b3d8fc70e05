"""The documents: a page for each experiment, and no link that leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vizreport.experiments.registry import BUILT_IN
from vizreport.version import __version__

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("experiment", BUILT_IN)
def test_every_experiment_has_a_page_with_its_definition(experiment):
    text = (ROOT / "docs" / f"{experiment}.md").read_text(encoding="utf-8")
    assert "## Definition" in text
    assert "$$" in text
    assert "## Interpretation and limits" in text
    assert f"({experiment}.md)" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [
        target
        for target in targets
        if target and "://" not in target and not (page.parent / target).exists()
    ]
    assert missing == []


def test_the_map_of_the_code_names_what_there_is():
    text = (ROOT / "docs" / "code.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "vizreport").glob("*/__init__.py")}
    assert {name for name in packages if f"`{name}/`" not in text} == set()
    named = re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", text)
    homes = {name: ROOT if name.startswith("tests/") else ROOT / "vizreport" for name in named}
    assert [name for name, home in homes.items() if not (home / name).is_file()] == []


def test_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make report" in text
    assert "make test" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_wheels_are_named_as_they_are_built(page):
    text = page.read_text(encoding="utf-8")
    names = set(re.findall(r"vizreport-[0-9][^ \['`]*\.whl", text))
    assert names <= {f"vizreport-{__version__}-py3-none-any.whl"}
