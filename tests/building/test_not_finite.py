"""Reports of networks whose values are not finite, or that ignore the image."""

from __future__ import annotations

import html
import re
from pathlib import Path

import keras
import numpy as np
from pypdf import PdfReader

from tests.experiments import tiny
from vizreport.cli import main
from vizreport.results.run import read_run
from vizreport.runs.checking import check

NEEDS_IT = ("occlusion", "invariance", "correspondence", "sanity", "hog")


def report_of(folder: Path, change, *options: str) -> Path:
    """Build a report of the tiny network with other weights of its first layer."""
    checkpoint = tiny.write_checkpoint(folder / "tiny.keras")
    model = keras.models.load_model(checkpoint)
    first = model.get_layer("conv1")
    first.set_weights(change(*first.get_weights()))
    model.save(checkpoint)
    data = tiny.write_data(folder / "data.npz")
    out = folder / "report"
    asked = ["--checkpoint", str(checkpoint), "--data", str(data), "--out", str(out)]
    assert main(["build", *asked, *options]) == 0
    return out


def words(run: Path) -> str:
    """Return all that pages and charts say, alternative texts included."""
    files = [path for path in run.rglob("*") if path.suffix in (".html", ".svg")]
    assert any(path.name == "index.html" for path in files)
    said = " ".join(path.read_text("utf-8") for path in files)
    said = re.sub(r"<(script|style)\b.*?</\1>", " ", said, flags=re.DOTALL)
    return html.unescape(said)


def no_number_that_is_none(said: str) -> None:
    found = re.search(r".{40}\b(nan|inf)\b.{40}", said, re.IGNORECASE | re.DOTALL)
    assert found is None, found[0]


def statuses(run: Path) -> dict[str, tuple[str, str]]:
    return {record.name: (record.status, record.reason) for record in read_run(run).experiments}


def test_values_that_are_not_finite(tmp_path, capfd):
    out = report_of(tmp_path, lambda kernel, bias: (kernel, np.full_like(bias, np.nan)))
    sentence = "From layer conv1 on, values are not finite in all 14 images"
    assert f"vizreport: {sentence}" in capfd.readouterr().err
    said = words(out)
    front = said[: said.index('<section id="overview"')]
    assert sentence in re.sub("[\u2068\u2069]", "", front)
    found = statuses(out)
    assert found["overview"][0] == "done"
    for name in ("filters", "top_patches", *NEEDS_IT):
        status, reason = found[name]
        assert status == "not applicable"
        assert "values are not finite in any image" in reason
    printed = " ".join(page.extract_text() for page in PdfReader(out / "report.pdf").pages)
    assert "values are not finite in all" in " ".join(printed.split())
    assert main(["slides", str(out)]) == 0
    from pptx import Presentation

    slides = Presentation(str(out / "slides.pptx")).slides
    faults = slides[1]
    assert sentence in re.sub("[\u2068\u2069]", "", faults.shapes.title.text)
    assert check(out).ranking[0].first.finding.advice in faults.shapes[1].text_frame.text
    shown = [shape for slide in slides for shape in slide.shapes]
    texts = [shape.text_frame.text for shape in shown if shape.has_text_frame]
    texts += [slide.notes_slide.notes_text_frame.text for slide in slides]
    texts += [shape._element._nvXxPr.cNvPr.get("descr") or "" for shape in shown]
    for said_there in (said, printed, " ".join(texts)):
        no_number_that_is_none(said_there)


def test_a_network_that_ignores_the_image(tmp_path, capfd):
    out = report_of(tmp_path, lambda kernel, bias: (kernel, bias - 1e3), "--no-pdf")
    sentence = "No map in layer conv1 is above 0 in any image, and the network's output is the same"
    assert f"vizreport: {sentence}" in capfd.readouterr().err
    said = words(out)
    no_number_that_is_none(said)
    found = statuses(out)
    assert found["filters"][0] == found["architecture"][0] == "done"
    assert "6 dead" in said
    for name in ("top_patches", *NEEDS_IT):
        assert found[name] == (
            "not applicable",
            "the network's output is the same for all images",
        )


def test_weights_far_too_large(tmp_path):
    """The values are finite, their products on the way back down are not."""
    out = report_of(tmp_path, lambda kernel, bias: (kernel * 1e30, bias), "--no-pdf")
    said = words(out)
    no_number_that_is_none(said)
    found = statuses(out)
    assert found["filters"][0] == found["top_patches"][0] == "done"
    assert "projections of layer conv2 are not finite" in said
    assert "From layer conv1 on, activations are up to" in re.sub("[\u2068\u2069]", "", said)
    assert found["occlusion"][0] == found["hog"][0] == "done"
    assert not [name for name, (status, _) in found.items() if status == "failed"]
