"""Every image format and every way in which a file can be unreadable."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from vizreport.data import decoding
from vizreport.data.decoding import MAX_PIXELS, decode
from vizreport.data.image import Decoding, UnreadableImage
from vizreport.data.reading import read_image
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError

# Red, green over blue, white: each corner tells which way up the image is.
CORNERS = np.zeros((32, 48, 3), np.uint8)
CORNERS[:16, :24] = 255, 0, 0
CORNERS[:16, 24:] = 0, 255, 0
CORNERS[16:, :24] = 0, 0, 255
CORNERS[16:, 24:] = 255, 255, 255


def decoded(tmp_path, image, suffix, **options):
    path = tmp_path / f"image{suffix}"
    image.save(path, **options)
    pixels, size = decode(path)
    assert pixels.dtype == np.uint8
    assert size == (pixels.shape[1], pixels.shape[0])
    return pixels


@pytest.mark.parametrize(
    ("suffix", "options", "tolerance"),
    [
        (".png", {}, 0),
        (".bmp", {}, 0),
        (".gif", {}, 0),
        (".tif", {}, 0),
        (".tiff", {"compression": "tiff_lzw"}, 0),
        (".ppm", {}, 0),
        (".avif", {"quality": 98, "subsampling": "4:4:4"}, 12),
        (".webp", {"lossless": True}, 0),
        (".webp", {"quality": 95}, 12),
        (".jpg", {"quality": 98, "subsampling": 0}, 4),
        (".jpg", {"quality": 98, "subsampling": 0, "progressive": True}, 4),
    ],
)
def test_colour_formats(tmp_path, suffix, options, tolerance):
    pixels = decoded(tmp_path, Image.fromarray(CORNERS), suffix, **options)
    inner = np.r_[2:14, 18:30], np.r_[2:22, 26:46]
    difference = pixels.astype(int) - CORNERS
    assert np.abs(difference[np.ix_(*inner)]).max() <= tolerance


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp"])
def test_greyscale_becomes_equal_channels(tmp_path, suffix):
    grey = np.tile(np.arange(0, 240, 5, dtype=np.uint8), (32, 1))
    options = {"lossless": True} if suffix == ".webp" else {}
    pixels = decoded(tmp_path, Image.fromarray(grey), suffix, **options)
    assert (pixels == pixels[..., :1]).all()
    assert np.abs(pixels[..., 0].astype(int) - grey).max() <= 3


def test_black_and_white(tmp_path):
    bits = np.eye(20, dtype=bool)
    pixels = decoded(tmp_path, Image.fromarray(bits), ".png")
    np.testing.assert_array_equal(pixels, np.repeat(bits[..., None] * 255, 3, -1))


def test_palette(tmp_path):
    image = Image.fromarray(CORNERS).quantize(4)
    assert image.mode == "P"
    np.testing.assert_array_equal(decoded(tmp_path, image, ".png"), CORNERS)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".pgm"])
def test_sixteen_bit_greyscale_keeps_the_upper_eight(tmp_path, suffix):
    values = np.linspace(0, 65535, 48 * 32).astype(np.uint16).reshape(32, 48)
    pixels = decoded(tmp_path, Image.fromarray(values), suffix)
    np.testing.assert_array_equal(pixels[..., 1], np.round(values / 257).astype(np.uint8))


@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_of_which_fewer_are_used(tmp_path, suffix, bits):
    white = 2**bits - 1
    values = np.linspace(0, white, 48 * 32).astype(np.uint16).reshape(32, 48)
    pixels = decoded(tmp_path, Image.fromarray(values), suffix)
    exact = values.astype(float) * 255 / white
    assert np.abs(pixels - exact[..., None]).max() <= 0.5
    assert pixels.min() == 0
    assert pixels.max() == 255


def png_of_sixteen_bits(values, colour_type):
    """Return a PNG file of big-endian values [H, W, C]."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows, cols = values.shape[:2]
    header = struct.pack(">IIBBBBB", cols, rows, 16, colour_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row.astype(">u2").tobytes() for row in values))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("channels", "colour_type"), [(3, 2), (4, 6)])
def test_sixteen_bit_colours(channels, colour_type):
    values = np.random.default_rng(0).integers(0, 65536, (8, 8, channels))
    values[..., 3:] = 65535
    pixels, _ = decode(BytesIO(png_of_sixteen_bits(values, colour_type)))
    np.testing.assert_array_equal(pixels, values[..., :3] >> 8)
    values[..., :3] >>= 4  # a camera of 12 bits: Pillow would leave values from 0 to 15
    with pytest.raises(UnreadableImage, match="nearly black; save it with 8 bits"):
        decode(BytesIO(png_of_sixteen_bits(values, colour_type)))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.linspace(0, 1, 48, dtype=np.float32).reshape(6, 8), "floating-point numbers"),
        (np.arange(48, dtype=np.int32).reshape(6, 8) - 3, "from -3 to 44, beyond 16 bits"),
        (np.arange(48, dtype=np.int32).reshape(6, 8) * 2000, "from 0 to 94000, beyond 16"),
    ],
)
def test_values_of_no_known_range(tmp_path, values, reason):
    Image.fromarray(values).save(tmp_path / "a.tif")
    with pytest.raises(UnreadableImage, match=reason):
        decode(tmp_path / "a.tif")


@pytest.mark.parametrize("suffix", [".gif", ".tif"])
def test_the_first_of_several_frames(tmp_path, suffix):
    first, second = Image.fromarray(CORNERS), Image.new("RGB", (48, 32), (9, 99, 9))
    pixels = decoded(tmp_path, first, suffix, save_all=True, append_images=[second])
    np.testing.assert_array_equal(pixels, CORNERS)


def test_cmyk_jpeg(tmp_path):
    pixels = decoded(tmp_path, Image.fromarray(CORNERS).convert("CMYK"), ".jpg", quality=98)
    assert np.abs(pixels[4:12, 4:20].astype(int) - CORNERS[4:12, 4:20]).max() <= 8
    assert np.abs(pixels[20:28, 28:44].astype(int) - 255).max() <= 8


def test_transparency_is_composited_on_white(tmp_path):
    rgba = np.dstack([CORNERS, np.full(CORNERS.shape[:2], 255, np.uint8)])
    rgba[:16, :24, 3] = 0
    rgba[16:, :24, 3] = 51
    expected = CORNERS.copy()
    expected[:16, :24] = 255
    expected[16:, :24] = 204, 204, 255  # a fifth of blue, four fifths of white
    pixels = decoded(tmp_path, Image.fromarray(rgba), ".png")
    assert np.abs(pixels.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("mode", ["LA", "P", "L", "RGB"])
def test_transparency_of_other_modes(tmp_path, mode):
    if mode == "LA":
        image, options = Image.new("LA", (8, 8), (10, 0)), {}
    elif mode == "P":
        image = Image.new("P", (8, 8), 1)
        image.putpalette([0, 0, 0, 9, 9, 9])
        options = {"transparency": 1}
    else:
        image = Image.new(mode, (8, 8), 10 if mode == "L" else (10, 10, 10))
        options = {"transparency": 10 if mode == "L" else (10, 10, 10)}
    assert (decoded(tmp_path, image, ".png", **options) == 255).all()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, CORNERS),
        (2, CORNERS[:, ::-1]),
        (3, CORNERS[::-1, ::-1]),
        (4, CORNERS[::-1]),
        (5, CORNERS.transpose(1, 0, 2)),
        (6, np.rot90(CORNERS, -1)),
        (7, CORNERS[::-1, ::-1].transpose(1, 0, 2)),  # mirrored along the other diagonal
        (8, np.rot90(CORNERS)),
    ],
)
def test_exif_rotation(tmp_path, suffix, orientation, upright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if suffix == ".webp" else {"subsampling": 0}
    pixels = decoded(tmp_path, Image.fromarray(CORNERS), suffix, exif=exif, quality=98, **options)
    assert pixels.shape == upright.shape
    rows, cols = pixels.shape[:2]
    for row, col in [(4, 4), (4, cols - 5), (rows - 5, 4), (rows - 5, cols - 5)]:
        assert np.abs(pixels[row, col].astype(int) - upright[row, col]).max() <= 8


def keras_reads(path):
    import keras
    import tensorflow as tf

    by_pillow = np.asarray(keras.utils.load_img(path))
    by_tensorflow = tf.image.decode_image(path.read_bytes(), channels=3).numpy()
    return by_pillow, by_tensorflow  # what load_img and image_dataset_from_directory show


LIKE_KERAS = Decoding(exif="ignore", alpha="ignore")


def test_like_keras(tmp_path):
    """Both of Keras' loaders show hidden colours, and photographs as they lie in the file."""
    rng = np.random.default_rng(0)
    hidden = np.dstack([CORNERS, rng.integers(0, 255, CORNERS.shape[:2], np.uint8)])
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(hidden).save(tmp_path / "rgba.png")
    Image.fromarray(hidden[..., [0, 3]]).convert("LA").save(tmp_path / "grey.png")
    palette = Image.fromarray(CORNERS).quantize(4)
    palette.save(tmp_path / "palette.png", transparency=1)
    palette.save(tmp_path / "palette.gif")
    Image.fromarray(CORNERS).save(tmp_path / "turned.png", exif=exif)
    smooth = np.dstack([np.add.outer(np.arange(32), np.arange(48)).astype(np.uint8)] * 3)
    Image.fromarray(smooth).save(tmp_path / "turned.jpg", exif=exif, quality=98)
    Image.fromarray(smooth).save(tmp_path / "plain.bmp")
    different = set()
    for path in sorted(tmp_path.iterdir()):
        ours = decode(path, decoding=LIKE_KERAS)[0].astype(int)
        for theirs in keras_reads(path):
            theirs = theirs.reshape(ours.shape)  # frames of an animation: here one
            assert np.abs(ours - theirs).max() <= (1 if path.suffix == ".jpg" else 0), path.name
        if not np.array_equal(decode(path)[0], ours):
            different.add(path.name)
    assert different == {"rgba.png", "grey.png", "palette.png", "turned.png", "turned.jpg"}


def test_folders_like_keras(tmp_path):
    import keras

    rng = np.random.default_rng(1)
    exif = Image.Exif()
    exif[0x0112] = 3
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(2):
            pixels = rng.integers(0, 256, (6, 8, 4), np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png", exif=exif)
    theirs = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(6, 8), batch_size=4, shuffle=False, verbose=False
    )
    pixels, labels = next(iter(theirs))
    ours = open_dataset(str(tmp_path), decoding=LIKE_KERAS)
    np.testing.assert_array_equal([ours.read(index) for index in range(4)], pixels.numpy())
    assert [ours.class_names[label] for label in labels] == [r.class_name for r in ours.records]


def test_broken_exif_does_not_matter(tmp_path):
    path = tmp_path / "a.jpg"
    Image.fromarray(CORNERS).save(path, exif=b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff")
    assert decode(path)[0].shape == CORNERS.shape


def test_content_counts_not_suffix(tmp_path):
    path = tmp_path / "really_a_png.jpg"
    Image.fromarray(CORNERS).save(path, "PNG")
    np.testing.assert_array_equal(decode(path)[0], CORNERS)


def test_reads_bytes():
    file = BytesIO()
    Image.fromarray(CORNERS).save(file, "PNG")
    np.testing.assert_array_equal(decode(BytesIO(file.getvalue()))[0], CORNERS)


def test_reduced_scale_only_where_not_below_the_least_size(tmp_path):
    path = tmp_path / "large.jpg"
    rows, cols = np.mgrid[:800, :1200]
    smooth = np.dstack([rows / 4, cols / 6, (rows + cols) / 10]).astype(np.uint8)
    Image.fromarray(smooth).save(path, quality=98)
    for least, shape in [
        ((300, 200), (200, 300)),
        ((301, 200), (400, 600)),
        ((700, 9), (800, 1200)),
    ]:
        pixels, size = decode(path, lambda width, height, least=least: least)
        assert size == (1200, 800)
        assert pixels.shape[:2] == shape
        step = 800 // shape[0]
        means = smooth.reshape(shape[0], step, shape[1], step, 3).mean((1, 3))
        assert np.abs(pixels - means).max() <= 4


def test_reduced_scale_of_a_turned_image(tmp_path):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (1200, 800)).save(path, exif=exif)
    seen = []

    def least(width, height):
        seen.append((width, height))
        return 200, 300

    pixels, size = decode(path, least)
    assert seen == [(800, 1200)]
    assert size == (800, 1200)
    assert pixels.shape == (300, 200, 3)


def png_header(width, height):
    """Return a PNG file that claims a size and has next to no data."""

    def chunk(kind, data):
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_bytes():
    file = BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"this is no image at all", "not a JPEG, PNG, WebP, BMP, GIF, TIFF, AVIF or PPM image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a JPEG, PNG"),
        (jpeg_bytes()[: len(jpeg_bytes()) // 2], "the file is truncated"),
        (jpeg_bytes()[:30], "truncated|damaged"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC images are not supported; save it as PNG or JPEG"),
        (png_header(32, 32), "truncated|damaged"),
        (png_header(10_000, 10_000), "10000 x 10000 pixels are more than 89 million"),
        (png_header(60_000, 60_000), "more than 89 million pixels"),
    ],
    ids=["empty", "text", "eps", "half", "start", "heic", "no data", "enormous", "bomb"],
)
def test_unreadable(tmp_path, content, reason):
    path = tmp_path / "bad.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadableImage, match=reason):
        decode(path)
    with pytest.raises(RequestError, match="bad.jpg cannot be read: "):
        read_image(path)


def test_missing_file(tmp_path):
    with pytest.raises(UnreadableImage, match="it does not exist"):
        decode(tmp_path / "gone.jpg")


def test_the_limit_itself_is_read(tmp_path, monkeypatch):
    assert MAX_PIXELS == 89_478_485
    path = tmp_path / "a.png"
    Image.new("RGB", (10, 10)).save(path)
    monkeypatch.setattr(decoding, "MAX_PIXELS", 100)
    assert decode(path)[0].shape == (10, 10, 3)
    monkeypatch.setattr(decoding, "MAX_PIXELS", 99)
    with pytest.raises(UnreadableImage, match="10 x 10 pixels are more"):
        decode(path)


def test_read_image(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(CORNERS).save(path)
    np.testing.assert_array_equal(read_image(str(path)), CORNERS)
