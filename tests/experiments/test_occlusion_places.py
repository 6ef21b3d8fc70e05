"""Places, fills and maps of occlusion against brute force and hand-worked values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from vizreport.experiments.occlusion import maps
from vizreport.experiments.occlusion.fills import fill_picture
from vizreport.experiments.occlusion.places import (
    at_centres,
    default_stride,
    pixel_average,
    places,
)


@st.composite
def axes(draw):
    length = draw(st.integers(1, 60))
    size = draw(st.integers(1, length))
    return length, size, draw(st.integers(1, size))


@given(axes())
def test_places_cover_every_pixel_and_end_flush(axis):
    length, size, stride = axis
    found = places(length, size, stride)
    covered = {pixel for start in found for pixel in range(start, start + size)}
    assert covered == set(range(length))
    assert found[0] == 0
    assert found[-1] + size == length
    assert (found[:-1] % stride == 0).all()
    assert (np.diff(found) > 0).all()
    assert (np.diff(found)[:-1] == stride).all()


def test_places_by_hand():
    assert places(10, 4, 3).tolist() == [0, 3, 6]
    assert places(10, 4, 4).tolist() == [0, 4, 6]
    assert places(5, 5, 2).tolist() == [0]


def test_default_stride_gives_about_28_places():
    assert default_stride(227, 45) == 7
    assert len(places(227, 45, 7)) == 27
    assert default_stride(20, 4) == 1
    # Never a gap between squares.
    assert default_stride(1000, 2) == 2


@settings(max_examples=25)
@given(axes(), axes(), st.integers(0, 99))
def test_pixel_average_against_brute_force(down, across, seed):
    size = min(down[1], across[1])
    tops = places(down[0], size, min(down[2], size))
    lefts = places(across[0], size, min(across[2], size))
    values = np.random.default_rng(seed).normal(size=(len(tops), len(lefts)))
    shape = down[0], across[0]
    found = pixel_average(values, tops, lefts, size, shape)
    covering: dict[tuple[int, int], list[float]] = {}
    for r, top in enumerate(tops):
        for c, left in enumerate(lefts):
            for y in range(top, top + size):
                for x in range(left, left + size):
                    covering.setdefault((y, x), []).append(values[r, c])
    for pixel in np.ndindex(shape):
        assert found[pixel] == pytest.approx(np.mean(covering[pixel]))


def test_pixels_that_no_square_covers_have_no_average():
    found = pixel_average(np.ones((1, 2)), np.array([0]), np.array([0, 3]), 2, (2, 5))
    np.testing.assert_array_equal(found, [[1, 1, np.nan, 1, 1]] * 2)


def test_at_centres_by_hand():
    # Squares of 3 px at 0, 2 and 3 have their centres at 1, 3 and 4.
    values = np.array([[1.0, 2.0, 3.0]])
    found = at_centres(values, np.array([0]), np.array([0, 2, 3]), 3, (3, 6))
    np.testing.assert_array_equal(found[1], [1, 1, 1, 2, 3, np.nan])
    assert np.isfinite(found[:, 1]).all()


def test_maps_are_laid_where_the_square_is():
    tops, lefts = places(30, 6, 4), places(40, 6, 4)
    values = np.zeros((len(tops), len(lefts)))
    values[2, 5] = 1
    found = at_centres(values, tops, lefts, 6, (30, 40))
    ys, xs = np.nonzero(found == 1)
    assert (ys.min() + ys.max()) / 2 == pytest.approx(tops[2] + 2.5, abs=1)
    assert (xs.min() + xs.max()) / 2 == pytest.approx(lefts[5] + 2.5, abs=1)


# Fills -----------------------------------------------------------------------------------------


def checkered():
    picture = np.zeros((4, 6, 3), np.uint8)
    picture[:, :3] = (200, 100, 10)
    return picture


def test_fills_by_hand():
    random = np.random.default_rng(0)
    assert (fill_picture(checkered(), "grey", 2, random) == 128).all()
    assert fill_picture(checkered(), "mean", 2, random).tolist() == [[[100, 50, 5]] * 6] * 4
    blurred = fill_picture(checkered(), "blur", 8, random)
    wanted = Image.fromarray(checkered()).filter(ImageFilter.GaussianBlur(2))
    np.testing.assert_array_equal(blurred, np.asarray(wanted))
    assert np.ptp(blurred[..., 0].astype(int)) < 200


def test_noise_is_even_and_seeded():
    picture = np.zeros((100, 100, 3), np.uint8)
    first, again, other = (
        fill_picture(picture, "noise", 2, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.9
    assert first.mean() == pytest.approx(127.5, abs=2)
    assert (first.min(), first.max()) == (0, 255)


# Colours ---------------------------------------------------------------------------------------


def test_colours_of_a_scale_are_those_of_the_map():
    values = np.linspace(0, 1, 256)[None]
    grey = np.full((1, 256, 3), 128, np.uint8)
    np.testing.assert_array_equal(maps.heat(values, 0, 1, grey), maps.bar(256, 1))
    # The photograph shines through where there is a value, and stands alone where there is none.
    dark = maps.heat(values, 0, 1, grey // 2)
    assert (dark <= maps.bar(256, 1)).all()
    alone = maps.heat(np.full((1, 256), np.nan), 0, 1, grey)
    assert np.ptp(alone) == 0


def test_luminance_of_the_scale_rises():
    luminance = maps.ramp().astype(float) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) > -0.5).all()
    assert luminance[-1] > luminance[0] + 100


def test_legend_in_the_style_sheet_has_the_maps_colours():
    from vizreport.report.templates import folder

    style = (folder() / "assets" / "report.css").read_text("utf-8")
    for slot, colour in enumerate(maps.PALETTE):
        code = "#{:02x}{:02x}{:02x}".format(*maps.as_seen(colour))
        assert f".legend .class-{slot}::before {{ background: {code}; }}" in style
