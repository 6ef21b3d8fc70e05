"""A tiny network and a few images, from the command line to the report and back."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.packaging.test_wall import BLOCK
from vizreport.cli import main

# What one checkpoint and images without parts cannot show.
NEED_MORE = {"ablation", "correspondence", "deconvolutional", "evolution", "transfer"}


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a checkpoint, 20 images of 2 classes, and one that is none."""
    import keras
    from keras import layers

    folder = tmp_path_factory.mktemp("workplace")
    network = keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            layers.Conv2D(6, 5, strides=2, activation="relu", name="first"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Conv2D(8, 3, activation="relu", name="second"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax", name="classes"),
        ],
        name="tiny",
    )
    network.save(folder / "tiny.keras")
    random = np.random.default_rng(0)
    for name in ("round", "square"):
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(10):
            pixels = random.integers(0, 256, (30 + number, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / name / f"{number}.png")
    (folder / "photos" / "round" / "broken.png").write_bytes(b"not a picture")
    return folder


def arguments(workplace: Path, *more: str) -> list[str]:
    return [
        *("build", "--checkpoint", str(workplace / "tiny.keras"), "--preprocess", "unit"),
        *("--data", str(workplace / "photos"), "--out", str(workplace / "out")),
        *("--maps", "3", "--labels-in-order", *more),
    ]


@pytest.fixture(scope="module")
def report(workplace: Path) -> Path:
    photograph = str(workplace / "photos" / "round" / "1.png")
    assert main(arguments(workplace, "--image", photograph)) == 0
    return workplace / "out"


def test_every_section_is_done(report):
    run = json.loads((report / "run.json").read_text(encoding="utf-8"))
    status = {entry["name"]: entry["status"] for entry in run["experiments"]}
    assert {name for name, was in status.items() if was != "done"} <= NEED_MORE
    assert set(status.values()) <= {"done", "not applicable"}
    assert set(status) >= {"mining", "overview", "filters", "top_patches", "photographs"}


def test_report_is_there(report):
    page = (report / "pages" / "all.html").read_text(encoding="utf-8")
    assert "broken.png" in page.replace("<wbr>", "")
    assert (report / "report.pdf").read_bytes().startswith(b"%PDF")
    assert list((report / "figures").glob("**/*.png"))


def test_nothing_changed_means_no_tensorflow(report, workplace):
    photograph = str(workplace / "photos" / "round" / "1.png")
    before = (report / "index.html").stat().st_mtime_ns
    program = BLOCK + "from vizreport.cli import main\nsys.exit(main(sys.argv[1:]))"
    again = arguments(workplace, "--image", photograph)
    done = subprocess.run(
        [sys.executable, "-c", program, *again], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "skipped: 1 image, round/broken.png (it is not a JPEG" in done.stderr
    assert (report / "index.html").stat().st_mtime_ns == before


def test_render_draws_the_same_pages_again(report, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(report, copy)
    (copy / "index.html").unlink()
    assert main(["render", str(copy), "--no-pdf"]) == 0
    again = (copy / "pages" / "all.html").read_text(encoding="utf-8")
    assert again.count("<section") == (report / "pages" / "all.html").read_text("utf-8").count(
        "<section"
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--layers", "third"], "first, second"),
        (["--image", "none.jpg"], "none.jpg"),
        (["--data", "nowhere"], "nowhere"),
        (["--checkpoint", "https://example.org/a.keras"], "https://example.org/a.keras"),
        (["--labels", "none.tsv"], "none.tsv"),
        (["--preprocess", "sepia"], "zfnet, caffe, torch, tf, unit"),
        (["--channels", "L"], "channels"),
        (["--import", "no_such_module"], "no_such_module"),
    ],
)
def test_a_wrong_request_is_one_sentence_and_status_2(more, said, workplace, tmp_path, capsys):
    request = arguments(workplace, "--out", str(tmp_path / "out"), *more)
    assert main(request) == 2
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 1
    assert error[0].startswith("vizreport: ")
    assert said in error[0]
