"""Manifests: what is refused, what is replaced and removed, and what survives a kill."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.ownership import tree
from vizreport.errors import RequestError
from vizreport.results import manifest
from vizreport.results.disk import SCARCE, full_disk, require_file, require_writable, warn_if_scarce
from vizreport.results.manifest import add, discard, prepare, read, remove, replace

NAMES = ("index.html", "figures/", "results/mining/1.json")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def write(folder: Path, *names: str, content: str = "ours") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


@pytest.mark.parametrize(
    ("taken", "named"),
    [
        ("index.html", "index.html"),
        ("index.html/notes.txt", "index.html"),
        ("figures/holiday.png", "figures"),
        ("figures", "figures"),
        ("results", "results"),
        ("results/mining", "results/mining"),
        ("results/mining/1.json", "results/mining/1.json"),
        (".vizreport", ".vizreport"),
    ],
)
def test_a_taken_name_is_refused(out, taken, named):
    write(out, taken, content="a user's")
    before = tree(out)
    with pytest.raises(RequestError) as refused:
        prepare(out, "report", NAMES)
    assert str(refused.value) == (
        f"{out / named} would be overwritten, but vizreport build did not write it; move it away "
        "or choose another folder"
    )
    assert tree(out) == before


@pytest.mark.parametrize("name", ["index.html", "figures", "results", ".vizreport"])
def test_links_are_not_followed(out, tmp_path, name):
    out.mkdir()
    add(out, "training", ["index.html", "figures/a.png"])
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / ("page" if name == "index.html" else "")
    if name == ".vizreport":
        (out / name).rename(tmp_path / "elsewhere" / "manifests")
    (out / name).symlink_to(target)
    with pytest.raises(RequestError, match=f"out/{name} "):
        prepare(out, "report", NAMES)


def test_what_is_not_in_the_way_stays(out):
    write(out, "notes.txt", "page/index.html", "results/other/1.json", content="a user's")
    prepare(out, "report", ("index.html", "results/mining/1.json"))
    assert sorted(tree(out)) == [
        *("notes.txt", "page", "page/index.html"),
        *("results", "results/other", "results/other/1.json"),
    ]


def test_many_obstacles_are_counted(out):
    write(out, *"abcde", content="a user's")
    with pytest.raises(RequestError, match=r"out/c and 2 more would be.*write them; move them"):
        prepare(out, "report", "abcde")


def test_writers_share_a_folder_but_no_name(out):
    add(out, "comparison", ["index.html", "figures/a.png"])
    write(out, "index.html", "figures/a.png")
    prepare(out, "training", ["history.csv"])
    prepare(out, "comparison", ["index.html", "figures/"])
    with pytest.raises(RequestError, match=r"index\.html belongs to vizreport compare; choose"):
        prepare(out, "report", ["index.html"])
    with pytest.raises(RequestError, match="figures belongs to vizreport compare"):
        prepare(out, "report", ["figures/"])


def test_adopted_files_are_remembered(out):
    write(out, "index.html", "figures/a.png")
    found = ("index.html", "figures/a.png")
    prepare(out, "report", NAMES, lambda folder: found)
    assert read(out, "report") == {*found}
    # Adopted once: what comes later is the user's.
    write(out, "results/mining/1.json", content="a user's")
    with pytest.raises(RequestError, match="results/mining/1.json would"):
        prepare(out, "report", NAMES, lambda folder: NAMES)


def stage_with(tmp_path, *names) -> Path:
    stage = tmp_path / "stage"
    write(stage, *names, content="new")
    return stage


PARTS = ("figures/", "pages/", "index.html", "report.pdf")


def test_only_files_of_the_manifest_are_replaced(out, tmp_path):
    ours = ("index.html", "figures/a.png", "figures/old/b.png", "pages/p.html", "run.json")
    add(out, "report", [*ours, "report.pdf", "figures/gone.png"])
    write(out, *ours, "report.pdf")
    write(out, "figures/mine.png", "notes.txt", content="a user's")
    replace(stage_with(tmp_path, "index.html", "figures/a.png"), out, "report", PARTS)
    # A part that is not in the stage stays, here the pages and the PDF.
    assert read(out, "report") == {
        *("index.html", "figures/a.png", "pages/p.html", "run.json", "report.pdf")
    }
    contents = {name: content for name, content in tree(out).items() if ".vizreport" not in name}
    assert contents == {
        "figures": None,
        "figures/a.png": b"new",
        "figures/mine.png": b"a user's",
        "index.html": b"new",
        "notes.txt": b"a user's",
        "pages": None,
        "pages/p.html": b"ours",
        "report.pdf": b"ours",
        "run.json": b"ours",
    }


def test_a_file_put_where_a_new_one_would_be_is_kept(out, tmp_path):
    add(out, "report", ["index.html", "figures/a.png"])
    write(out, "index.html", "figures/a.png")
    write(out, "figures/new.png", content="a user's")
    before = tree(out)
    stage = stage_with(tmp_path, "index.html", "figures/a.png", "figures/new.png")
    with pytest.raises(RequestError, match="figures/new.png would be overwritten"):
        replace(stage, out, "report", PARTS)
    assert tree(out) == before


def test_a_kill_between_two_files(out, tmp_path, monkeypatch):
    former = ("index.html", "figures/a.png", "figures/old.png")
    add(out, "report", former)
    write(out, *former)
    names = ("index.html", "figures/a.png", "figures/b.png")
    moved, move = [], Path.replace

    def killed(self, target):
        if self.parent.name != manifest.FOLDER:
            moved.append(self)
        if len(moved) == 3:
            raise KeyboardInterrupt
        return move(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            replace(stage_with(tmp_path, *names), out, "report", PARTS)
    assert (out / "figures/b.png").read_text() == "new"
    assert (out / "index.html").read_text() == "ours"
    # Everything that lies there is known to be ours, and the next one goes through.
    assert read(out, "report") == {*former, *names}
    prepare(out, "report", ("index.html", "figures/"))
    replace(stage_with(tmp_path, *names), out, "report", PARTS)
    assert read(out, "report") == {*names}
    assert not (out / "figures/old.png").exists()


def test_removal_does_not_leave_the_folder(out, tmp_path):
    write(tmp_path, "elsewhere/a.png", content="a user's")
    out.mkdir()
    (out / "figures").symlink_to(tmp_path / "elsewhere")
    add(out, "index", ["b"])
    (out / ".vizreport" / "report.json").write_text(
        json.dumps({"schema_version": 1, "files": ["figures/a.png"]})
    )
    remove(out, "report", ["figures/a.png"])
    assert (tmp_path / "elsewhere" / "a.png").exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[1]",
        '{"schema_version": 2, "files": []}',
        '{"schema_version": 1, "files": 3}',
        *(
            json.dumps({"schema_version": 1, "files": [name]})
            for name in ("../a", "/etc/passwd", "a/../../b", "", "a//b", "./a", 3, "a\0")
        ),
        "[" * 100_000,
    ],
)
def test_a_damaged_manifest_is_named(out, content):
    add(out, "report", ["a"])
    (out / ".vizreport" / "report.json").write_text(content)
    with pytest.raises(RequestError, match=r"\.vizreport/report\.json, the list.*cannot be read"):
        prepare(out, "report", ["index.html"])


def test_a_discarded_folder_is_gone_unless_something_else_is_in_it(out):
    for other in ((), ("notes.txt",)):
        add(out, "training", ["a.npz", "sub/b"])
        write(out, "a.npz", "sub/b")
        write(out, *other, content="a user's")
        discard(out, "training")
        assert out.exists() == bool(other)
    assert tree(out) == {"notes.txt": b"a user's"}


def test_several_at_once(out):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: add(out, "ablation", [f"{i}.json"]), range(60)))
    assert read(out, "ablation") == {f"{i}.json" for i in range(60)}


def test_trying_to_write_leaves_nothing(tmp_path):
    require_writable(tmp_path / "a" / "b")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_takes_no_file(out, number, monkeypatch):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(RequestError) as refused:
        prepare(out, "report", ["index.html"])
    assert str(refused.value) == (
        f"{out} cannot be created or written to ({os.strerror(number)}); choose another folder, or "
        "make this one writable"
    )
    assert not out.exists()


def test_a_file_where_the_folder_would_be(tmp_path):
    (tmp_path / "file").write_text("a user's")
    for name in ("file/out", "x" * 300):
        with pytest.raises(RequestError, match="cannot be created"):
            prepare(tmp_path / name, "report", ["index.html"])
    with pytest.raises(RequestError, match="is a folder; name a file"):
        require_file(tmp_path)


def test_a_scarce_disk_is_warned_of(out, monkeypatch, capsys):
    free = SCARCE
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("", (), {"free": free}))
    warn_if_scarce(out)
    assert capsys.readouterr().err == ""
    free -= 1
    warn_if_scarce(out)
    assert capsys.readouterr().err == (
        f"vizreport: warning: the disk of {out} has only 500.0 MB left\n"
    )


def test_full_disks_are_told_from_other_errors():
    full = OSError(errno.ENOSPC, "No space left on device", "a.npz")
    assert full_disk(full) is full
    assert full_disk(OSError(errno.EACCES, "Permission denied")) is None
    assert full_disk(ValueError("no space")) is None
    closing = ValueError("cannot close")  # as zipfile does
    closing.__context__ = full
    assert full_disk(closing) is full
    hdf5 = RuntimeError("Can't decrement id ref count (file write failed: errno = 28, buf = 0x1)")
    found = full_disk(hdf5)
    assert found is not None
    assert found.errno == errno.ENOSPC
    assert full_disk(RuntimeError("errno = 2")) is None
