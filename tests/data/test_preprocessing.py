"""Preprocessing against whole-image resizing, hand-worked boxes and its own transpose."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from skimage.transform import resize as skimage_resize

from vizreport.data.image import UnreadableImage
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.presets import PRESETS, preset
from vizreport.errors import RequestError

UNIT = PRESETS["unit"]((32, 32), 3)
CAFFE = PRESETS["caffe"]((227, 227), 3)
TORCH = PRESETS["torch"]((224, 224), 3)


def photograph(rows, cols, seed=0):
    """Return smooth colours with some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:rows, :cols]
    waves = [np.sin(y / a + p) * np.cos(x / b) for a, b, p in rng.uniform(5, 40, (3, 3))]
    noise = rng.normal(0, 8, (rows, cols, 3))
    return np.clip(128 + 90 * np.dstack(waves) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("preprocessing", "size", "box"),
    [
        # 256/224 of 256: nothing resized, (256 - 224) / 2 = 16 px cut all round.
        (TORCH, (256, 256), (16, 16, 240, 240)),
        # Shortest side 512 -> 256, long side 1024 -> 512: left (512 - 224) / 2 = 144, twice that.
        (TORCH, (1024, 512), (288, 32, 736, 480)),
        (TORCH, (512, 1024), (32, 288, 480, 736)),
        # Squashed by 2 and by 4; (256 - 227) // 2 = 14.
        (CAFFE, (512, 1024), (28, 56, 482, 964)),
        (UNIT, (100, 30), (0, 0, 100, 30)),
        (replace(TORCH, resize="none", resize_to=None), (300, 225), (38, 0, 262, 224)),
    ],
)
def test_box_by_hand(preprocessing, size, box):
    assert preprocessing.box(*size) == pytest.approx(box, abs=1e-9)


def test_long_side_is_rounded_down():
    assert TORCH.resized(100, 133) == (256, 340)  # 340.48
    assert TORCH.resized(133, 100) == (340, 256)
    assert CAFFE.resized(133, 100) == (256, 256)
    assert UNIT.resized(133, 100) == (32, 32)


@given(
    width=st.integers(1, 5000),
    height=st.integers(1, 5000),
    rows=st.integers(1, 300),
    cols=st.integers(1, 300),
    margin=st.integers(0, 60),
    resize=st.sampled_from(["shortest", "squash"]),
)
def test_box_lies_in_the_image_and_in_its_middle(width, height, rows, cols, margin, resize):
    preprocessing = replace(
        TORCH, input_size=(rows, cols), resize=resize, resize_to=max(rows, cols) + margin
    )
    left, top, right, bottom = preprocessing.box(width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    resized_width, resized_height = preprocessing.resized(width, height)
    pixel_x, pixel_y = width / resized_width, height / resized_height
    assert (right - left) / pixel_x == pytest.approx(cols)
    assert (bottom - top) / pixel_y == pytest.approx(rows)
    # Odd margins: one resized pixel less at the left and top.
    assert -1e-6 <= (width - right - left) / pixel_x <= 1 + 1e-6
    assert -1e-6 <= (height - bottom - top) / pixel_y <= 1 + 1e-6
    if resize == "shortest" and min(width, height) > 20:
        # Rounding the long side down changes its scale by less than one pixel's worth.
        assert pixel_x / pixel_y == pytest.approx(1, rel=1 / (max(rows, cols) + margin))


@pytest.mark.parametrize(
    "size", [(300, 200), (200, 300), (256, 256), (97, 411), (900, 700), (40, 40)]
)
@pytest.mark.parametrize("preprocessing", [TORCH, CAFFE], ids=["torch", "caffe"])
def test_picture_is_the_crop_of_the_whole_resized_image(preprocessing, size):
    image = photograph(size[1], size[0])
    whole = Image.fromarray(image).resize(preprocessing.resized(*size), Image.Resampling.BILINEAR)
    rows, cols = preprocessing.input_size
    left, top = (whole.width - cols) // 2, (whole.height - rows) // 2
    expected = np.asarray(whole.crop((left, top, left + cols, top + rows)))
    picture = preprocessing.picture(image)
    assert picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - expected).max() <= 1


def test_picture_against_another_library():
    image = photograph(300, 420)
    preprocessing = replace(TORCH, input_size=(96, 96), resize_to=100)
    whole = skimage_resize(
        image.astype(float), (100, 140), order=1, anti_aliasing=True, preserve_range=True
    )
    expected = whole[2:98, 22:118]
    # A triangle and a Gaussian of like width: equal but for the noise they leave.
    assert np.abs(preprocessing.picture(image) - expected).mean() < 2
    assert np.abs(preprocessing.picture(image) - np.roll(expected, 1, 1)).mean() > 4


def test_picture_follows_the_box():
    """A step in the image falls on the pixel where the box says."""
    image = np.zeros((512, 1024, 3), np.uint8)
    image[:, 512:] = 255
    picture = TORCH.picture(image)
    assert (picture[:, :111] == 0).all()
    assert (picture[:, 113:] == 255).all()


def test_picture_of_the_right_size_is_untouched():
    image = photograph(32, 32)
    np.testing.assert_array_equal(UNIT.picture(image), image)


def test_picture_of_a_reduced_image_shows_the_same_place():
    # Odd sizes are rounded up in reducing; half a pixel's shift would show as 2 grey levels.
    image = photograph(1201, 1801)
    reduced = np.asarray(Image.fromarray(image).reduce(2))
    full = TORCH.picture(image).astype(int)
    assert np.abs(TORCH.picture(reduced, (1801, 1201)) - full).mean() < 0.5


def test_least_size_is_twice_the_resized():
    assert TORCH.least_size(4000, 2000) == (1024, 512)
    assert TORCH.least_size(300, 400) == (300, 400)
    assert CAFFE.least_size(4000, 2000) == (512, 512)


def test_ribbon_stays_small():
    assert TORCH.picture(np.zeros((20_000, 1, 3), np.uint8)).shape == (224, 224, 3)


def test_too_small_without_resizing():
    as_is = replace(TORCH, resize="none", resize_to=None)
    with pytest.raises(UnreadableImage, match="223 x 400 pixels are fewer than the network's 224"):
        as_is.picture(np.zeros((400, 223, 3), np.uint8))


def by_hand(pictures, preprocessing):
    """Normalise pixel by pixel in float64."""
    out = []
    for picture in pictures.astype(float):
        red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
        planes = {
            "RGB": [red, green, blue],
            "BGR": [blue, green, red],
            "L": [0.299 * red + 0.587 * green + 0.114 * blue],
        }[preprocessing.channels]
        out.append(
            np.dstack(
                [
                    (plane * preprocessing.scale - mean) / std
                    for plane, mean, std in zip(
                        planes, preprocessing.mean, preprocessing.std, strict=True
                    )
                ]
            )
        )
    return np.array(out)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", ["caffe", "torch", "tf", "unit"])
def test_tensor(name, channels):
    preprocessing = PRESETS[name]((8, 10), channels)
    pictures = np.random.default_rng(1).integers(0, 256, (2, 8, 10, 3), np.uint8)
    tensor = preprocessing.tensor(pictures)
    assert tensor.dtype == np.float32
    assert tensor.shape == (2, 8, 10, channels)
    np.testing.assert_allclose(tensor, by_hand(pictures, preprocessing), rtol=1e-5, atol=1e-4)


def test_tensor_with_a_mean_image():
    rng = np.random.default_rng(2)
    mean = rng.uniform(90, 150, (8, 10, 3)).astype(np.float32)
    zfnet = replace(PRESETS["zfnet"]((8, 10), 3), mean_image=mean)
    pictures = rng.integers(0, 256, (2, 8, 10, 3), np.uint8)
    np.testing.assert_allclose(zfnet.tensor(pictures), pictures - mean, atol=1e-4)


def test_tensor_without_a_mean():
    with pytest.raises(RequestError, match="no mean.*sidecar.*--mean"):
        PRESETS["zfnet"]((8, 8), 3).tensor(np.zeros((1, 8, 8, 3), np.uint8))


@pytest.mark.parametrize("channels", ["RGB", "BGR"])
def test_to_rgb_is_the_transpose_of_the_linear_part(channels):
    """<A u, v> = <u, A' v>, with A u = tensor(u) - tensor(0) taken column by column."""
    preprocessing = Preprocessing(
        (3, 4), "squash", None, "none", channels, 0.25, (1.0, 2.0, 3.0), (0.5, 2.0, 4.0)
    )
    zero = np.zeros((1, 3, 4, 3), np.uint8)
    columns = []
    for i in range(zero.size):
        unit = zero.copy()
        unit.flat[i] = 1
        columns.append((preprocessing.tensor(unit) - preprocessing.tensor(zero)).ravel())
    v = np.random.default_rng(3).normal(size=(1, 3, 4, 3))
    expected = (np.array(columns) @ v.ravel()).reshape(v.shape)
    result = preprocessing.to_rgb(v)
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


def test_to_rgb_of_twins():
    rgb = Preprocessing((3, 4), "squash", None, "none", "RGB", 1, (1, 2, 3), (4, 5, 6))
    bgr = replace(rgb, channels="BGR", mean=(3, 2, 1), std=(6, 5, 4))
    pictures = np.random.default_rng(4).integers(0, 256, (2, 3, 4, 3), np.uint8)
    np.testing.assert_array_equal(bgr.tensor(pictures), rgb.tensor(pictures)[..., ::-1])
    v = np.random.default_rng(5).normal(size=(2, 3, 4, 3)).astype(np.float32)
    np.testing.assert_array_equal(rgb.to_rgb(v), bgr.to_rgb(v[..., ::-1]))
    assert rgb.to_rgb(v).dtype == np.float32


def test_to_rgb_of_a_greyscale_network():
    """On grey pictures g, <A g, v> = <g, one channel of A' v>; all channels are equal."""
    grey = Preprocessing((3, 4), "squash", None, "none", "L", 0.5, (7.0,), (4.0,))
    v = np.random.default_rng(6).normal(size=(2, 3, 4, 1))
    result = grey.to_rgb(v)
    np.testing.assert_array_equal(result, np.repeat(v * 0.5 / 4, 3, -1))
    g = np.random.default_rng(7).integers(0, 256, (2, 3, 4, 1), np.uint8)
    pictures = np.repeat(g, 3, -1)
    linear = grey.tensor(pictures) - grey.tensor(np.zeros_like(pictures))
    assert np.vdot(linear, v) == pytest.approx(np.vdot(g[..., 0], result[..., 0]), rel=1e-5)


@pytest.mark.parametrize("name", list(PRESETS))
@pytest.mark.parametrize("channels", [1, 3])
def test_goes_through_json(name, channels):
    preprocessing = PRESETS[name]((30, 40), channels)
    mean_image = None
    if name == "zfnet":
        mean_image = np.random.default_rng(8).random((30, 40, channels), np.float32)
        preprocessing = replace(preprocessing, mean_image=mean_image)
    values = json.loads(json.dumps(preprocessing.as_dict()))
    back = Preprocessing.from_dict(values, mean_image)
    assert back == preprocessing
    assert hash(back) == hash(preprocessing)
    assert back.as_dict() == preprocessing.as_dict()
    assert back != replace(preprocessing, scale=3.0)


def test_whole_numbers_and_floats_give_one_key():
    whole = replace(CAFFE, mean=(104, 117, 123), std=(1, 1, 1), scale=1)
    assert json.dumps(whole.as_dict()) == json.dumps(CAFFE.as_dict())


def test_from_dict_refuses():
    mean = np.zeros((8, 8, 3), np.float32)
    values = replace(PRESETS["zfnet"]((8, 8), 3), mean_image=mean).as_dict()
    with pytest.raises(RequestError, match="its file is missing"):
        Preprocessing.from_dict(values)
    with pytest.raises(RequestError, match="not the one"):
        Preprocessing.from_dict(values, mean + 1)
    with pytest.raises(RequestError, match="unknown entries colour; its entries are input_size"):
        Preprocessing.from_dict({**values, "colour": 1}, mean)
    values.pop("std")
    with pytest.raises(RequestError, match="missing entries std"):
        Preprocessing.from_dict(values, mean)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"resize": "longest"}, "resize is 'longest'; it can be shortest, squash, none"),
        ({"crop": "ten"}, "crop is 'ten'; it can be center, none"),
        ({"channels": "HSV"}, "channels is 'HSV'; it can be RGB, BGR, L"),
        ({"input_size": (0, 5)}, "height and width"),
        ({"input_size": 5}, "height and width"),
        ({"input_size": (5.0, 5)}, "height and width"),
        ({"resize_to": 223}, "less than the network's input of 224 x 224"),
        ({"resize_to": (256, 256)}, "must be a whole number of pixels from 1 to 100,000$"),
        ({"resize": "squash", "resize_to": (256, 200)}, "less than the network's input"),
        ({"resize": "squash", "resize_to": None}, "or two of them"),
        ({"resize_to": True}, "must be a whole number"),
        ({"resize": "none"}, "resize is 'none', but resize_to is 256"),
        ({"crop": "none"}, "need crop 'center'"),
        ({"mean": (1.0, 2.0)}, "mean has 2 numbers; with channels RGB it must have 3"),
        ({"mean": None}, "mean is None"),
        ({"mean": (1.0, 2.0, float("nan"))}, "finite numbers"),
        ({"std": ()}, "std has 0 numbers"),
        ({"std": (1.0, 0.0, 1.0)}, "neither may be 0"),
        ({"scale": 0.0}, "neither may be 0"),
        ({"scale": "1"}, "scale is '1'"),
        ({"mean_image": np.zeros((224, 224, 3))}, "both a mean and a mean image"),
        ({"mean": (), "mean_image": np.zeros((256, 256, 3))}, r"shape \(256, 256, 3\)"),
    ],
)
def test_parts_that_do_not_fit(parts, message):
    with pytest.raises(RequestError, match=message):
        replace(TORCH, **parts)


def test_raw_pixels_are_those_of_keras_loaders(tmp_path):
    import keras

    random = np.random.default_rng(0)
    (tmp_path / "a").mkdir()
    for number, (height, width) in enumerate([(300, 201), (33, 47), (64, 96), (500, 375)]):
        noise = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "a" / f"{number}.png")
    loaded = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(64, 96), shuffle=False, verbose=0, label_mode=None
    )
    expected = next(iter(loaded)).numpy()
    preprocessing = preset("raw", (64, 96), 3)
    for number, pixels in enumerate(expected):
        image = np.asarray(Image.open(tmp_path / "a" / f"{number}.png"))
        tensor = preprocessing.tensor(preprocessing.picture(image)[None])[0]
        # Half a grey level of rounding, and TensorFlow's own in float32.
        assert np.abs(tensor - pixels).max() < 0.52
    # Antialiased, the same noise would be far smoother.
    assert np.abs(preset("unit", (64, 96), 3).picture(image) - expected[-1]).max() > 50


def test_without_antialiasing_images_are_decoded_whole():
    assert preset("raw", (64, 64), 3).least_size(4000, 2000) == (4000, 2000)


def test_preprocessings_written_before_antialiasing_could_be_chosen_are_read():
    values = TORCH.as_dict()
    del values["antialias"]
    assert Preprocessing.from_dict(values) == TORCH
