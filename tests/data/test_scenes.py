"""The embedded scenes: the file that ships, and reading and writing on a made-up one."""

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from vizreport.data import scenes
from vizreport.data.scenes import SIDE, open_scenes
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError

TOOLS = Path(__file__).parents[2] / "tools" / "scenes"
CLASSES = 12


def test_splits_are_balanced_and_disjoint():
    sets = {split: open_dataset("scenes", split) for split in ("train", "val", "test")}
    sizes = {split: len(dataset.records) for split, dataset in sets.items()}
    assert sizes == {"train": 5400, "val": 600, "test": 1200}
    for dataset in sets.values():
        assert len(dataset.class_names) == CLASSES
        counts = np.bincount([record.label for record in dataset.records], minlength=CLASSES)
        assert len(set(counts.tolist())) == 1
        for record in dataset.records:
            assert record.class_name == dataset.class_names[record.label]
    hashes = [record.tag for dataset in sets.values() for record in dataset.records]
    assert len(set(hashes)) == sum(sizes.values())
    assert len({dataset.fingerprint for dataset in sets.values()}) == 3


def test_one_construction_of_each_class_is_held_out():
    designs = {
        split: {
            (record.class_name, dataset.truth(record.index).design) for record in dataset.records
        }
        for split in ("train", "val", "test-ranges", "test-construction")
        for dataset in [open_scenes(split)]
    }
    assert designs["train"] == designs["val"] == designs["test-ranges"]
    assert not designs["test-construction"] & designs["train"]
    for split, constructions in (("train", 5), ("test-construction", 1)):
        counts = np.unique([name for name, _ in designs[split]], return_counts=True)[1]
        assert counts.tolist() == [constructions] * CLASSES


def test_the_parts_of_the_test_split_are_subsets():
    dataset = open_scenes("test")
    for part, name in (("ranges", "unseen ranges"), ("construction", "unseen construction")):
        of = [r for r in dataset.records if r.subset == name]
        assert len(of) == 600
        assert {dataset.truth(record.index).held_out for record in of} == {part}
        hashes = [record.tag for record in open_scenes(f"test-{part}").records]
        assert hashes == [record.tag for record in of]
    assert {record.subset for record in open_scenes("val").records} == {""}


def test_the_file_is_small():
    assert scenes.PACK.stat().st_size <= 20e6


def test_pictures_and_truth():
    dataset = open_scenes("val", max_images=36, seed=1)
    for record in dataset.records:
        picture = dataset.read(record.index)
        assert picture.shape == (SIDE, SIDE, 3)
        assert picture.dtype == np.uint8
        assert picture.std() > 5
        truth = dataset.truth(record.index)
        assert truth.mask.shape == (SIDE, SIDE)
        assert 0.05 <= truth.mask.mean() <= 0.8
        rows, columns = np.nonzero(truth.mask)
        bounds = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert truth.box == bounds
        assert len(truth.parts) >= 3
        for part in truth.parts.values():
            if part.visible:
                # A part that is seen is on the object, to within a pixel.
                near = np.hypot(rows + 0.5 - part.y, columns + 0.5 - part.x)
                assert near.min() < 2.5


def test_most_parts_are_seen_somewhere():
    seen, named = {}, {}
    dataset = open_scenes("train")
    for record in dataset.records:
        for name, part in dataset.truth(record.index).parts.items():
            key = (record.class_name, name)
            named[key] = named.get(key, 0) + 1
            seen[key] = seen.get(key, 0) + part.visible
    shares = np.array([seen[key] / named[key] for key in named])
    assert np.median(shares) > 0.5


def test_default_split_and_samples():
    assert open_scenes().fingerprint == open_scenes("test").fingerprint
    whole, sample = open_scenes("train"), open_scenes("train", 7, seed=3)
    by_path = {record.path: record for record in whole.records}
    assert len(sample.records) == 7
    for record in sample.records:
        twin = by_path[record.path]
        assert record.tag == twin.tag
        np.testing.assert_array_equal(sample.read(record.index), whole.read(twin.index))
        mask = whole.truth(twin.index).mask
        np.testing.assert_array_equal(sample.truth(record.index).mask, mask)


def test_refusals(tmp_path, monkeypatch):
    with pytest.raises(RequestError, match="no split 'validation'; it has train, val, test"):
        open_scenes("validation")
    damaged = tmp_path / "scenes.npz"
    damaged.write_bytes(scenes.PACK.read_bytes()[:1000])
    monkeypatch.setattr(scenes, "PACK", damaged)
    with pytest.raises(RequestError, match=r"scenes.npz; reinstall vizreport"):
        open_scenes()


@pytest.fixture
def packing(monkeypatch):
    """The module that packs, which is no part of the package."""
    monkeypatch.syspath_prepend(str(TOOLS))
    before = set(sys.modules)
    yield importlib.import_module("pack")
    for name in set(sys.modules) - before:
        if name in ("pack", "photograph"):
            del sys.modules[name]


def test_what_is_packed_is_read(packing, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    rendered, outs = tmp_path / "rendered", [tmp_path / "one.npz", tmp_path / "two.npz"]
    rendered.mkdir()
    records = [made_up(number, rng, rendered) for number in range(24)]
    for out in outs:
        monkeypatch.setattr("sys.argv", ["pack", str(rendered), str(out), "--count", "24"])
        packing.main()
    assert outs[0].read_bytes() == outs[1].read_bytes()

    monkeypatch.setattr(scenes, "PACK", outs[0])
    for split in ("train", "val", "test", "test-ranges", "test-construction"):
        name, _, part = split.partition("-")
        expected = [r for r in records if r["split"] == name and part in (r["held_out"], "")]
        dataset = open_scenes(split)
        assert len(dataset.records) == len(expected)
        for record, source in zip(dataset.records, expected, strict=True):
            assert record.class_name == source["class"]
            truth = dataset.truth(record.index)
            layers = np.load(rendered / f"{source['number']:04d}.npy")
            np.testing.assert_array_equal(truth.mask, layers[..., 4] >= 0.5)
            assert truth.box == tuple(source["box"])
            assert (truth.design, truth.stage) == (source["design"], source["stage"])
            assert truth.covered == source["covered"]
            assert truth.held_out == source["held_out"]
            found = {name: [p.x, p.y, p.visible] for name, p in truth.parts.items()}
            assert found == source["parts"]
            soft, _ = packing.developed(rendered / f"{source['number']:04d}.npy", source)
            sharp = np.asarray(Image.fromarray(soft).filter(ImageFilter.UnsharpMask(1, 195, 0)))
            assert abs(dataset.read(record.index) - sharp.astype(float)).mean() < 6


def made_up(number, rng, folder):
    """Write a rendered picture: a bright rectangle on smooth ground."""
    top, left = rng.integers(0, 60, 2)
    bottom, right = top + rng.integers(20, 60), left + rng.integers(20, 60)
    layers = np.full((SIDE, SIDE, 5), 0.2, np.float16)
    layers[..., 4] = 0
    layers[top:bottom, left:right] = 0.7
    # Whole masks and empty lines are the run lengths' border cases.
    if number == 5:
        layers[..., 4] = 1
        top, left, bottom, right = 0, 0, SIDE, SIDE
    np.save(folder / f"{number:04d}.npy", layers)
    record = {
        "number": number,
        "class": f"class {number % 3}",
        "split": {1: "val", 2: "test"}.get(number // 6, "train"),
        "held_out": {4: "ranges", 5: "construction"}.get(number // 3, ""),
        "design": f"design {rng.integers(3)}",
        "stage": f"stage {rng.integers(2)}",
        "covered": bool(rng.integers(2)),
        "box": [int(v) for v in (left, top, right, bottom)],
        "haze": [[0.5, 0.6, 0.7], float(rng.choice([0, 0.5]))],
        "parts": {
            name: [round(float(x), 1), round(float(y), 1), bool(seen)]
            for name, x, y, seen in zip(
                ("nose", "tail", f"only {number % 3}"),
                rng.uniform(-20, 150, 3),
                rng.uniform(-20, 150, 3),
                rng.integers(0, 2, 3),
                strict=True,
            )
        },
    }
    (folder / f"{number:04d}.json").write_text(json.dumps(record))
    return record
