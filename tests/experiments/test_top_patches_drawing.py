"""Drawn tiles of the top-9: padding is no grey, blank tiles are marked, strength is a bar."""

import io
from types import SimpleNamespace

import numpy as np
from PIL import Image

from tests.report import fake_pictures
from vizreport.drawing import tone
from vizreport.experiments.top_patches import mosaics
from vizreport.experiments.top_patches.placing import insides


def layer_of(low, size, length, places):
    """Stand in for a layer whose units' fields begin at ``low`` in an image ``length`` px wide."""
    low = np.asarray(low)
    clipped = [np.clip(low, 0, length), np.clip(low + size, 0, length)]
    field = np.stack([clipped[0], clipped[0], clipped[1], clipped[1]], axis=-1)[None]
    places = np.asarray(places)[None]
    tiles = SimpleNamespace(receptive_field=[size, size], fields=field)
    images = np.zeros(places.shape, int)
    top = SimpleNamespace(tiles=tiles, rows=places, cols=places, images=images)
    return SimpleNamespace(layers={"a": top})


def test_tiles_at_an_edge_and_in_the_middle():
    # Stride 4, fields of 9 px that begin 4 px outside, in 20 px; tiles of 5 px.
    top = layer_of([-4, 0, 4, 12], 9, 20, [0, 1, 2, 4])
    units = np.array([0, 1, 2, 4])
    found = insides(top, "a", units, units, 5)
    assert found[:, [0, 2]].tolist() == [[2, 5], [0, 5], [0, 5], [0, 5]]
    assert (found[:, [0, 2]] == found[:, [1, 3]]).all()
    whole = insides(top, "a", units, units, 9)
    assert whole[:, [0, 2]].tolist() == [[4, 9], [0, 9], [0, 9], [0, 8]]


def test_fields_larger_than_the_image_are_placed_by_their_neighbours():
    # Fields of 30 px in 20 px, stride 4: the middle unit's field is cut off on both sides.
    top = layer_of([-12, -4, 2], 30, 20, [-1, 1, 2.5])
    found = insides(top, "a", np.array([-1, 1]), np.array([-1, 1]), 30)
    assert found[:, [0, 2]].tolist() == [[12, 30], [4, 24]]


def made_result(scales, tiles):
    """Make a layer of one map of nine tiles 20 px wide, one of which leaves the image."""
    stored = np.stack(tiles)
    mosaic = stored.reshape(3, 3, 20, 20, 3).swapaxes(1, 2).reshape(60, 60, 3)
    content = np.frombuffer(fake_pictures.webp(mosaic, True), np.uint8)
    shown = np.array([[True] * 8 + [False]])
    measured = SimpleNamespace(
        status="", window=20, scales=np.array([scales]), map_scales=np.ones(1),
        tile_scales=np.array([scales]), peaks=np.array([scales]), projections=content,
        patches=content, projection_offsets=[0, len(content)], patch_offsets=[0, len(content)],
        receptive_field=[20, 20], fields=np.array([[[0, 0, 15, 20], *[[10, 0, 30, 20]] * 8]]),
        strengths=tone.root_mean_squares(tone.signed(stored), np.array(scales))[None],
    )  # fmt: skip
    top = SimpleNamespace(
        tiles=measured, shown=shown, excited=shown, dead=np.array([False]),
        images=np.zeros((1, 9), int), rows=np.zeros((1, 9), int), cols=np.array([[0, *[3] * 8]]),
    )  # fmt: skip
    return SimpleNamespace(layers={"a": top})


def made_layer(scales, tiles):
    return mosaics.layer(made_result(scales, tiles), "a", linear=False)


def test_padding_is_transparent_and_blank_tiles_are_marked():
    tile = np.full((20, 20, 3), 128, np.uint8)
    tile[4:9, 6:12] = 240
    layer = made_layer([1.0, 0.009, 0.011, *[1.0] * 6], [tile] * 9)
    # Under 1 % of the strongest, just above it, and the last is missing.
    assert layer.blank[0].tolist() == [False, True, *[False] * 7]
    picture = np.asarray(Image.open(io.BytesIO(mosaics.encoded(layer, 0, "projections"))))
    first, blank, weak = (picture[:20, k * 20 : (k + 1) * 20] for k in range(3))
    assert not first[:, :5, 3].any()
    assert first[:, 5:, 3].all()
    assert 0 < (blank[..., 3] > 0).sum() < 40
    assert weak[..., 3].all()
    assert weak[6, 8].min() > 240  # on its own scale
    assert not picture[40:, 40:, 3].any()
    patches = np.asarray(Image.open(io.BytesIO(mosaics.encoded(layer, 0, "patches"))))
    assert patches[:20, 20:60, 3].all()


def test_bars_are_shares_of_the_strongest():
    tile = np.full((20, 20, 3), 250, np.uint8)
    layer = made_layer([0.5, 0.004, 0.25, *[0.5] * 6], [tile] * 9)
    bars = mosaics.strengths(layer, 0)
    assert bars == [1, 0, 0.5, *[1] * 5, 0]
    pair = np.asarray(mosaics.pair(layer, {"place": 0}, 64)).astype(int)
    barred = (pair[..., 0] < 20) & (pair[..., 2] > 150)
    half = (pair.shape[1] - 6) // 2  # spotlights without bars, then projections
    assert not barred[:, : half + 6].any()
    row = barred[20, half + 6 :]
    assert row[:20].all()
    assert row[44:54].all()
    assert not row[20:44].any()
    assert not row[54:].any()


def test_spotlights_of_blank_tiles_are_pale():
    tile = np.full((20, 20, 3), 128, np.uint8)
    tile[4:9, 6:12] = (240, 60, 60)
    layer = made_layer([1.0, 0.009, *[1.0] * 7], [tile] * 9)
    lit, blank = mosaics.tiles(layer, 0, "spotlights", 20)[:2]
    assert np.asarray(lit)[6, 8, 0] > np.asarray(lit)[6, 8, 1] + 150
    pale = np.asarray(blank).astype(int)
    assert pale[..., 3].all()
    assert np.ptp(pale[..., :3], axis=2).max() == 0


def test_maps_beside_a_layers_own_are_blank_by_the_layers_measure():
    tile = np.full((20, 20, 3), 128, np.uint8)
    tile[4:9, 6:12] = 240
    weak = made_result([0.005] * 9, [tile] * 9)
    strong = made_result([1.0] * 9, [tile] * 9)
    assert not mosaics.layer(weak, "a", linear=False).blank.any()
    assert mosaics.layer(weak, "a", linear=False, whole=strong).blank[0, :8].all()


def test_one_projection_stands_for_nine_that_are_the_same():
    tile = np.full((20, 20, 3), 128, np.uint8)
    tile[4:9, 6:12] = (240, 60, 128)
    half = (128 + (tile.astype(int) - 128) // 2).astype(np.uint8)
    same = mosaics.layer(made_result([1.0] * 9, [tile, half, *[tile] * 7]), "a", linear=True)
    assert same.same
    assert mosaics.one_tile(same, 0) == 1  # the first leaves the image
    pair = np.asarray(mosaics.pair(same, {"place": 0}, 64))
    right = pair[:, pair.shape[1] // 2 + 3 :]
    rows = np.flatnonzero((right != 128).any(axis=(1, 2)))
    assert abs(rows[0] / len(right) - 4 / 20) < 0.03
    assert abs(rows[-1] / len(right) - 9 / 20) < 0.03
    tiles = [tile, np.roll(tile, 6, axis=0), *[tile] * 7]
    assert not mosaics.layer(made_result([1.0] * 9, tiles), "a", linear=True).same


def test_a_map_of_which_no_projection_is_whole_is_drawn():
    result = made_result([1.0] * 9, [np.full((20, 20, 3), 200, np.uint8)] * 9)
    result.layers["a"].cols[:] = 0  # all nine leave the image
    result.layers["a"].tiles.fields[:] = [0, 0, 15, 20]
    drawn = mosaics.layer(result, "a", linear=True)
    assert not drawn.same
    assert np.asarray(mosaics.pair(drawn, {"place": 0}, 64)).ndim == 3
