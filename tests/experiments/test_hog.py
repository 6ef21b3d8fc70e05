"""HOG and its inversions against scikit-image, scikit-learn, planted dictionaries, brute force."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm
from skimage.feature import hog as skimage_hog
from sklearn.linear_model import Lasso
from sklearn.linear_model import Ridge as ScikitRidge

from tests.experiments import tiny
from vizreport.errors import NotApplicable
from vizreport.experiments.hog.compute import shrunk, split
from vizreport.experiments.hog.descriptors import blocks, cells, hog_windows
from vizreport.experiments.hog.dictionaries import (
    Centred,
    Paired,
    centred,
    fit_ridge,
    fitted,
    learn_atoms,
)
from vizreport.experiments.hog.figures import inverted_atoms, section
from vizreport.experiments.hog.findings import findings
from vizreport.experiments.hog.glyphs import atom_glyphs, window_cells
from vizreport.experiments.hog.windows import averaged, correlations, pixel_windows
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import sentence

compute = tiny.computing("hog")


def textured(count: int = 2, shape=(48, 40), seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, (count, *shape)).astype(np.float32)


def test_cells_summed_over_opposite_directions_are_scikit_images():
    found = cells(textured())
    unsigned = found[..., :9] + found[..., 9:]
    for picture, ours in zip(textured(), unsigned, strict=True):
        # Blocks of one cell, each divided by its own length: the cells' shape.
        theirs = skimage_hog(
            picture, 9, (8, 8), (1, 1), block_norm="L2", feature_vector=False
        ).reshape(6, 5, 9)
        length = np.linalg.norm(ours, axis=-1, keepdims=True)
        np.testing.assert_allclose(ours / length, theirs, atol=1e-4)


def test_blocks_are_scikit_images():
    found = cells(textured())
    unsigned = found[..., :9] + found[..., 9:]
    for picture, ours in zip(textured(), blocks(unsigned), strict=True):
        theirs = skimage_hog(picture, 9, (8, 8), (2, 2), block_norm="L2-Hys", feature_vector=False)
        np.testing.assert_allclose(ours, theirs.reshape(5, 4, 36), atol=1e-4)


def test_an_edge_and_its_negative_have_opposite_directions():
    picture = np.zeros((1, 16, 16), np.float32)
    picture[:, :, 4:] = 1
    rising, falling = cells(picture)[0, 0, 0], cells(1 - picture)[0, 0, 0]
    assert rising.argmax() == 0
    assert falling.argmax() == 9
    # Two columns of eight pixels have gradient 1, of 64.
    assert rising[0] == pytest.approx(16 / 64)


def test_a_window_has_the_blocks_inside_it():
    pictures = textured(1, (64, 64))
    found = hog_windows(pictures, 4)
    assert found.shape == (1, 5, 5, 9 * 72)
    # Cut with a margin of a cell, since gradients at a cut differ.
    alone = blocks(cells(pictures[:, 8:56, 16:64]))[0, 1:4, 1:4]
    np.testing.assert_allclose(found[0, 2, 3].reshape(3, 3, 72), alone, atol=1e-6)


def test_windows_are_normalised():
    pictures = textured(2, (40, 48))
    pictures[0, :32, :32] = 0.5
    found = pixel_windows(pictures, 4)
    assert found.shape == (2, 2, 3, 1024)
    assert not found[0, 0, 0].any()  # no contrast
    patch = pictures[1, 8:40, 16:48].astype(np.float64)
    expected = (patch - patch.mean()) / np.sqrt(patch.var() + 0.03**2)
    np.testing.assert_allclose(found[1, 1, 2].reshape(32, 32), expected, atol=1e-5)
    picked = pixel_windows(pictures, 4, (np.array([1]), np.array([1]), np.array([2])))
    np.testing.assert_array_equal(picked[0], found[1, 1, 2])


def test_overlapping_windows_are_averaged_as_one_by_one_by_a_bell():
    windows = np.random.default_rng(0).normal(size=(2, 3, 2, 16 * 16))
    total, covers = np.zeros((2, 32, 24)), np.zeros((32, 24))
    middle = norm(7.5, 4).pdf(np.arange(16))
    bell = np.outer(middle, middle)
    for row in range(3):
        for col in range(2):
            place = np.s_[8 * row : 8 * row + 16, 8 * col : 8 * col + 16]
            total[(slice(None), *place)] += bell * windows[:, row, col].reshape(2, 16, 16)
            covers[place] += bell
    np.testing.assert_allclose(averaged(windows, 2), total / covers, atol=1e-5)


def test_correlations_are_pearsons():
    a, b = textured(3, seed=1), textured(3, seed=2) + textured(3, seed=1)
    b[2] = 0.5
    expected = [np.corrcoef(a[i].ravel(), b[i].ravel())[0, 1] for i in range(2)]
    np.testing.assert_allclose(correlations(a, b), [*expected, 0], atol=1e-6)


def without_mean(values: np.ndarray) -> Centred:
    return centred(values.copy())


def learned(hog: np.ndarray, pixels: np.ndarray, atoms: int, passes: int = 1) -> Paired:
    hog, pixels = without_mean(hog), without_mean(pixels)
    paired = learn_atoms(hog, pixels, atoms, 0.05, 0, passes)
    return fitted(paired, centred(paired.centred_codes(hog.values)), pixels)


@pytest.fixture(scope="module")
def planted():
    """Descriptors and windows made of 1 or 2 of 12 planted atoms each, of either sign."""
    random = np.random.default_rng(5)
    hog_atoms, pixel_atoms = random.normal(size=(12, 40)), random.normal(size=(12, 64))
    codes = np.zeros((1000, 12))
    for row in codes:
        active = random.choice(12, random.integers(1, 3), replace=False)
        row[active] = random.choice([-1, 1], len(active)) * random.uniform(1, 2, len(active))
    hog = (3 + codes @ hog_atoms).astype(np.float32)
    return hog, (codes @ pixel_atoms - 1).astype(np.float32), hog_atoms, pixel_atoms


def test_planted_dictionaries_are_recovered_and_inverted(planted):
    hog, pixels, hog_atoms, pixel_atoms = planted
    paired = learned(hog[:800], pixels[:800], 40, passes=3)
    similarity = np.abs(np.corrcoef(hog_atoms, paired.hog_atoms)[:12, 12:])
    assert (similarity.max(axis=1) > 0.95).mean() >= 0.75
    # The pixels of an atom that was found are those of the planted one, of either sign.
    kind, place = np.argmax(similarity) // 40, np.argmax(similarity) % 40
    for half in paired.pixel_atoms[:, place]:
        assert abs(np.corrcoef(half, pixel_atoms[kind])[0, 1]) > 0.7
    spread = np.square(pixels[800:] + 1).sum()
    assert np.square(paired.invert(hog[800:]) - pixels[800:]).sum() / spread < 0.1


def test_rectified_codes_invert_what_is_not_linear():
    random = np.random.default_rng(8)
    hog = random.normal(size=(1500, 10)).astype(np.float32)
    atoms = random.normal(size=(6, 10)).astype(np.float32)
    pixels = np.abs(hog @ atoms.T) @ random.normal(size=(6, 20)).astype(np.float32)
    paired = learned(hog[:1200], pixels[:1200], 60)
    spread = np.square(pixels[1200:] - pixels[:1200].mean(axis=0)).sum()
    left = [
        np.square(one.invert(hog[1200:]) - pixels[1200:]).sum() / spread
        for one in (paired, fit_ridge(without_mean(hog[:1200]), without_mean(pixels[:1200])))
    ]
    assert left[1] > 0.9  # even functions have no linear part
    assert left[0] < 0.5


def test_codes_are_the_lassos_of_orthogonal_atoms():
    # Where atoms do not overlap, thresholded products minimise the lasso's objective.
    random = np.random.default_rng(7)
    atoms = np.linalg.qr(random.normal(size=(40, 12)))[0].T
    hog, mean = random.normal(3, 1, (20, 40)), np.full(40, 3.0)
    none = np.zeros((2, 12, 64)), np.zeros(64)
    paired = Paired(mean, 2.0, atoms, none[1], none[0], 0.1)
    oracle = Lasso(0.1 / 40, fit_intercept=False, tol=1e-12)
    expected = np.stack([oracle.fit(atoms.T, one).coef_ for one in (hog - mean) / 2])
    found, negative = np.split(paired.codes(hog), 2, axis=1)
    np.testing.assert_allclose(found - negative, expected, atol=1e-6)
    assert not (found * negative).any()
    assert (found > 0).any()
    assert (negative > 0).any()
    assert (expected == 0).any()


def test_the_pixel_half_is_ridge_regression_on_the_codes(planted):
    hog, pixels, hog_atoms, _ = planted
    unit = (hog_atoms / np.linalg.norm(hog_atoms, axis=1, keepdims=True)).astype(np.float32)
    empty = np.zeros((2, 12, 64), np.float32)
    paired = Paired(np.full(40, 3, np.float32), 1.0, unit, np.zeros(64, np.float32), empty, 0.1)
    paired = fitted(paired, centred(paired.codes(hog)), without_mean(pixels))
    expected = ScikitRidge(1.0).fit(paired.codes(hog).astype(np.float64), pixels)
    np.testing.assert_allclose(np.vstack(paired.pixel_atoms), expected.coef_.T, atol=2e-4)
    np.testing.assert_allclose(
        paired.invert(hog[:9]), expected.predict(paired.codes(hog[:9])), atol=1e-3
    )


def test_ridge_is_scikit_learns(planted):
    hog, pixels, *_ = planted
    expected = ScikitRidge(10.0).fit(hog.astype(np.float64), pixels).predict(hog[:20])
    found = fit_ridge(without_mean(hog), without_mean(pixels))
    np.testing.assert_allclose(found.invert(hog[:20]), expected, atol=1e-3)


def test_strokes_run_along_the_edge():
    picture = np.zeros((1, 32, 32), np.float32)
    picture[:, :, 12:] = 1  # upright edge in the second column of cells
    descriptor = hog_windows(picture, 4)[0, 0]
    found = window_cells(descriptor, 4)
    assert found.shape == (1, 4, 4, 9)
    assert found[0, :, 1, 0].min() > 0
    assert not found[0, :, 3].any()
    drawn = atom_glyphs(descriptor, 4, 96)[0]
    cell = drawn[24:48, 24:48]
    assert (cell.max(axis=1) > 128).sum() > 18  # tall
    assert (cell.max(axis=0) > 128).sum() < 12  # and narrow
    assert not drawn[:, 72:].any()


def test_shrunk_pictures_are_whole_cells():
    flat = np.full((2, 100, 150, 3), 51, np.uint8)
    found = shrunk(flat)
    assert found.shape == (2, 96, 144)
    np.testing.assert_allclose(found, 0.2, atol=1e-6)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    mine = tiny.computing("mining")

    subject = tiny.subject(*tiny.files(str(tmp_path_factory.mktemp("hog"))))
    mining = mine(subject, {})
    return subject, mining, compute(subject, {"mining": mining})


def test_nothing_measured_is_learned_from(found):
    _, mining, _ = found
    for seed in range(5):
        shown, measured, learned = split(mining, seed)
        assert set(shown) <= set(measured)
        contents = np.array([digest.tobytes().hex() for digest in mining.sha256])
        assert not set(contents[measured]) & set(contents[learned])
        assert len(measured) == 6  # half of 13 different images


def test_projections_add_up(found):
    subject, _, result = found
    assert result.layers == ["conv2"]  # the second layer and the last are one
    layer = subject.traced.layer("conv2")
    tensor = subject.preprocessing.tensor(result.pictures[:1])
    total = sum(subject.traced.project(tensor, "conv2", k) for k in range(layer.maps))[0]
    scale = result.scales[0, 0]
    if not scale:
        assert not total.any()
        return
    expected = np.rint(128 + 127 * np.clip(total / scale, -1, 1))
    assert np.abs(expected - result.projections[0, 0].astype(float)).max() <= 1


def test_section_gives_the_means(found):
    *_, result = found
    drawn = section({"hog": result}, None)
    means = result.correlations.astype(np.float64).mean(axis=1)
    assert findings({"hog": result})[0].evidence in {figure.name for figure in drawn.figures}
    assert [row["mean"] for row in drawn.context["rows"]] == pytest.approx(list(means))


def test_an_atom_is_shown_as_it_is_inverted(found):
    *_, result = found
    paired = Paired(**{name: getattr(result, name) for name in Paired.__dataclass_fields__})
    hog = result.hog_mean + result.hog_scale * result.hog_atoms[:4]
    expected = paired.invert(hog) - result.pixel_offset
    np.testing.assert_allclose(inverted_atoms(result, np.arange(4)), expected, atol=1e-3)


def test_too_few_images(found):
    from dataclasses import replace

    _, mining, _ = found
    with pytest.raises(NotApplicable, match="too few"):
        split(replace(mining, sha256=np.zeros_like(mining.sha256)), 0)


@pytest.mark.parametrize(("gap", "decision"), [(0.2, "shown"), (-0.2, "shown"), (0, "not shown")])
def test_inversions_are_compared_image_by_image(gap, decision):
    random = np.random.default_rng(0)
    ridge = random.uniform(0.2, 0.6, 20)
    made = np.stack([ridge + gap + random.normal(0, 0.05, 20), ridge, 0 * ridge])
    (found,) = decide(findings({"hog": SimpleNamespace(correlations=made)}))
    assert found.decision == decision
    assert ("better" in sentence(found)) == (found.effect.value > 0)
