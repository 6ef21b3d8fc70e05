"""The HTML stands by itself: links, pictures, escaping, no network."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.report.fake_results import HOSTILE
from tests.report.pages import Page


@pytest.fixture(scope="session")
def pages(rendered: Path) -> list[Page]:
    """Return all pages, that of all sections first, then the front page."""
    first = [rendered / "pages" / "all.html", rendered / "index.html"]
    others = [path for path in sorted(rendered.glob("pages/**/*.html")) if path not in first]
    return [Page(path) for path in (*first, *others)]


def test_there_is_a_page_a_projected_layer_and_map(pages: list[Page]) -> None:
    # Of the four layers, one has no backward rule; the front page, all on one page, the search. Two
    # maps that were not chosen feed others.
    sections = [page for page in pages if page.path.name.startswith("section-")]
    assert len(pages) - len(sections) == 1 + 1 + 1 + 4 + 4 * 16 + 2
    assert len(sections) > 12


def test_each_section_is_a_page_that_leads_to_the_next(pages: list[Page]) -> None:
    by_path = {page.path.resolve(): page for page in pages}
    page, walked = pages[1], []
    while following := [a for a in page.all("a") if a.get("rel") == "next"]:
        here = page.path
        page = by_path[(here.parent / str(following[0]["href"])).resolve()]
        back = [a for a in page.all("a") if a.get("rel") == "prev"]
        assert (page.path.parent / str(back[0]["href"])).resolve() == here.resolve()
        walked.append(page.path.stem.removeprefix("section-"))
    listed = [str(a["id"]) for tag, a in pages[0].tags if tag == "section"]
    assert walked == listed


def test_tags_are_balanced_and_ids_unique(pages: list[Page]) -> None:
    for page in pages:
        assert page.errors == []
        assert len(page.ids()) == len(set(page.ids()))


def test_every_link_and_picture_leads_to_a_file(pages: list[Page]) -> None:
    by_path = {page.path.resolve(): page for page in pages}
    for page in pages:
        targets = [a["href"] for tag in ("a", "link") for a in page.all(tag)]
        targets += [a["src"] for tag in ("img", "script") for a in page.all(tag)]
        assert targets
        for target in targets:
            if str(target).startswith("https://arxiv.org/abs/"):
                continue  # a reference
            parts = urlsplit(str(target))
            assert (parts.scheme, parts.netloc) == ("", ""), target
            assert not parts.path.startswith("/"), target
            path = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            assert path.is_file(), target
            if parts.fragment:
                assert parts.fragment in by_path[path.resolve()].ids(), target


def test_nothing_is_fetched_from_elsewhere(rendered: Path, pages: list[Page]) -> None:
    for page in pages:
        policies = [a for a in page.all("meta") if a.get("http-equiv")]
        assert policies[0]["http-equiv"] == "Content-Security-Policy"
        assert "default-src 'none'" in str(policies[0]["content"])
    for asset in (rendered / "assets").iterdir():
        assert not re.search(r"https?://|@import|//\w+\.\w", asset.read_text("utf-8"))


def test_pictures_have_alt_texts_and_sizes(pages: list[Page]) -> None:
    for page in pages:
        images = page.all("img")
        assert images or page.path.name.startswith("section-") or "dead" in page.words()
        for image in images:
            assert str(image["alt"]).strip()
            assert int(str(image["width"])) > 0
            assert int(str(image["height"])) > 0


def test_galleries_load_lazily(pages: list[Page]) -> None:
    for page in pages[2:]:
        assert all(image["loading"] == "lazy" for image in page.all("img"))


def test_hostile_names_are_text(pages: list[Page]) -> None:
    for page in pages:
        for script in page.all("script"):
            assert re.fullmatch(r"(\.\./)*assets/\w+\.js", str(script["src"]))
        for tag, attributes in page.tags:
            assert not any(name.startswith("on") or name == "style" for name in attributes), tag
    words = pages[0].words()
    for name in (HOSTILE[0], HOSTILE[1], "emoji \U0001f9a9 {{ 7 * 7 }} $x^2$", HOSTILE[5]):
        assert name in words
    assert "49 $x^2$" not in words


def test_landmarks(pages: list[Page]) -> None:
    for page in pages:
        assert page.all("html")[0]["lang"] == "en"
        assert len(page.all("main")) == len(page.all("h1")) == 1
        assert page.all("nav")[0]["aria-label"]
        assert page.all("a")[0]["class"] == "skip"
        assert page.all("title")


def test_a_layer_without_rule_says_why(pages: list[Page]) -> None:
    assert "activation 'silu' of block2/act has no backward rule" in pages[0].words()
    assert "--rule gradient" in pages[0].words()


def test_figures_are_numbered_and_kept_as_files(rendered: Path, pages: list[Page]) -> None:
    words = pages[0].words()
    numbers = re.findall(r"Figure (\d+)\. ", words)
    beside = re.findall(r"Figure S(\d+)\. ", words)
    for found in (numbers, beside):
        assert found == [str(i + 1) for i in range(len(found))]
        assert len(found) >= 8
    kept = [str(a["href"]) for a in pages[0].all("a") if a.get("class") == "keep"]
    pictures = [name for name in kept if not name.endswith(".svg")]
    assert len(pictures) == len(numbers) + len(beside)
    begins = {".png": b"\x89PNG", ".jpg": b"\xff\xd8\xff", ".svg": b"<?xml"}
    for name in kept:
        content = (rendered / "pages" / name).read_bytes()
        assert content.startswith(begins[Path(name).suffix]), name


def test_each_map_has_its_mosaics(rendered: Path) -> None:
    mosaics = sorted(rendered.glob("pages/top-*/*s.webp"))
    # Of the layer without a rule patches alone, and one rule more of some of its maps. One map of
    # each layer is dead and has none. Of the two maps that feed others, all three kinds.
    assert len(mosaics) == 3 * (15 * 3 + 8) + 15 + 8 + 2 * 3
    assert all(path.read_bytes()[8:12] == b"WEBP" for path in mosaics)
    # The other view of what is not linear already: two layers' living maps.
    linear = {path.parent.name for path in rendered.glob("pages/top-*/*-linear.webp")}
    assert len(linear) == 2


def test_the_square_can_be_moved(rendered: Path, pages: list[Page]) -> None:
    stages = [a for a in pages[0].all("div") if "data-occlusion" in a]
    assert len(stages) == 2 * 2
    for stage in stages:
        data = json.loads(str(stage["data-occlusion"]))
        count = len(data["tops"]) * len(data["lefts"])
        for name in ("p", "activation", "best", "bestP"):
            assert len(data[name]) == count
        assert max(data["best"]) == len(data["classes"]) - 1
        assert data["tops"][-1] + data["size"] == data["height"]
        assert 0 <= data["start"][0] < len(data["tops"])
        assert (rendered / data["photo"]).is_file()
        assert (rendered / data["fill"]).is_file()
    with_script = [page.path.name for page in pages if "occlusion.js" in str(page.all("script"))]
    assert with_script == ["all.html", "index.html", "section-occlusion.html"]
    # What the script fills in says the lowest place without it.
    read = [a["data-read"] for tag in ("dd", "span", "bdi") for a in pages[0].all(tag)
            if "data-read" in a]  # fmt: skip
    assert sorted(set(read)) == ["activation", "best", "bestP", "p", "place"]
    assert len(read) == 5 * len(stages)


def test_the_run_is_described(pages: list[Page]) -> None:
    words = pages[0].words()
    for said in ("c0ffee" * 10 + "beef", "tensorflow 2.21.0", "1 min 23 s", "Linux 6.1"):
        assert said in words
    assert "broken/empty.jpg" in words
