"""Templates that an earlier process compiled."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest

from vizreport.report import templates


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty temporary folder of the user."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    templates.environment.cache_clear()
    yield tmp_path
    templates.environment.cache_clear()


def filled() -> str:
    templates.environment.cache_clear()
    return templates.fill("epoch_slider.html", run=SimpleNamespace(epoch=3), here="", root="")


def test_a_template_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = filled()
    assert 'data-epoch="3"' in first
    kept = list(folder.glob("_jinja2-cache-*/vizreport-*.cache"))
    assert len(kept) == 1
    with monkeypatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", None)
        assert filled() == first
    kept[0].write_bytes(kept[0].read_bytes()[:100])  # damaged: compiled again
    assert filled() == first


def test_no_folder_of_ones_own_is_no_error(folder: Path) -> None:
    first = filled()
    (cache,) = folder.glob("_jinja2-cache-*")
    for path in cache.iterdir():
        path.unlink()
    cache.rmdir()
    cache.write_text("another's")
    assert filled() == first


def test_a_full_disk_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(jinja2.bccache.Bucket, "write_bytecode", full)
    assert filled()
    assert not list(folder.glob("_jinja2-cache-*/*.cache"))
