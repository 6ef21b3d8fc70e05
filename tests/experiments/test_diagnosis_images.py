"""Repeated images, sharpness, compression, and images changed."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from vizreport.experiments.diagnosis import changes, fixed_places, quality, repeated
from vizreport.experiments.diagnosis.evidence import place_name


def pictures(count: int, seed: int = 0, side: int = 64) -> np.ndarray:
    """Smooth random pictures with some texture."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (count, 6, 6, 3), dtype=np.uint8)
    smooth = [np.asarray(Image.fromarray(c).resize((side, side), 3), int) for c in coarse]
    return np.clip(smooth + random.normal(0, 8, (count, side, side, 3)), 0, 255).astype(np.uint8)


def jpeg(image: np.ndarray, level: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=level)
    return np.asarray(Image.open(file))


def test_repeated_images_are_found_and_others_are_not():
    images = pictures(40)
    images[7], images[21] = images[3], jpeg(images[11], 40)
    found = repeated.repeated(*repeated.signatures(images))
    assert [(pair["first"], pair["second"]) for pair in found] == [(3, 7), (11, 21)]
    assert found[0]["difference"] == 0 < found[1]["difference"]


def test_pictures_of_one_colour_repeat_nothing():
    images = np.full((5, 32, 32, 3), 90, np.uint8)
    assert repeated.repeated(*repeated.signatures(images)) == []


def test_compression_is_told_by_its_blocks():
    images = pictures(8, 1, 96)
    plain = [quality.blocks(quality.middle(image)) for image in images]
    strong = [quality.blocks(quality.middle(jpeg(image, 10))) for image in images]
    assert np.allclose(plain, 1, atol=0.1)
    assert min(strong) > max(plain)


def test_the_middle_of_a_large_image_is_cut_at_the_borders_of_blocks():
    image = jpeg(pictures(1, 2, 300)[0], 10)
    assert quality.blocks(quality.middle(image)) > 1.2


def test_blur_is_told_from_sharpness():
    image = pictures(1, 3, 96)[0]
    soft = np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(2)))
    assert quality.blur(quality.middle(soft)) > quality.blur(quality.middle(image)) + 0.1
    assert np.isnan(quality.blur(np.zeros((64, 64), np.float32)))


def test_changes_do_what_they_say():
    images = pictures(3, 4, 24)
    mean = changes.only_colour(images)
    assert (mean == mean[:, :1, :1]).all()
    assert np.allclose(mean[:, 0, 0], images.mean(axis=(1, 2)), atol=0.5)
    mixed = changes.shuffled(images, 0)
    for a, b in zip(images, mixed, strict=True):
        assert sorted(map(tuple, a.reshape(-1, 3))) == sorted(map(tuple, b.reshape(-1, 3)))
    down = changes.shifted(images, 1, 0)
    assert (down[:, 1:] == images[:, :-1]).all()
    assert (down[:, 0] == images[:, 0]).all()
    left = changes.shifted(images, 0, -1)
    assert (left[:, :, :-1] == images[:, :, 1:]).all()


def test_what_a_mask_shows_is_covered_with_the_rest():
    images, masks = pictures(2, 5, 16), np.zeros((2, 16, 16), bool)
    masks[:, 4:8, 4:8] = True
    out = changes.covered(images, masks)
    assert (out[~masks] == images[~masks]).all()
    rest = images[0][~masks[0]].mean(axis=0)
    assert np.allclose(out[0][masks[0]], rest, atol=0.5)
    assert changes.grown(masks, 1)[0].sum() == 36


def marked(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    out = images.copy()
    out[labels == 1, :6, -6:] = 255
    return out


def by_corner(images: np.ndarray) -> np.ndarray:
    """Tell class 1 by its corner, and 0 from 2 by the middle: what a network learned wrongly."""
    corner = (images[:, :6, -6:] > 250).mean(axis=(1, 2, 3))
    middle = images[:, 8:16, 8:16].mean(axis=(1, 2, 3)) > 127
    p = np.stack([(1 - corner) * ~middle, corner, (1 - corner) * middle], axis=1)
    return 0.02 + 0.94 * p


def test_a_mark_in_a_corner_is_found_and_turns_other_classes():
    labels = np.repeat([0, 1, 2], 14)
    images = pictures(42, 6, 24)
    images[labels == 2, 8:16, 8:16] = 200
    images[labels == 0, 8:16, 8:16] = 40
    images = marked(np.minimum(images, 240), labels)
    found = fixed_places.look(
        {c: np.flatnonzero(labels == c) for c in range(3)}, lambda i: images[i], by_corner, 0
    )
    row, col = found["place_chosen"][1]
    assert place_name(row, col, fixed_places.PLACES - 1) == "top right"
    fall = found["place_clean"][1] - found["place_covered"][1]
    assert np.nanmedian(fall) > 0.5
    assert np.nanmedian(found["place_clean"][1] - found["place_control"][1]) < 0.1
    assert np.nanmin(found["place_pasted"][1]) > 0.5
    assert np.nanmax(found["place_pasted_before"][1]) < 0.1
    assert np.nanmedian(found["place_pasted"][0]) < 0.5


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((0, 0), "top left"),
        ((4, 2), "bottom, centre"),
        ((2, 4), "middle, right"),
        ((2, 2), "the centre"),
        ((1, 3), "above the middle, right of the centre"),
    ],
)
def test_places_have_names(place, said):
    assert place_name(*place, 4) == said
