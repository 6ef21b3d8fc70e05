"""Top-9: the stored mosaics are the projections and pictures of the mined units."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.experiments import tiny
from vizreport.engine import Deconvnet
from vizreport.experiments.top_patches import mosaics
from vizreport.experiments.top_patches.classes import purity

compute_mining = tiny.computing("mining")
compute_parts = tiny.computing("parts")
compute_photographs = tiny.computing("photographs")
compute = tiny.computing("top_patches")


@pytest.fixture(scope="module")
def full(tiny_subject, mined, parts):
    """Every map, whole receptive fields."""
    subject = tiny.changed(tiny_subject, maps=None, window="full")
    return compute(subject, {"mining": mined, "parts": parts})


def decoded(result, field: str, layer: str, i: int) -> np.ndarray:
    """Tiles [9, s, s, 3] of one map, from the stored bytes."""
    tiles = result.layers[layer].tiles
    offsets = tiles.patch_offsets if field == "patches" else tiles.projection_offsets
    data = getattr(tiles, field)[offsets[i] : offsets[i + 1]]
    picture = np.asarray(Image.open(io.BytesIO(data.tobytes())).convert("RGB"))
    side = tiles.window
    return picture.reshape(3, side, 3, side, 3).swapaxes(1, 2).reshape(9, side, side, 3)


def images_of(subject, mined):
    return np.stack([subject.dataset.read(int(i)) for i in mined.records])


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_projections_are_those_of_the_units(tiny_subject, mined, full, layer):
    pictures = images_of(tiny_subject, mined)
    x = tiny_subject.preprocessing.tensor(pictures)
    deconvnet = Deconvnet(tiny_subject.model, preprocessing=tiny_subject.preprocessing)
    side = full.layers[layer].tiles.window
    assert side == max(full.layers[layer].tiles.receptive_field)
    assert full.layers[layer].tiles.energy_share == 1.0
    stride = {"conv1": 2, "conv2": 4}[layer]
    for i in (0, 2, 3):
        tiles = decoded(full, "projections", layer, i)
        shown = decoded(full, "patches", layer, i)
        m = int(full.layers[layer].maps[i])
        for k in (0, 4, 8):
            if full.layers[layer].dead[i]:
                assert (tiles[k] == 128).all()
                assert (np.abs(shown[k].astype(int) - 128) <= 2).all()
                continue
            image, row, col = (
                int(getattr(mined.layers[layer], name)[m, k]) for name in ("images", "rows", "cols")
            )
            if not mined.layers[layer].values[m, k] > 0:
                assert (tiles[k] == 128).all()
                continue
            whole = deconvnet.project(x[image : image + 1], layer, (row, col, m))[0]
            top, left = row * stride, col * stride
            cut = whole[top : top + side, left : left + side]
            assert cut.shape == (side, side, 3)  # 'valid': no field leaves the image
            scale = full.layers[layer].tiles.scales[i, k]
            own = np.percentile(np.abs(cut), 99.5)
            assert full.layers[layer].tiles.tile_scales[i, k] == pytest.approx(own, rel=1e-3)
            assert full.layers[layer].tiles.peaks[i, k] == pytest.approx(
                np.abs(cut).max(), rel=1e-3
            )
            assert own * 0.999 <= scale <= full.layers[layer].tiles.peaks[i, k]
            assert scale >= min(
                full.layers[layer].tiles.map_scales[i], full.layers[layer].tiles.peaks[i, k]
            )
            wanted = 128 + 127 * np.clip(cut / scale, -1, 1)
            assert np.abs(tiles[k] - wanted).max() <= 1.5
            patch = pictures[image, top : top + side, left : left + side].astype(float)
            # Lossless where tiles are small.
            assert np.abs(shown[k] - patch).mean() <= (0 if side <= 16 else 10)
            np.testing.assert_array_equal(
                full.layers[layer].tiles.fields[i, k], [left, top, left + side, top + side]
            )


def test_dead_maps_are_grey(full):
    assert full.layers["conv1"].dead.tolist() == [False, False, True, False, False, False]
    assert np.isnan(full.layers["conv1"].purity[2])
    assert (decoded(full, "projections", "conv1", 2) == 128).all()
    assert (full.layers["conv1"].tiles.scales[2] == 0).all()


def test_a_layer_of_dead_maps_only(tiny_subject, mined, parts):
    from dataclasses import replace

    conv2 = mined.layers["conv2"]
    silent = replace(conv2, values=np.zeros_like(conv2.values))
    subject = tiny.changed(tiny_subject, layers=("conv2",))
    found = compute(
        subject,
        {"mining": replace(mined, layers={**mined.layers, "conv2": silent}), "parts": parts},
    )
    assert found.layers["conv2"].dead.all()
    assert (decoded(found, "projections", "conv2", 0) == 128).all()


@pytest.mark.parametrize("shared", [True, False])
def test_linear_tiles_are_drawn_on_the_scale_that_is_asked_for(tiny_subject, mined, full, shared):
    """Against the projections themselves, on one scale for the nine or on one for each."""
    x = tiny_subject.preprocessing.tensor(images_of(tiny_subject, mined))
    deconvnet = Deconvnet(tiny_subject.model, preprocessing=tiny_subject.preprocessing)
    side, stride = full.layers["conv1"].tiles.window, 2
    living = np.where(full.layers["conv1"].dead, np.inf, full.layers["conv1"].tiles.map_scales)
    weakest = (full.layers["conv1"].tiles.tile_scales / living[:, None]).min(axis=1)
    i = int(np.argmin(np.where(weakest > 0, weakest, np.inf)))
    m = int(full.layers["conv1"].maps[i])
    cuts = []
    for image, row, col in zip(
        full.layers["conv1"].images[i],
        full.layers["conv1"].rows[i],
        full.layers["conv1"].cols[i],
        strict=True,
    ):
        whole = deconvnet.project(x[image : image + 1], "conv1", (int(row), int(col), m))[0]
        cuts.append(whole[row * stride :, col * stride :][:side, :side])
    nine = np.stack(cuts)
    axes = None if shared else (1, 2, 3)
    scales = np.percentile(np.abs(nine), 99.5, axis=axes, keepdims=True)
    wanted = 128 + 127 * np.clip(nine / scales, -1, 1)
    drawn = mosaics.layer(full, "conv1", linear=True, shared=shared)
    for k, tile in enumerate(mosaics.tiles(drawn, i, "projections", side)):
        shown = np.asarray(tile)[..., :3].astype(float)
        assert np.abs(shown - wanted[k]).max() <= 2.5
    assert np.ptp(scales) > 0 or shared


def test_the_energy_window_is_smaller_and_holds_what_it_says(tiny_subject, mined, full, parts):
    found = compute(tiny.changed(tiny_subject, maps=None), {"mining": mined, "parts": parts})
    for layer in ("conv1", "conv2"):
        assert found.layers[layer].tiles.window <= full.layers[layer].tiles.window
        assert (full.layers[layer].tiles.window - found.layers[layer].tiles.window) % 2 == 0
        assert 0.98 - 1e-9 <= found.layers[layer].tiles.energy_share <= 1


def test_fewer_images_than_nine(tiny_subject, parts):
    from vizreport.data.sources import open_dataset

    mine = tiny.computing("mining")

    data = tiny_subject.network.path.parent / "data.npz"
    few = open_dataset(str(data), max_images=3)
    subject = tiny.subject(tiny_subject.network.path, None, few)
    subject.model = tiny_subject.model
    found = compute(subject, {"mining": mine(subject, {}), "parts": parts})
    assert (decoded(found, "projections", "conv2", 0)[3:] == 128).all()
    assert np.isnan(found.layers["conv2"].values[:, 3:]).all()


def test_strengths_are_those_of_the_tiles(full, tiny_subject, mined, parts):
    for layer in ("conv1", "conv2"):
        for i in (0, 3):
            tiles = (decoded(full, "projections", layer, i) - 128.0) / 127
            wanted = (
                np.sqrt(np.square(tiles).mean(axis=(1, 2, 3))) * full.layers[layer].tiles.scales[i]
            )
            np.testing.assert_allclose(full.layers[layer].tiles.strengths[i], wanted, rtol=1e-4)
    # Of six maps one is dead, and two are never above a tenth of the median.
    few = compute(tiny.changed(tiny_subject, maps=2), {"mining": mined, "parts": parts})
    assert (
        few.layers["conv1"].inactive.tolist() == full.layers["conv1"].inactive.tolist() == [2, 3, 4]
    )
    assert len(few.layers["conv1"].maps) == 2
    assert not set(few.layers["conv1"].maps) & {2, 3, 4}
    assert few.layers["conv1"].selective.sum() == 1


def test_other_rules(tiny_subject, mined, parts):
    found = compute(
        tiny.changed(tiny_subject, rule="guided", layers=("conv1",)),
        {"mining": mined, "parts": parts},
    )
    assert found.rule == "guided"
    assert [*found.layers] == ["conv1"]


def test_purity_by_hand():
    classes = np.array([0, 0, 1, 2, -1])
    images = np.array([[0, 1, 2], [2, 3, -1], [4, 4, 0], [4, -1, -1]])
    np.testing.assert_allclose(purity(images, classes), [2 / 3, 1 / 2, 1.0, np.nan])
    assert np.isnan(purity(images, np.zeros(0, int))).all()


# Photographs -----------------------------------------------------------------------------------


def test_photographs(tiny_subject, mined, tmp_path):
    pictures = images_of(tiny_subject, mined)[:2]
    files = []
    for i, picture in enumerate(pictures):
        files.append(str(tmp_path / f"{i}.png"))
        Image.fromarray(picture).save(files[-1])
    found = compute_photographs(
        tiny.changed(tiny_subject, photographs=tuple(files)), {"mining": mined}
    )
    assert found.paths == ["0.png", "1.png"]
    np.testing.assert_array_equal(found.pictures, pictures)
    np.testing.assert_array_equal(found.top_classes, mined.top_classes[:2])
    x = tiny_subject.preprocessing.tensor(pictures)
    deconvnet = Deconvnet(tiny_subject.model, preprocessing=tiny_subject.preprocessing)
    from tests.experiments.test_mining import activations

    for layer in ("conv1", "conv2"):
        maxima = activations(tiny_subject, layer)[:2].max((1, 2))
        for p in range(2):
            order = np.argsort(-maxima[p], kind="stable")[:9]
            np.testing.assert_array_equal(found.layers[layer].maps[p], order)
            np.testing.assert_allclose(found.layers[layer].values[p], maxima[p][order], rtol=1e-5)
            whole = deconvnet.project(x[p : p + 1], layer, int(order[0]))[0]
            scale = found.layers[layer].scales[p, 0]
            assert scale == pytest.approx(np.percentile(np.abs(whole[whole != 0]), 99.5), rel=1e-3)
            wanted = 128 + 127 * np.clip(whole / scale, -1, 1)
            assert np.abs(found.layers[layer].projections[p, 0] - wanted).max() <= 1.0


def test_units_below_zero_have_no_projection(mined, full):
    """Class scores may be negative: their tiles are grey, whatever a gradient would be."""
    below = mined.layers["classes"].values <= 0
    assert below.any()
    for i, k in np.argwhere(below):
        assert (decoded(full, "projections", "classes", i)[k] == 128).all()


def test_a_layer_without_rules_keeps_its_patches(tmp_path, tiny_files):
    """Those of the same network under the gradient, which is defined for it, at the same width."""
    checkpoint = tiny.write_checkpoint(tmp_path / "silu.keras", activation="silu")
    smooth = tiny.subject(checkpoint, tiny_files[1], window="full", maps=None)
    mined = compute_mining(smooth, {})
    parts = compute_parts(smooth, {"mining": mined})
    found = compute(smooth, {"mining": mined, "parts": parts})
    gradient = tiny.changed(smooth, rule="gradient")
    wanted = compute(gradient, {"mining": mined, "parts": parts})
    assert all("silu" in layer.tiles.status for layer in found.layers.values())
    assert all(layer.tiles.status == "" for layer in wanted.layers.values())
    for layer in found.layers:
        assert len(found.layers[layer].maps) == len(wanted.layers[layer].maps) > 0
        np.testing.assert_array_equal(
            found.layers[layer].tiles.patches, wanted.layers[layer].tiles.patches
        )
        assert not len(found.layers[layer].tiles.projections)
        assert found.layers[layer].tiles.window == wanted.layers[layer].tiles.window
    assert found.layers["conv2"].purity == pytest.approx(wanted.layers["conv2"].purity, nan_ok=True)
    # Where the window is measured, it is measured on the gradients: all maps of few.
    near = tiny.changed(smooth, window="energy")
    narrow = compute(near, {"mining": mined, "parts": parts})
    by_gradient = compute(
        tiny.changed(smooth, window="energy", rule="gradient"), {"mining": mined, "parts": parts}
    )
    own, other = (each.layers["classes"].tiles for each in (narrow, by_gradient))
    assert own.window == other.window
    assert own.energy_share == other.energy_share >= 0.98
