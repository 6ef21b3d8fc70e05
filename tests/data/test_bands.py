"""Images of 2 or of 4 and more channels: what the network gets and what is shown."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from vizreport.data.image import UnreadableImage
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import PRESETS, preset
from vizreport.data.reading import read_batches
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (6, 14, 18, 5), np.uint8)


@pytest.fixture
def source(tmp_path):
    np.savez(tmp_path / "a.npz", images=IMAGES)
    return str(tmp_path / "a.npz")


def test_tensor_and_transpose():
    parts = {"mean": (1.0, 2, 3, 4, 5), "std": (2.0, 4, 8, 16, 32), "bands": (5, 2, 1)}
    given = preset("raw", (14, 18), 5, parts)
    pictures = np.stack([given.picture(image) for image in IMAGES])
    np.testing.assert_array_equal(pictures, IMAGES)
    expected = (IMAGES - np.arange(1, 6)) / 2.0 ** np.arange(1, 6)
    np.testing.assert_allclose(given.tensor(pictures), expected, rtol=1e-6)
    np.testing.assert_array_equal(given.shown(pictures), IMAGES[..., [4, 1, 0]])
    # The transpose of shown pixels -> input, by its matrix.
    matrix = np.zeros((5, 3))
    matrix[[4, 1, 0], [0, 1, 2]] = 1 / 32, 1 / 4, 1 / 2
    signal = RANDOM.normal(size=(2, 3, 4, 5))
    np.testing.assert_allclose(given.to_rgb(signal), signal @ matrix, rtol=1e-12)
    assert Preprocessing.from_dict(given.as_dict()) == given
    assert given != preset("raw", (14, 18), 5, {**parts, "bands": (1, 2, 3)})


@pytest.mark.parametrize("name", ["raw", "unit", "tf"])
def test_bands_are_resized_as_greyscale_pictures_are(name, source):
    given = preset(name, (7, 5), 5)
    assert given.bands == (1, 2, 3)
    (batch,) = read_batches(open_dataset(source), given, 8)
    assert batch.pictures.shape == (6, 7, 5, 5)
    grey = preset(name, (7, 5), 1)
    for band in range(5):
        alone = np.repeat(IMAGES[..., band, None], 3, axis=-1)
        for picture, image in zip(batch.pictures[..., band], alone, strict=True):
            np.testing.assert_array_equal(picture, grey.picture(image)[..., 0])


def test_two_channels_are_told_apart_with_any_colour_vision():
    given = preset("unit", (14, 18), 2)
    pictures = IMAGES[..., :2]
    np.testing.assert_array_equal(given.shown(pictures), pictures[..., [0, 1, 0]])  # magenta, green


@pytest.mark.parametrize(
    ("channels", "parts", "said"),
    [
        (5, {"bands": (6, 1, 1)}, "bands is .*three numbers from 1 to 5"),
        (5, {"bands": (0, 1, 1)}, "three numbers from 1 to 5"),
        (5, {"bands": (1, 2)}, "three numbers from 1 to 5"),
        (5, {"mean": (1, 2, 3)}, "mean has 3 numbers; it must have 1 or 5"),
        (5, {"channels": "BGR"}, "channels is 'BGR', .* has 5 channels: bands"),
        (3, {"bands": (3, 2, 1)}, "for networks with 2, or 4 or more, channels"),
    ],
)
def test_what_does_not_fit(channels, parts, said):
    with pytest.raises(RequestError, match=said):
        preset("raw", (14, 18), channels, parts)


@pytest.mark.parametrize("name", sorted(PRESETS.keys() - {"raw", "unit", "tf"}))
def test_presets_of_colours(name):
    with pytest.raises(RequestError, match="is for colour images|no mean"):
        preset(name, (14, 18), 5)


def test_other_images_than_the_network_takes(source, tmp_path):
    dataset = open_dataset(source)
    assert dataset.channels == 5
    with pytest.raises(RequestError, match="a.npz have 5 channels, but the network takes 3"):
        next(read_batches(dataset, preset("raw", (7, 5), 3), 2))
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(RequestError, match="3 channels, but the network takes 4; .*npz"):
        next(read_batches(open_dataset(str(tmp_path)), preset("raw", (7, 5), 4), 2))
    with pytest.raises(UnreadableImage, match="it has 3 channels, but the network takes 4"):
        preset("raw", (7, 5), 4).picture(np.zeros((8, 8, 3), np.uint8))
