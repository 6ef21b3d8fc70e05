"""Batches: order, bounds, unreadable images."""

import threading

import numpy as np
import pytest
from PIL import Image

from vizreport.data.dataset import Dataset, ImageRecord
from vizreport.data.image import UnreadableImage
from vizreport.data.presets import PRESETS
from vizreport.data.reading import BATCHES_AHEAD, read_batches
from vizreport.data.sources import open_dataset

UNIT = PRESETS["unit"]((6, 8), 3)


def numbered(count, read=None, bad=()):
    """Return a data set whose image i has the value i everywhere and is 10 + i px wide."""

    def value(index):
        if index in bad:
            raise UnreadableImage(f"reason {index}")
        return np.full((7, 10 + index, 3), index, np.uint8)

    records = tuple(ImageRecord(i, f"{i}.png", f"{i:064x}") for i in range(count))
    return Dataset("numbers", records, (), (), read or value, "")


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_order_and_contents(workers):
    batches = list(read_batches(numbered(11), UNIT, 4, workers=workers))
    assert [len(batch.indices) for batch in batches] == [4, 4, 3]
    for batch in batches:
        assert batch.pictures.shape == (len(batch.indices), 6, 8, 3)
        assert (batch.pictures == batch.indices[:, None, None, None]).all()
        assert (
            batch.sizes == np.stack([10 + batch.indices, np.full_like(batch.indices, 7)], 1)
        ).all()
        np.testing.assert_array_equal(batch.boxes[:, 2:], batch.sizes)
        assert batch.unreadable == []
    assert np.concatenate([batch.indices for batch in batches]).tolist() == list(range(11))
    dtypes = [a.dtype for a in (batch.indices, batch.pictures, batch.boxes, batch.sizes)]
    assert dtypes == [np.int64, np.uint8, np.float32, np.int32]


def test_chosen_indices_in_the_given_order():
    batches = list(read_batches(numbered(9), UNIT, 2, indices=np.array([5, 1, 8])))
    assert [batch.indices.tolist() for batch in batches] == [[5, 1], [8]]
    assert list(read_batches(numbered(9), UNIT, 2, indices=[])) == []


@pytest.mark.parametrize(
    ("bad", "indices", "unreadable"),
    [
        ((1,), [[0, 2, 3], [4, 5, 6], [7]], [[1], [], []]),
        ((0, 7), [[1, 2, 3], [4, 5, 6]], [[0], [7]]),
        ((3, 4), [[0, 1, 2], [5, 6, 7]], [[3, 4], []]),
        ((6, 7), [[0, 1, 2], [3, 4, 5]], [[], [6, 7]]),
        (range(8), [[]], [list(range(8))]),
        (range(1, 8), [[0]], [list(range(1, 8))]),
    ],
)
def test_unreadable_images_are_left_out_and_told(bad, indices, unreadable):
    batches = list(read_batches(numbered(8, bad=bad), UNIT, 3))
    assert [batch.indices.tolist() for batch in batches] == indices
    assert [batch.unreadable for batch in batches] == [
        [(f"{i}.png", f"reason {i}") for i in group] for group in unreadable
    ]
    assert batches[-1].pictures.shape[1:] == (6, 8, 3)
    assert batches[-1].boxes.shape[1:] == (4,)


def test_memory_is_bounded():
    """However long the consumer takes, at most the batches ahead and its own have been read."""
    started, lock = set(), threading.Lock()

    def read(index):
        with lock:
            started.add(index)
        return np.zeros((7, 10, 3), np.uint8)

    reader = read_batches(numbered(200, read), UNIT, 5, workers=4)
    for taken in range(1, 6):
        next(reader)
        threading.Event().wait(0.02)
        # The batch in hand, the first image of the next one, and those ahead.
        assert len(started) <= 5 * taken + 1 + BATCHES_AHEAD * 5
    reader.close()
    seen = len(started)
    threading.Event().wait(0.02)
    assert len(started) == seen < 50


def test_reads_ahead_while_the_consumer_works():
    third = threading.Event()

    def read(index):
        if index == 7:
            third.set()
        return np.zeros((7, 10, 3), np.uint8)

    reader = read_batches(numbered(30, read), UNIT, 3)
    next(reader)
    assert third.wait(5)


def test_defects_are_not_taken_for_unreadable_images():
    def read(index):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(read_batches(numbered(3, read), UNIT, 2))


def test_a_real_folder(tmp_path):
    rng = np.random.default_rng(0)
    smooth = np.mgrid[:480, :640].sum(0, dtype=float)[..., None] / 5 + rng.uniform(0, 30, 3)
    Image.fromarray(smooth.astype(np.uint8)).save(tmp_path / "a.jpg", quality=95)
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:2000])
    (tmp_path / "c.jpg").write_bytes(b"")
    Image.fromarray(smooth.astype(np.uint8)[:30, :40]).save(tmp_path / "d.png")
    dataset = open_dataset(str(tmp_path))
    torch = PRESETS["torch"]((56, 56), 3)
    (batch,) = read_batches(dataset, torch, 8)
    assert batch.indices.tolist() == [0, 3]
    assert batch.sizes.tolist() == [[640, 480], [40, 30]]
    np.testing.assert_allclose(batch.boxes[0], torch.box(640, 480), rtol=1e-6)
    assert batch.unreadable == [("b.jpg", "the file is truncated"), ("c.jpg", "the file is empty")]
    # The first is decoded at a reduced scale here and in full by Dataset.read.
    assert dataset.read(0).shape == (480, 640, 3)
    full = torch.picture(dataset.read(0)).astype(int)
    assert np.abs(batch.pictures[0] - full).max() <= 2


def test_too_small_for_a_crop_without_resizing(tmp_path):
    Image.new("RGB", (5, 5)).save(tmp_path / "a.png")
    as_is = PRESETS["torch"]((56, 56), 3)
    as_is = type(as_is).from_dict({**as_is.as_dict(), "resize": "none", "resize_to": None})
    (batch,) = read_batches(open_dataset(str(tmp_path)), as_is, 8)
    assert len(batch.indices) == 0
    assert "fewer than the network's 56 x 56" in batch.unreadable[0][1]
