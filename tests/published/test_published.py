"""The published tables as data, and measured figures beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vizreport.models.variants import VARIANTS
from vizreport.published import Measured, PublishedCell, beside, published_tables
from vizreport.report import templates
from vizreport.report.numbering import References

FOUND = Measured(0.0712, "scenes", 120, (3,), "demo", 0.0042, "conv5")


def figures(table_id: str, row_id: str) -> tuple:
    rows = {row.id: row for row in published_tables()[table_id].rows}
    return tuple(cell and cell.value for cell in rows[row_id].cells)


def test_every_table_is_there_and_regular():
    tables = published_tables()
    assert [table.source[-7:] for table in tables.values()] == [f"Table {n}" for n in range(1, 8)]
    for table in tables.values():
        assert table.better in ("lower", "higher")
        for ids in ([row.id for row in table.rows], [column.id for column in table.columns]):
            assert len(set(ids)) == len(ids)
        for row in table.rows:
            assert len(row.names) == len(table.headings)
            assert len(row.cells) == len(table.columns)
            assert any(row.cells)


def test_figures_of_the_paper():
    # Read from the paper, a few a table.
    assert figures("correspondence", "nose") == (0.079, 0.069)
    assert figures("imagenet", "zfnet-6") == (36.0, 14.7, 14.8)
    assert figures("imagenet", "howard") == (None, None, 13.5)
    assert figures("ablation", "krizhevsky-without-3-4-6-7") == (71.1, 71.3, 50.1)
    assert figures("ablation", "zfnet-maps-512-1024-512") == (18.8, 37.5, 16.0)
    assert figures("caltech101", "pretrained") == (83.8, 86.5)
    assert figures("caltech256", "sohn") == (35.1, 42.1, 45.7, 47.9)
    assert figures("features", "svm-7") == (85.5, 71.7)
    assert published_tables()["caltech101"].rows[0].cells[1] == PublishedCell(81.4, 0.33)


def test_classes_won_follow_from_the_classes():
    *classes, _mean, won = published_tables()["pascal"].rows
    best = [max(range(3), key=lambda k: row.cells[k].value) for row in classes]
    assert [cell.value for cell in won.cells] == [best.count(k) for k in range(3)]


def test_rows_of_the_ablation_are_the_variants():
    table = published_tables()["ablation"]
    assert [row.id for row in table.rows] == list(VARIANTS)
    changes = [variant.change.lower() for variant in VARIANTS.values()]
    assert [row.names[1].lower() for row in table.rows] == changes


def test_only_measured_cells_are_filled():
    table = published_tables()["correspondence"]
    other = replace(FOUND, value=0.5, spread=None, seeds=(3, 4), note="")
    compared = beside(
        table,
        {("nose", "layer5"): FOUND, ("wheel", "layer5"): FOUND, ("wheel", "layer7"): other},
        {"wheel": ["Wheel"]},
    )
    filled = {
        (row.names[0], i): (cell.measured, cell.mark)
        for row in compared.rows
        for i, cell in enumerate(row.cells)
        if cell.measured or cell.mark
    }
    assert filled == {
        ("Nose", 0): ("0.071 ± 0.004", "a"),
        ("Wheel", 0): ("0.071 ± 0.004", "a"),
        ("Wheel", 1): ("0.500", "b"),
    }
    assert compared.rows[2].cells[0].published == "0.079 ± 0.017"
    assert [cell.published for cell in compared.rows[-1].cells] == ["", ""]
    assert compared.origins == (
        ("a", "scenes, 120 images; seed 3; run demo; conv5"),
        ("b", "scenes, 120 images; seeds 3, 4; run demo"),
    )


def test_printed_digits_are_kept():
    compared = beside(published_tables()["caltech101"], {})
    assert [cell.published for cell in compared.rows[0].cells] == ["–", "81.4 ± 0.33"]
    assert beside(published_tables()["pascal"], {}).rows[-1].cells[1].published == "15"


def test_letters_go_on_after_z():
    table = published_tables()["correspondence"]
    measured = {(str(i), "layer5"): replace(FOUND, images=i + 1) for i in range(28)}
    compared = beside(table, measured, {str(i): [str(i)] for i in range(28)})
    assert [mark for mark, _ in compared.origins][-3:] == ["z", "aa", "ab"]


@pytest.mark.parametrize(
    ("measured", "more"),
    [
        ({("tail", "layer5"): FOUND}, {}),
        ({("nose", "layer6"): FOUND}, {}),
        ({("nose", "layer5"): replace(FOUND, value=float("nan"))}, {}),
        ({}, {"nose": ["Nose"]}),
        ({}, {"wheel": ["Wheel", "too many"]}),
    ],
)
def test_what_does_not_fit_is_refused(measured, more):
    with pytest.raises(ValueError, match="nose|tail|wheel"):
        beside(published_tables()["correspondence"], measured, more)


def test_others_figures_cannot_be_measured():
    with pytest.raises(ValueError, match="columns: zeiler_fergus"):
        beside(published_tables()["pascal"], {("bird", "A"): FOUND})


@pytest.mark.parametrize("medium", ["html", "pdf"])
def test_template(medium):
    table = published_tables()["correspondence"]
    compared = beside(table, {("nose", "layer5"): replace(FOUND, data="<scenes>")})
    annex: list[str] = []
    source = '{% import "published.html" as p with context %}{{ p.table(compared) }}'
    filled = (
        templates.environment()
        .from_string(source)
        .render(compared=compared, medium=medium, numbers=References(), annex=annex)
    )
    filled += "".join(annex)  # where the PDF has supplementary tables
    assert "<b>0.071 ± 0.004</b><sup>a</sup>" in filled
    assert "&lt;scenes&gt;" in filled
    assert filled.count("<b>0.") == 1
    # The paper's caption names its own data: the column says where the figures beside are from.
    assert filled.count("<b>measured on &lt;scenes&gt;</b>") == 1
    assert filled.count("<b>measured</b>") == 1
    assert "arXiv:1311.2901v3, Table 1" in filled
