"""The table of presets and the change of single parts."""

import numpy as np
import pytest

from vizreport.data.presets import PRESETS, preset, with_parts
from vizreport.errors import RequestError


def test_the_table():
    assert list(PRESETS) == ["zfnet", "caffe", "torch", "tf", "unit", "raw"]


@pytest.mark.parametrize(
    ("name", "size", "resize_to"),
    [
        ("zfnet", (224, 224), 256),
        ("zfnet", (112, 112), 128),
        ("zfnet", (64, 64), 73),  # 73.14
        ("zfnet", (100, 224), 256),
        ("caffe", (224, 224), (256, 256)),
        ("caffe", (227, 227), (256, 256)),
        ("caffe", (448, 224), (512, 256)),
        ("torch", (224, 224), 256),
        ("torch", (299, 299), 342),  # 341.7
        ("tf", (299, 299), None),
        ("unit", (32, 32), None),
    ],
)
def test_resizing_grows_with_the_input(name, size, resize_to):
    assert PRESETS[name](size, 3).resize_to == resize_to


@pytest.mark.parametrize(
    ("name", "black", "white"),
    [
        ("caffe", [-104, -117, -123], [151, 138, 132]),
        ("torch", [-2.1179, -2.0357, -1.8044], [2.2489, 2.4286, 2.6400]),
        ("tf", [-1, -1, -1], [1, 1, 1]),
        ("unit", [0, 0, 0], [1, 1, 1]),
        ("raw", [0, 0, 0], [255, 255, 255]),
    ],
)
def test_values_of_black_and_white(name, black, white):
    preprocessing = preset(name, (2, 2), 3)
    for value, expected in ((0, black), (255, white)):
        tensor = preprocessing.tensor(np.full((1, 2, 2, 3), value, np.uint8))
        np.testing.assert_allclose(tensor[0, 0, 0], expected, atol=1e-4)


def test_caffe_puts_blue_first():
    blue = np.array([0, 0, 255], np.uint8).reshape(1, 1, 1, 3)
    np.testing.assert_allclose(preset("caffe", (1, 1), 3).tensor(blue)[0, 0, 0], [151, -117, -123])


def test_one_channel():
    for name in ("caffe", "torch", "tf", "unit"):
        assert preset(name, (8, 8), 1).channels == "L"
    # The luminance of the mean colour, red 123, green 117, blue 104.
    assert preset("caffe", (8, 8), 1).mean == pytest.approx((117.312,))
    assert preset("zfnet", (8, 8), 1, {"mean": 120}).mean == (120.0,)


def test_zfnet_needs_a_mean():
    with pytest.raises(RequestError, match="zfnet.*sidecar.*--mean"):
        preset("zfnet", (224, 224), 3)
    assert preset("zfnet", (224, 224), 3, {"mean": (1, 2, 3)}).mean == (1.0, 2.0, 3.0)
    image = np.ones((224, 224, 3), np.float32)
    assert preset("zfnet", (224, 224), 3, {"mean_image": image}).mean_image is image


def test_unknown_names():
    with pytest.raises(RequestError, match="unknown preset 'keras'; choose from zfnet, caffe"):
        preset("keras", (8, 8), 3)
    with pytest.raises(RequestError, match="no part size; its parts are input_size, resize"):
        preset("unit", (8, 8), 3, {"size": 3})


@pytest.mark.parametrize(
    ("name", "parts", "expected"),
    [
        ("caffe", {"input_size": 112}, {"input_size": (112, 112), "resize_to": (128, 128)}),
        ("torch", {"resize_to": 230}, {"resize_to": 230}),
        ("torch", {"resize": "squash"}, {"resize_to": 256}),
        ("torch", {"resize": "squash", "resize_to": [240, 250]}, {"resize_to": (240, 250)}),
        ("torch", {"resize": "none"}, {"resize_to": None, "crop": "center"}),
        ("torch", {"crop": "none"}, {"resize": "squash", "resize_to": None}),
        ("tf", {"crop": "center"}, {"resize": "squash", "resize_to": 256}),
        ("tf", {"crop": "center", "resize": "shortest"}, {"resize": "shortest", "resize_to": 256}),
        ("unit", {"mean": 0.5}, {"mean": (0.5, 0.5, 0.5)}),
        ("unit", {"mean": [0.1, 0.2, 0.3]}, {"mean": (0.1, 0.2, 0.3)}),
        ("unit", {"std": 2}, {"std": (2.0, 2.0, 2.0)}),
        ("unit", {"scale": 1.0}, {"scale": 1.0}),
        # The mean stays with its colours.
        ("caffe", {"channels": "RGB"}, {"channels": "RGB", "mean": (123.0, 117.0, 104.0)}),
        ("torch", {"channels": "BGR"}, {"std": (0.225, 0.224, 0.229)}),
        ("caffe", {"channels": "RGB", "mean": (1, 2, 3)}, {"mean": (1.0, 2.0, 3.0)}),
    ],
)
def test_parts(name, parts, expected):
    made = preset(name, (224, 224), 3, parts)
    assert {part: getattr(made, part) for part in expected} == expected


@pytest.mark.parametrize(
    ("name", "channels", "parts", "message"),
    [
        ("unit", 3, {"mean": (1, 2)}, "mean has 2 numbers; it must have 1 or 3"),
        ("unit", 1, {"mean": (1, 2, 3)}, "mean has 3 numbers; it must have 1, as .* greyscale"),
        ("unit", 3, {"std": "1,2"}, "std is '1,2'; it must be 1 or 3 numbers"),
        ("unit", 3, {"std": ()}, "std has 0 numbers"),
        ("unit", 3, {"std": 0}, "neither may be 0"),
        ("unit", 3, {"channels": "L"}, "channels is 'L', but .* 3 channels: RGB or BGR"),
        ("unit", 1, {"channels": "RGB"}, "channels is 'RGB', but .* 1 channel: L"),
        ("unit", 3, {"channels": "XYZ"}, "it can be RGB, BGR, L"),
        ("unit", 3, {"resize_to": 256}, "need crop 'center'"),
        ("unit", 3, {"resize": "shortest"}, "need crop 'center'"),
        ("unit", 3, {"input_size": "big"}, "one or two whole numbers"),
        ("torch", 3, {"resize_to": 100}, "less than the network's input"),
    ],
)
def test_wrong_parts(name, channels, parts, message):
    with pytest.raises(RequestError, match=message):
        preset(name, (224, 224), channels, parts)


def test_parts_of_a_checkpoints_own_preprocessing():
    mean = np.random.default_rng(0).random((8, 8, 3), np.float32)
    own = preset("zfnet", (8, 8), 3, {"mean_image": mean})
    assert with_parts(own, {}) == own
    np.testing.assert_array_equal(with_parts(own, {"channels": "BGR"}).mean_image, mean[..., ::-1])
    by_number = with_parts(own, {"mean": 5})
    assert by_number.mean_image is None
    assert by_number.mean == (5.0, 5.0, 5.0)
    assert with_parts(by_number, {"mean_image": mean}) == own
