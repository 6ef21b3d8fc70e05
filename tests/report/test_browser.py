"""The report in a real browser, from disk, with the network cut off; names try to break it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdfium2 import PdfDocument

from tests.report.browsing import AXE, Visit, wait_until
from tests.report.fake_results import HOSTILE
from vizreport.report.single import LIMIT, write_single_file

pytestmark = pytest.mark.filterwarnings("ignore")


def kinds(rendered: Path) -> list[str]:
    """Return one page of each kind, of the layer and map with the worst names where it matters."""
    layer = next(rendered.glob("pages/top-backbone*.html"))
    maps = sorted(rendered.glob("pages/top-script*/*.html"))
    dead = next(page for page in maps if page.stem == "00005")
    return [
        str(path.relative_to(rendered))
        for path in (
            rendered / "index.html",
            rendered / "pages" / "all.html",
            rendered / "pages" / "section-evolution.html",
            rendered / "pages" / "section-occlusion.html",
            rendered / "pages" / "section-terms.html",
            rendered / "pages" / "maps.html",
            layer,
            next(page for page in maps if page != dead),
            dead,
        )
    ]


def test_every_kind_of_page_opens_without_a_word_and_fits_a_phone(
    visit: Any, rendered: Path
) -> None:
    phone = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    for name in kinds(rendered):
        page = phone.open(name)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, name
        assert page.title()
    wide = visit(viewport={"width": 1280, "height": 900})
    for name in kinds(rendered):
        page = wide.open(name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, name
        # All pictures in view are there: none is a broken one.
        wait_until(
            page, "[...document.images].filter((i) => i.complete).every((i) => i.naturalWidth > 0)"
        )


def test_the_contents_follow_the_reader(visit: Any) -> None:
    page = visit().open("pages/all.html")
    page.get_by_role("navigation").get_by_role("link", name="Occlusion").click()
    assert page.url.endswith("#occlusion")
    current = page.locator(".contents [aria-current]")
    wait_until(page, "document.querySelector('.contents [aria-current]')?.hash === '#occlusion'")
    assert current.count() == 1
    page.evaluate("document.getElementById('run').scrollIntoView({behavior: 'instant'})")
    wait_until(page, "document.querySelector('.contents [aria-current]')?.hash === '#run'")
    # The links of the front page lead to what they name.
    page.locator(".telling h2 a").first.click()
    assert page.url.endswith("#filters")


def test_a_reader_goes_from_the_front_page_through_the_sections(visit: Any) -> None:
    page = visit().open("index.html")
    page.locator(".telling h2 a").first.click()
    page.wait_for_url("**/pages/section-filters.html")
    assert page.locator(".contents [aria-current=page]").inner_text() == "Layer-1 filters"
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/pages/section-architecture.html")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/pages/section-filters.html")


def test_a_slider_sets_the_epoch_of_all_maps(visit: Any) -> None:
    page = visit(viewport={"width": 1280, "height": 900}).open("pages/section-evolution.html")
    strip = page.locator(".epochs").first
    picture = strip.locator("img").first
    epochs = strip.locator(".columns > span").count()
    assert picture.bounding_box()["width"] == pytest.approx(strip.bounding_box()["width"], abs=2)
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    box, frame = picture.bounding_box(), strip.bounding_box()
    assert box["width"] == pytest.approx(epochs * frame["width"], rel=0.02)
    assert frame["x"] - box["x"] == pytest.approx(frame["width"], rel=0.02)  # the second tile
    assert page.locator(".slider output").inner_text().startswith("epoch ")
    page.get_by_role("button", name="All epochs").click()
    assert picture.bounding_box()["width"] == pytest.approx(strip.bounding_box()["width"], abs=2)


def test_a_tile_is_enlarged_under_the_pointer_and_with_the_focus(visit: Any) -> None:
    page = visit(viewport={"width": 1280, "height": 900}).open("pages/section-top_patches.html")
    mosaic, lens = page.locator(".mosaic:not(.one)").first, page.locator(".lens")
    mosaic.scroll_into_view_if_needed()
    assert not lens.is_visible()
    box = mosaic.bounding_box()
    mosaic.hover(position={"x": box["width"] * 0.5, "y": box["height"] * 0.9})
    assert lens.locator("span").evaluate_all(
        "all => all.map((each) => getComputedStyle(each).backgroundPosition)"
    ) == ["50% 100%"]
    page.mouse.move(2, 2)
    assert not lens.is_visible()
    page.locator(".maps a").first.focus()
    page.keyboard.press("Tab")
    assert lens.is_visible()
    page.keyboard.press("Escape")
    assert not lens.is_visible()


def shown(page: Any) -> list[str]:
    return page.locator("[data-map]:visible").evaluate_all(
        "nodes => nodes.map((n) => n.dataset.layer + ' ' + n.dataset.map)"
    )


def test_search(visit: Any) -> None:
    page = visit().open("index.html")
    field = page.locator("form.goto input")
    field.fill("<script>")
    field.press("Enter")
    page.wait_for_url("**/pages/maps.html#find=*")
    cards = page.locator("[data-map]:visible")
    known = cards.evaluate_all(
        "nodes => nodes.map((n) => [n.dataset.layer, n.dataset.part ?? '',"
        " JSON.parse(n.dataset.classes ?? '[]')])"
    )
    counts = []
    for layer, part, classes in known:
        scores = [count for name, count in classes if "<script>" in name]
        scores += [1] * ("<script>" in layer) + [10] * ("<script>" in part)
        counts.append(max(scores))  # none is shown that does not fit
    assert counts == sorted(counts, reverse=True)  # the best match first
    assert len(set(counts)) > 1
    said = page.locator("output").inner_text()
    # Four layers' 15 living maps, and two that feed others; dead ones have no card.
    assert said == f"{len(counts)} of 62 maps match “<script>”"

    page.locator("select[name=sort]").select_option("purity")
    purities = cards.evaluate_all("nodes => nodes.map((n) => Number(n.dataset.purity ?? -1))")
    assert purities == sorted(purities, reverse=True)
    page.reload()  # the address remembers
    assert cards.count() == len(counts)

    page.locator("input[name=find]").fill("nothing is called so")
    assert cards.count() == 0
    numbers = page.locator("[data-map]").evaluate_all("nodes => nodes.map((n) => n.dataset.map)")
    largest = max(numbers, key=int)  # of so many digits that no name has it
    page.locator("input[name=find]").fill(largest)
    assert {name.rsplit(" ")[-1] for name in shown(page)} == {largest}

    page.locator("input[name=find]").fill("")
    page.locator("select[name=layer]").select_option("conv1")
    assert len(shown(page)) == 15
    page.locator("select[name=sort]").select_option("order")
    places = cards.evaluate_all("nodes => nodes.map((n) => Number(n.dataset.order))")
    assert len(places) == 15  # of 16 places, the dead map's is left out
    assert places == sorted(set(places))


def test_a_search_among_very_many_shows_them_as_the_reader_comes_to_them(
    visit: Any, rendered: Path
) -> None:
    values = [(7 * i) % 500 for i in range(500)]
    cards = "".join(
        f'<li style="height: 5rem" data-layer="one" data-map="{i}" data-value="{value}">{i}'
        for i, value in enumerate(values)
    )
    page_file = rendered / "pages" / "many.html"
    page_file.write_text(
        '<!doctype html><link rel="stylesheet" href="../assets/report.css">'
        '<script src="../assets/maps.js" defer></script>'
        '<form class="find" hidden><input name="find"><select name="sort"><option value="">'
        f'<option>value</select><output></output></form><ul class="cards">{cards}</ul><footer>End.',
        "utf-8",
    )
    page = visit().open("pages/many.html")
    found = page.locator("[data-map]:visible")
    assert page.locator("output").inner_text() == "500 maps"
    assert found.count() == 500
    page.locator("select").select_option("value")
    strongest = sorted(range(500), key=lambda i: -values[i])
    some = found.all_inner_texts()
    assert 0 < len(some) < 500
    assert some == [str(i) for i in strongest[: len(some)]]
    while found.count() < 500:
        count = found.count()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        wait_until(page, f"document.querySelectorAll('[data-map]:not([hidden])').length > {count}")
    assert found.all_inner_texts() == [str(i) for i in strongest]
    page_file.unlink()


def test_keyboard(visit: Any) -> None:
    page = visit(viewport={"width": 1280, "height": 900}).open("pages/maps.html")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("node => node === document.activeElement")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    outline = skip.evaluate(
        "node => getComputedStyle(node).outlineStyle + getComputedStyle(node).outlineWidth"
    )
    assert outline == "solid3px"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "find"
    page.locator("[data-map] a").first.focus()
    where = "document.activeElement.closest('[data-map]').dataset.map"
    maps = page.locator("[data-map]").evaluate_all("nodes => nodes.map((n) => n.dataset.map)")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(where) == maps[1]
    page.keyboard.press("ArrowDown")
    below = page.evaluate(where)
    column = maps.index(below) - 1
    assert column > 1
    page.keyboard.press("ArrowUp")
    assert page.evaluate(where) == maps[1]
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/top-*/*.html")
    page.keyboard.press("ArrowRight")
    wait_until(page, f"document.querySelector('h1').textContent.trim().startsWith('Map {maps[2]}')")


def test_key_l_changes_between_the_drawn_and_the_linear_projections(visit: Any) -> None:
    page = visit().open("pages/all.html")
    both = page.locator("#top_patches .mosaic.both").first
    both.scroll_into_view_if_needed()
    drawn, linear = both.locator("img:not(.linear)"), both.locator("img.linear")
    button = page.locator("button.view").first
    assert (drawn.is_visible(), linear.is_visible()) == (True, False)
    assert button.get_attribute("aria-pressed") != "true"
    page.keyboard.press("l")
    assert (drawn.is_visible(), linear.is_visible()) == (False, True)
    assert button.get_attribute("aria-pressed") == "true"
    wait_until(page, "document.querySelector('.both img.linear').naturalWidth > 0")
    page.keyboard.press("l")
    assert (drawn.is_visible(), linear.is_visible()) == (True, False)
    button.click()  # the button does the same
    assert (drawn.is_visible(), linear.is_visible()) == (False, True)
    # An l that is typed is a letter.
    page.locator("form.goto input").press("l")
    assert page.locator("form.goto input").input_value() == "l"
    assert (drawn.is_visible(), linear.is_visible()) == (False, True)


def test_a_reader_walks_from_a_class_to_the_first_layer(visit: Any, rendered: Path) -> None:
    last = sorted(rendered.glob("pages/top-conv10/*.html"))[-1]
    page = visit().open(str(last.relative_to(rendered)))
    walked = []
    while page.locator("#sources + p + .steps a").count():
        below = page.locator("#sources + p + .steps a").first
        wait_until(page, "document.querySelector('.steps img').naturalWidth > 0")
        number, address = below.locator("b").inner_text(), page.url
        below.click()
        wait_until(page, f"location.href !== {address!r}")
        assert number.endswith(page.locator("h1").inner_text().removeprefix("Map "))
        # And the way leads back.
        back = page.locator("#targets + p + .steps a").evaluate_all("all => all.map((a) => a.href)")
        assert back
        walked.append(number)
    assert len(walked) == 3


def test_dark_pages_have_dark_charts(visit: Any) -> None:
    for scheme in ("light", "dark"):
        page = visit(color_scheme=scheme).open("pages/all.html")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (max(map(int, ground[4:-1].split(","))) < 60) == (scheme == "dark")
        (chart,) = [each for each in page.locator("#fig-architecture img").all() if seen(each)]
        chart.scroll_into_view_if_needed()
        wait_until(
            page,
            "[...document.querySelectorAll('#fig-architecture img')]"
            ".some(node => node.naturalWidth > 0)",
        )
        source = chart.evaluate("node => node.currentSrc")
        assert source.endswith("architecture-dark.svg" if scheme == "dark" else "architecture.svg")
        page.emulate_media(media="print")
        (printed,) = [each for each in page.locator("#fig-architecture img").all() if seen(each)]
        assert printed.evaluate("node => node.src").endswith("architecture.svg")
        wait_until(page, "document.querySelector('#fig-architecture img').naturalWidth > 0")


def seen(image: Any) -> bool:
    """Whether a picture takes part in the page as it is now."""
    return bool(image.evaluate("node => getComputedStyle(node).display !== 'none'"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_print_light_with_their_mosaics(visit: Any, rendered: Path, scheme: str) -> None:
    name = next(rendered.glob("pages/top-*.html")).relative_to(rendered)
    page = visit(color_scheme=scheme).open(str(name))
    wait_until(page, "document.querySelector('.mosaic img').complete")
    with PdfDocument(page.pdf(print_background=True)) as printed:
        sheet = np.asarray(printed[0].render(scale=0.5).to_pil().convert("L"))
    assert sheet[:8].min() > 250  # the margin is paper
    assert (sheet < 200).mean() > 0.1  # a quarter of it is pictures, which are not white


def test_everything_is_there_without_script(visit: Any) -> None:
    silent = visit(java_script_enabled=False)
    page = silent.open("pages/maps.html")
    assert page.locator("[data-map]").count() == 62
    assert not page.locator("form.find").is_visible()
    page.locator("[data-map] a").first.click()
    assert page.locator("h1").inner_text().startswith("Map ")


def test_the_square_of_occlusion_moves(visit: Any) -> None:
    page = visit().open("index.html")
    root = page.locator("[data-occlusion]").first
    data = json.loads(root.get_attribute("data-occlusion"))
    row, col = data["start"]
    columns = len(data["lefts"])
    stage = root.get_by_role("application")
    stage.focus()

    def says(r: int, c: int) -> None:
        place = r * columns + c
        assert root.locator("[data-read=place]").inner_text() == (
            f"row {data['tops'][r]}, column {data['lefts'][c]} px"
        )
        assert root.locator("[data-read=p]").inner_text() == f"{data['p'][place]:.3f}"
        assert root.locator("[data-read=best]").inner_text() == " ".join(
            data["classes"][data["best"][place]].split()
        )

    stage.press("ArrowLeft")
    stage.press("ArrowUp")
    says(row - 1, col - 1)
    stage.press("Home")
    says(row, col)
    # The pointer, at the middle of the second place of the first row.
    box = stage.bounding_box()
    x = (data["lefts"][1] + data["size"] / 2) / data["width"] * box["width"]
    y = (data["tops"][0] + data["size"] / 2) / data["height"] * box["height"]
    stage.hover(position={"x": x, "y": y})
    says(0, 1)


def test_hostile_names_are_shown_as_they_are(visit: Any, rendered: Path) -> None:
    page = visit().open("pages/all.html")
    assert page.locator("h1").inner_text() == HOSTILE[0]
    assert page.locator("h1 script").count() == 0
    body = page.locator("main").text_content()
    for name in (HOSTILE[0], HOSTILE[1], HOSTILE[3], HOSTILE[5]):
        assert name in body
    # A right-to-left name does not turn the words around it: it is isolated.
    turned = page.locator("bdi", has_text="\u05e9\u05dc\u05d5\u05dd").first
    assert turned.evaluate("node => getComputedStyle(node).unicodeBidi") == "isolate"


def test_the_single_file_stands_alone(browser: Any, rendered: Path, tmp_path: Path) -> None:
    alone = Path(shutil.copy(write_single_file(rendered), tmp_path))
    assert alone.stat().st_size <= LIMIT
    one = Visit(browser, tmp_path)
    page = one.open(alone.name)
    said = page.locator(".notice", has_text="Omitted: ").inner_text()
    assert "Omitted: 71 pages of layers and feature maps" in said
    assert page.locator("h1").inner_text() == HOSTILE[0]
    assert (
        page.locator("main a[href]:not([href^='#']):not([href^='https://arxiv.org/'])").count() == 0
    )
    wait_until(page, "document.querySelector('.telling img').naturalWidth > 0")
    stage = page.locator("[data-occlusion] .stage").first
    wait_until(page, "document.querySelector('.stage canvas') !== null")
    stage.press("ArrowLeft")
    assert one.problems == []
    one.context.close()
    # A smaller limit is kept by leaving out the largest pictures, and this is said.
    small = write_single_file(rendered, 3_000_000)
    assert small.stat().st_size <= 3_000_000
    assert "largest images, to stay below 3 MB" in small.read_text("utf-8")
    small.unlink()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit: Any, rendered: Path, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip(f"axe-core is not there: npm install --prefix {AXE.parents[2]} axe-core")
    axe = AXE.read_text("utf-8")
    # Of the rules only that of the contrast asks for colours.
    rules = ", runOnly: ['color-contrast']" if scheme == "dark" else ""
    one = visit(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    for name in kinds(rendered):
        page = one.open(name)
        page.evaluate(axe)
        found = page.evaluate(
            # Without preloading, which would read the style sheet again and is not allowed.
            f"axe.run({{resultTypes: ['violations'], preload: false{rules}}})"
            ".then((r) => r.violations.filter((v) => ['serious', 'critical'].includes(v.impact))"
            ".map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200))))"
        )
        assert found == [], name
