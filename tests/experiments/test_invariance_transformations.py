"""Pictures moved, enlarged and turned, against SciPy and scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from skimage.transform import warp

from vizreport.experiments.invariance.transformations import (
    transform,
    transformations,
)

INTERPOLATIONS = ("nearest", "bilinear", "bicubic")
FILLS = ("edge", "reflect", "grey", "mean")
CASES = [
    ("vertical", 3),
    ("vertical", -7),
    ("horizontal", 5),
    ("scale", 1.3),
    ("scale", 1.8),
    ("rotation", 10),
    ("rotation", 140),
    ("rotation", 250),
]
ROUNDING = 0.501  # grey levels: mine are rounded, from sums in float32; the others are not


def pictures() -> np.ndarray:
    coarse = np.random.default_rng(0).integers(0, 256, (2, 6, 7, 3), dtype=np.uint8)
    return np.stack([np.asarray(Image.fromarray(c).resize((29, 22), 2)) for c in coarse])


def affine(name: str, value: float, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix and offset that lead from an output's (row, col) to the input's."""
    if name in ("vertical", "horizontal"):
        return np.eye(2), np.array([-value, 0] if name == "vertical" else [0, -value], float)
    turn = np.deg2rad(value) if name == "rotation" else 0.0
    factor = value if name == "scale" else 1.0
    cosine, sine = np.cos(turn), np.sin(turn)
    matrix = np.array([[cosine, sine], [-sine, cosine]]) / factor
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    return matrix, centre - matrix @ centre


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize(("interpolation", "order"), [("nearest", 0), ("bilinear", 1)])
@pytest.mark.parametrize(("name", "value"), CASES)
def test_as_scipy(name, value, interpolation, order, fill):
    given = pictures()
    matrix, offset = affine(name, value, *given.shape[1:3])
    mode = {"edge": "nearest", "reflect": "reflect"}.get(fill, "grid-constant")
    for picture, mine in zip(
        given, transform(given, name, value, interpolation, fill), strict=True
    ):
        colour = np.full(3, 128) if fill == "grey" else np.rint(picture.mean(axis=(0, 1)))
        for channel in range(3):
            plane = picture[..., channel].astype(float)
            expected = ndimage.affine_transform(
                plane, matrix, offset, order=order, mode=mode, cval=colour[channel]
            )
            assert np.abs(mine[..., channel] - expected).max() <= ROUNDING


@pytest.mark.parametrize(("fill", "mode"), [("edge", "edge"), ("reflect", "symmetric")])
@pytest.mark.parametrize(("name", "value"), CASES)
def test_bicubic_as_scikit_image(name, value, fill, mode):
    given = pictures()
    matrix, offset = affine(name, value, *given.shape[1:3])
    homogeneous = np.eye(3)  # of (x, y), not of (row, col)
    homogeneous[:2, :2], homogeneous[:2, 2] = matrix[::-1, ::-1], offset[::-1]
    for picture, mine in zip(given, transform(given, name, value, "bicubic", fill), strict=True):
        expected = warp(
            picture.astype(float), homogeneous, order=3, mode=mode, clip=False, preserve_range=True
        )
        assert np.abs(mine - np.clip(expected, 0, 255)).max() <= ROUNDING


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_identity_is_exact(interpolation, fill):
    given = pictures()
    for way in transformations(*given.shape[1:3]):
        value = float(way.values[way.identity])
        np.testing.assert_array_equal(transform(given, way.name, value, interpolation, fill), given)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_directions(interpolation):
    """Down, to the right, counter-clockwise, larger; quarter turns of a square move pixels only."""
    square = pictures()[:, :, :22]
    for quarter in (1, 2, 3):
        turned = transform(square, "rotation", 90.0 * quarter, interpolation, "grey")
        np.testing.assert_array_equal(turned, np.rot90(square, quarter, axes=(1, 2)))
    down = transform(square, "vertical", 4, interpolation, "grey")
    np.testing.assert_array_equal(down[:, 4:], square[:, :-4])
    assert (down[:, :4] == 128).all()
    right = transform(square, "horizontal", 4, interpolation, "edge")
    np.testing.assert_array_equal(right[:, :, 4:], square[:, :, :-4])
    np.testing.assert_array_equal(right[:, :, :4], np.repeat(square[:, :, :1], 4, axis=2))
    spot = np.zeros((1, 21, 21, 3), np.uint8)
    spot[:, 8:13, 8:13] = 255
    assert transform(spot, "scale", 1.8, interpolation, "edge").sum() > 2.5 * spot.sum()


def test_steps():
    vertical, horizontal, scale, rotation = transformations(224, 448)
    np.testing.assert_array_equal(vertical.values, np.arange(-60, 61, 10))
    np.testing.assert_array_equal(horizontal.values, np.arange(-120, 121, 20))
    np.testing.assert_allclose(scale.values, np.linspace(1, 1.8, 9))
    np.testing.assert_array_equal(rotation.values, np.arange(0, 360, 10))
    # Of a small image each shift of whole pixels comes once.
    np.testing.assert_array_equal(transformations(15, 15)[0].values, np.arange(-4, 5))
