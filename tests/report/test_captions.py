"""What stands beside each figure: what to see, how to read it, what is seen in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vizreport.report.reading import ReadSection, read_sections
from vizreport.report.reproducible import as_shown
from vizreport.results.run import read_run


@pytest.fixture(scope="module")
def reads(rendered: Path) -> list[ReadSection]:
    return list(read_sections(rendered, as_shown(read_run(rendered))))


def test_every_figure_says_what_to_see_how_to_read_it_and_what_is_seen(
    reads: list[ReadSection],
) -> None:
    assert sum(bool(read.section.figures) for read in reads) > 15
    for read in reads:
        alts = [figure.alt for figure in read.section.figures]
        assert len(set(alts)) == len(alts), read.record.name
        for figure in read.section.figures:
            for text in (figure.caption, figure.method, figure.alt):
                assert text.strip().endswith((".", "”")), (figure.name, text)
            # What is folded is not said above as well.
            said = {*re.split(r"(?<=\.) ", figure.caption)}
            assert not said & {*re.split(r"(?<=\.) ", figure.method)}, figure.name
            assert figure.alt not in (figure.caption, figure.title)


def test_how_to_read_it_is_folded_under_every_figure(rendered: Path) -> None:
    page = (rendered / "pages" / "all.html").read_text("utf-8")
    figures = re.findall(r'<figure id="fig-[^"]+".*?</figure>', page, re.DOTALL)
    assert len(figures) > 20
    for figure in figures:
        assert figure.count("<summary>How to read this</summary>") == 1, figure[:80]
        for tool in ('class="keep"', 'class="here"', 'class="copy"'):
            assert tool in figure, figure[:80]
