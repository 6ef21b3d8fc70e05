"""The examples in docstrings of the public API are run."""

from __future__ import annotations

import doctest
import shutil

import pytest

import vizreport
from vizreport.data import wording
from vizreport.experiments.settings import Settings


@pytest.fixture(scope="module")
def folder(tiny_files, tmp_path_factory):
    """A folder with the checkpoint and the images that the examples name."""
    made = tmp_path_factory.mktemp("examples")
    for path in tiny_files[0].parent.glob(f"{tiny_files[0].stem}.*"):
        shutil.copy(path, made / path.name.replace(tiny_files[0].stem, "model", 1))
    shutil.copy(tiny_files[1], made / "photos.npz")
    return made


# In the order in which they follow from each other: what is built is opened.
@pytest.mark.parametrize(
    "name", ["build", "open_run", "check", "Deconvnet", "GalleryCallback", "Settings", "wording"]
)
def test_examples(name, folder, monkeypatch):
    monkeypatch.chdir(folder)
    found = {"Settings": Settings, "wording": wording.describe_preprocessing}
    (example, *_) = doctest.DocTestFinder(recurse=False).find(
        found.get(name) or getattr(vizreport, name), name, globs={}
    )
    assert example.examples
    assert not any(doctest.SKIP in each.options for each in example.examples)
    said: list[str] = []
    result = doctest.DocTestRunner().run(example, out=said.append)
    assert result.failed == 0, "".join(said)


def test_every_public_name_has_an_example():
    public = set(vizreport.__all__) - {"__version__"}
    assert public == {"build", "open_run", "check", "Deconvnet", "GalleryCallback"}
