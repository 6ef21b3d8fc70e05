"""``vizreport demo``: what is built, and how to open it."""

from __future__ import annotations

import vizreport.building.build
from vizreport.cli import main
from vizreport.models.shipped import shipped_checkpoint


def test_it_builds_the_shipped_network_on_the_shipped_pictures(tmp_path, monkeypatch, capsys):
    requests = []

    def build(request):
        requests.append(request)
        request.folder.mkdir()
        (request.folder / "report.pdf").touch()
        return 0

    monkeypatch.setattr(vizreport.building.build, "build", build)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()  # a folder of that name changes nothing here
    assert main(["demo"]) == 0
    (request,) = requests
    assert (request.checkpoint, request.data) == (shipped_checkpoint("demo"), "scenes")
    assert str(request.folder) == "vizreport-demo"
    text = capsys.readouterr().out
    assert (tmp_path / "vizreport-demo" / "index.html").as_uri() in text
    assert "vizreport-demo/report.pdf" in text


def test_without_a_pdf_none_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(vizreport.building.build, "build", lambda request: int(request.pdf))
    assert main(["demo", "--no-pdf", "--out", str(tmp_path / "a b")]) == 0
    text = capsys.readouterr().out
    assert "a%20b/index.html" in text
    assert "report.pdf" not in text
