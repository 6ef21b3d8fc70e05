"""The page for clicking parts, in a browser where there is one."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.report.browsing import wait_until
from vizreport.cli import main
from vizreport.data.part_file import PartPoint, read_parts

HOSTILE = """</script><script>alert(1)</script>#?%41 "',é.png"""


@pytest.fixture
def folder(tmp_path):
    """Two pictures, one of them in a folder with a name that tries to break the page."""
    images = tmp_path / "my images"
    odd = images / "<b> & co"
    odd.mkdir(parents=True)
    Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(images / "a.png")
    # "/" cannot be in a file's name, and "<" may: the name closes no tag but tries to.
    Image.fromarray(np.full((40, 30, 3), 200, np.uint8)).save(odd / HOSTILE.replace("/", "\\"))
    return images


def annotate(folder, *arguments):
    out = folder.parent / "parts.csv"
    asked = [str(folder), "--parts", "right eye,nose, </script>", "--out", str(out), *arguments]
    assert main(["annotate", *asked]) == 0
    return out, out.with_suffix(".html")


def test_names_cannot_leave_their_place(folder, capsys):
    _, page = annotate(folder)
    assert capsys.readouterr().out == f"{page}\n"
    text = page.read_text("utf-8")
    assert text.count("</script>") == 2  # the data's and the program's own
    assert text.count("<script") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "parts.txt"], "parts.txt does not end in .csv"),
        (["--out", "there/parts.csv"], "there/parts.csv, line 2, has 3 entries"),
    ],
)
def test_what_is_refused(folder, arguments, said, capsys, monkeypatch):
    monkeypatch.chdir(folder.parent)
    (folder.parent / "there").mkdir()
    (folder.parent / "there/parts.csv").write_text("file,part,x,y\na.png,nose,1\n")
    assert main(["annotate", str(folder), "--parts", "nose", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_images_that_no_browser_shows_are_left_out(folder, capsys):
    Image.new("RGB", (8, 8)).save(folder / "scan.tif")
    _, page = annotate(folder)
    assert "1 of 3 images cannot be shown by browsers" in capsys.readouterr().err
    text = page.read_text("utf-8")
    assert "a.png" in text
    assert "scan.tif" not in text
    scans = folder.parent / "scans"
    scans.mkdir()
    (folder / "scan.tif").rename(scans / "scan.tif")
    assert main(["annotate", str(scans), "--parts", "nose", "--out", "new.csv"]) == 2
    assert "browsers cannot show images such as scan.tif" in capsys.readouterr().err


def test_needs_parts(folder, capsys):
    assert main(["annotate", str(folder)]) == 2
    assert "--parts" in capsys.readouterr().err


def saved(page, out):
    with page.expect_download() as waiting:
        page.keyboard.press("s")
    assert waiting.value.suggested_filename == out.name
    waiting.value.save_as(out)
    return read_parts(out)


def test_clicks_and_keys_give_the_file_and_it_goes_on_from_there(folder, browser):
    out, address = annotate(folder)
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.goto(address.as_uri())
    first = f"<b> & co/{HOSTILE.replace('/', chr(92))}"
    wait_until(page, "document.getElementById('image').naturalWidth === 30")
    assert first in page.inner_text("#where")
    # A click: the picture of 30 x 40 px is shown enlarged.
    box = page.locator("#image").bounding_box()
    factor = box["width"] / 30
    page.mouse.click(box["x"] + 7.5 * factor, box["y"] + 30.25 * factor)
    # The keyboard: from the middle (15.5, 20.5) ten to the right, two up.
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.keyboard.press("x")  # the third part cannot be seen
    page.keyboard.press("n")
    wait_until(page, "document.getElementById('image').naturalWidth === 80")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")  # of the part that comes next: nothing
    found = saved(page, out)
    assert list(found) == [first, "a.png"]
    eye, nose = found[first]["right eye"], found[first]["nose"]
    assert (eye.x, eye.y) == pytest.approx((7.5, 30.25), abs=0.11)
    assert nose == PartPoint(25.5, 18.5, 3)
    assert set(found[first]) == {"right eye", "nose"}
    assert found["a.png"] == {"nose": PartPoint(40.5, 30.5, 4)}

    annotate(folder)
    page.goto(address.as_uri())
    wait_until(page, "document.getElementById('image').naturalWidth === 30")
    page.keyboard.press("1")
    page.keyboard.press("Delete")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    again = saved(page, out)
    assert set(again[first]) == {"nose", "</script>"}
    assert again["a.png"]["nose"].x == 40.5
    assert problems == []
    page.close()
