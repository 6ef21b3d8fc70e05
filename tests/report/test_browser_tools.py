"""In a real browser: copying figures, the share in the search, the index of runs, galleries."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.report.browsing import Visit, wait_until
from tests.report.small_run import make_small_run
from vizreport.report.epochs import Entry, add_entry, epoch_folder
from vizreport.report.render import render
from vizreport.report.run_index import write_index
from vizreport.results.run import read_run, write_run

pytestmark = pytest.mark.filterwarnings("ignore")
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def test_copy_takes_the_address_from_disk(visit: Any) -> None:
    one = visit()
    one.context.grant_permissions(CLIPBOARD)
    page = one.open("pages/section-filters.html")
    figure = page.locator("figure").first
    figure.get_by_role("button", name="Copy").click()
    wait_until(page, "document.querySelector('.copy').firstChild.data === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{page.url.split('#')[0]}#{figure.get_attribute('id')}"
    page.goto(copied)  # a permalink
    assert figure.is_visible()


@pytest.mark.parametrize(
    ("section", "name"), [("filters", "filters"), ("overview", "architecture")]
)
def test_copy_takes_the_picture_where_the_browser_may_read_it(
    browser: Any, rendered: Path, section: str, name: str
) -> None:
    one = Visit(browser, rendered)
    one.context.route(
        "https://report.test/**",
        lambda route: route.fulfill(
            path=rendered / route.request.url.removeprefix("https://report.test/").split("#")[0]
        ),
    )
    one.context.grant_permissions(CLIPBOARD, origin="https://report.test")
    one.page.goto(f"https://report.test/pages/section-{section}.html")
    figure = one.page.locator(f"#fig-{name}")
    figure.scroll_into_view_if_needed()
    wait_until(one.page, f"document.querySelector('#fig-{name} img').naturalWidth > 0")
    figure.get_by_role("button", name="Copy").click()
    wait_until(
        one.page, f"document.querySelector('#fig-{name} .copy').firstChild.data === 'Copied'"
    )
    content = one.page.evaluate(
        "navigator.clipboard.read().then(([item]) => item.getType('image/png'))"
        ".then((blob) => blob.arrayBuffer()).then((all) => [...new Uint8Array(all)])"
    )
    (kept,) = (rendered / "figures").glob(f"{name}.[pj]*g")
    with Image.open(io.BytesIO(bytes(content))) as copied, Image.open(kept) as picture:
        off = np.asarray(copied.convert("RGB"), int) - np.asarray(picture.convert("RGB"), int)
        assert abs(off).max() <= (0 if kept.suffix == ".png" else 8)  # decoders of JPEG differ
    one.context.close()


def test_the_search_shows_a_classs_own_share_with_a_threshold(visit: Any) -> None:
    page = visit().open("pages/maps.html")
    cards = page.locator("[data-map]").evaluate_all(
        "nodes => nodes.map((n) => [n.dataset.layer, n.dataset.map, n.dataset.of,"
        " JSON.parse(n.dataset.classes)])"
    )
    names = {name for _, _, _, classes in cards for name, _ in classes}
    most = max(count for *_, classes in cards for _, count in classes)
    asked = next(n for *_, classes in cards for n, count in classes if count == most)
    assert len(names) > 1
    page.locator("input[name=find]").fill(asked)
    page.locator("select[name=least]").select_option("3")
    expected = {
        f"{layer} {number}": f"{share} of {of}: {asked}"
        for layer, number, of, classes in cards
        for share in [max([count for name, count in classes if name == asked], default=0)]
        if share >= 3
    }
    found = dict(
        page.locator("[data-map]:visible").evaluate_all(
            "nodes => nodes.map((n) => [n.dataset.layer + ' ' + n.dataset.map,"
            " n.querySelector('.share').textContent])"
        )
    )
    assert found == expected
    assert 0 < len(found) < len(cards)
    assert page.locator("[data-map]:visible .share:visible").count() == len(found)
    page.reload()  # the address remembers
    assert page.locator("[data-map]:visible").count() == len(found)
    page.locator("input[name=find]").fill("")
    assert page.locator(".share:visible").count() == 0
    agreeing = sum(any(count >= 3 for _, count in classes) for *_, classes in cards)
    assert page.locator("output").inner_text() == f"{agreeing} of {len(cards)} maps"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of filters alone, which is quickly drawn."""
    folder = tmp_path_factory.mktemp("small") / "run"
    make_small_run(folder)
    run = read_run(folder)
    few = tuple(r for r in run.experiments if r.name in ("mining", "filters", "overview"))
    write_run(folder, dataclasses.replace(run, experiments=few))
    return folder


def test_the_index_of_runs_sorts_and_filters(visit: Any, small: Path, tmp_path: Path) -> None:
    for name, date, data in (("b", "2026-02-01", "birds"), ("a", "2026-03-01", "cars"),
                             ("c", "", "birds")):  # fmt: skip
        shutil.copytree(small, tmp_path / name)
        run = dataclasses.replace(read_run(small), date=date, title=f"Run {name}", data_name=data)
        if name == "b":  # of which no error is known
            few = tuple(r for r in run.experiments if r.name != "overview")
            run = dataclasses.replace(run, experiments=few)
        write_run(tmp_path / name, run)
    write_index(tmp_path)
    page = visit(tmp_path).open("index.html")
    shown = page.locator(".runs tbody tr:visible th bdi:first-child")

    def order() -> str:
        return "".join(text[-1] for text in shown.all_inner_texts() if text.startswith("Run "))

    assert order() == "abc"  # newest first, undated ones last
    head = page.locator(".runs thead th")
    page.get_by_role("button", name="Date").click()
    assert order() == "bac"
    assert head.nth(4).get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="Report").press("Enter")
    assert order() == "abc"
    page.get_by_role("button", name="Report").press("Enter")
    assert order() == "cba"
    assert head.nth(4).get_attribute("aria-sort") is None
    page.get_by_role("button", name="Top-1 error").click()
    assert order()[-1] == "b"  # what is not known comes last, up and down
    page.get_by_role("button", name="Top-1 error").click()
    assert order()[-1] == "b"
    page.get_by_role("searchbox").fill("BIRDS")
    assert sorted(order()) == ["b", "c"]
    assert page.locator("output").inner_text() == "2 of 3 runs"


def test_a_slider_leads_through_the_galleries_of_a_training(
    visit: Any, small: Path, tmp_path: Path
) -> None:
    for epoch in (1, 4, 9):
        folder = epoch_folder(tmp_path, epoch)
        shutil.copytree(small, folder)
        run = read_run(small)
        few = tuple(r for r in run.experiments if r.name in ("mining", "filters"))
        write_run(folder, dataclasses.replace(run, experiments=few, epoch=epoch))
        render(folder, pdf=False)
        add_entry(tmp_path, Entry(epoch, {"loss": 1 / epoch}, ""))
    assert json.loads((tmp_path / "epochs" / "epochs.json").read_text())[2]["epoch"] == 9
    page = visit(tmp_path).open("epochs/epoch-001/pages/section-filters.html")
    slider = page.get_by_role("slider")
    slider.press("ArrowRight")
    page.wait_for_url("**/epoch-004/pages/section-filters.html*")
    assert page.locator(".slider output").inner_text() == "epoch 4"
    slider.press("End")  # it has the focus there, too
    page.wait_for_url("**/epoch-009/pages/section-filters.html*")
    page.goto((tmp_path / "epochs" / "epoch-009" / "index.html").as_uri())
    slider.press("Home")
    page.wait_for_url("**/epoch-001/index.html*")

    page.goto((tmp_path / "epochs" / "index.html").as_uri())
    pictures = page.locator(".gallery > div:visible")
    assert pictures.count() == 3
    slider.press("Home")
    slider.press("ArrowRight")
    assert pictures.all_inner_texts() == ["Layer-1 filters after epoch 4"]
    page.get_by_role("button", name="All epochs").click()
    assert pictures.count() == 3
