"""Images are read once, by who mines them, and known again by what was read then."""

import os
from collections import Counter

import pytest

from tests.data import stored
from vizreport.building import first_pass
from vizreport.building.build import build
from vizreport.building.request import BuildRequest
from vizreport.data import contents
from vizreport.data.storage import LocalFolder
from vizreport.experiments.diagnosis import compute as diagnosis
from vizreport.experiments.settings import Settings
from vizreport.parallel import piece
from vizreport.parallel.kept import KeptPieces
from vizreport.subject import layer_choice

COUNT = 24
CHECKED = 6  # images read ahead for the two that check the graph
BATCH, SAMPLED = 4, 2  # images of a forward pass, and of which a sample looks at


@pytest.fixture
def reads(monkeypatch):
    """Count how often each file is read; no time is too recent to be believed."""
    found = Counter()
    original = LocalFolder.read

    def read(self, path, begin=0, end=None):
        found[path, begin] += 1
        return original(self, path, begin, end)

    monkeypatch.setattr(LocalFolder, "read", read)
    monkeypatch.setattr(contents, "_TICK", 0)
    monkeypatch.setattr(layer_choice, "_IMAGES", SAMPLED)
    monkeypatch.setattr(diagnosis, "MEASURED", SAMPLED)
    return found


def built(checkpoint, data, out, reads, *only):
    """Build; return how often files were read, and the results with the times of their files."""
    reads.clear()
    settings = Settings(batch_size=BATCH)
    request = BuildRequest(checkpoint, str(data), out, settings, pdf=False, only=only, strict=True)
    assert build(request) == 0
    results = {path: path.stat().st_mtime_ns for path in out.glob("results/*/*.npz")}
    return dict(reads), {
        path: time for path, time in results.items() if "contents" not in str(path)
    }


@pytest.mark.usefixtures("rendered")
def test_an_image_is_read_once_and_again_only_where_it_was_written(tiny_files, tmp_path, reads):
    checkpoint, out = tiny_files[0], tmp_path / "run"
    folder = stored.write_folder(tmp_path / "photos", COUNT)
    once, first = built(checkpoint, folder, out, reads, "overview", "diagnosis")
    # The graph is checked, and of a sample the sharpness is measured at full size.
    again = sum(once.values()) - COUNT
    assert len(once) == COUNT
    assert 0 < again <= CHECKED + SAMPLED
    assert built(checkpoint, folder, out, reads, "overview", "diagnosis") == ({}, first)

    one, other = (path for path in stored.files(folder)[:2])
    one.write_bytes(one.read_bytes())
    read, results = built(checkpoint, folder, out, reads, "overview", "diagnosis")
    assert (read, results) == ({(str(one.relative_to(folder)), 0): 1}, first)
    assert built(checkpoint, folder, out, reads, "overview", "diagnosis") == ({}, first)

    before = other.stat()
    changed = bytearray(other.read_bytes())
    changed[-20] ^= 1
    other.write_bytes(changed)
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    read, results = built(checkpoint, folder, out, reads, "overview")
    assert len(read) == COUNT
    assert {path.parent.name for path in results.keys() - first.keys()} == {"mining", "overview"}


@pytest.mark.usefixtures("rendered")
def test_a_first_pass_that_was_stopped_goes_on(tiny_files, tmp_path, reads, monkeypatch):
    folder, out = stored.write_folder(tmp_path / "photos", COUNT), tmp_path / "run"
    (folder / "star" / "023.jpg").write_bytes(b"no image")
    monkeypatch.setattr(piece, "BATCHES", 1)
    save = KeptPieces.save

    def stopped(*_arguments):
        raise KeyboardInterrupt

    def two_are_saved(self, work, finished):
        save(self, work, finished)
        if len(list(out.glob("results/mining/*.pieces/images/*.npz"))) == 2:
            stopped()

    monkeypatch.setattr(KeptPieces, "save", two_are_saved)
    with pytest.raises(KeyboardInterrupt):
        built(tiny_files[0], folder, out, reads, "overview")
    monkeypatch.setattr(KeptPieces, "save", save)
    monkeypatch.setattr(first_pass, "remember", stopped)
    with pytest.raises(KeyboardInterrupt):
        built(tiny_files[0], folder, out, reads, "overview")
    # The damaged file twice: mining tells no hash of it.
    assert COUNT - 2 * BATCH < sum(reads.values()) <= COUNT - 2 * BATCH + CHECKED + SAMPLED + 1
    monkeypatch.undo()
    with monkeypatch.context() as patched:
        patched.setattr(piece, "BATCHES", 1)
        read, _ = built(tiny_files[0], folder, out, reads, "overview")
    assert sum(read.values()) <= CHECKED + SAMPLED + 1
    assert not list(out.glob("results/mining/*.pieces"))
