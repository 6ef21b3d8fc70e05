"""Repeated images, sharpness, compression, and images changed."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from vizreport.experiments.diagnosis import changes, fixed_places, quality, regions, repeated


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


def by_middle(labels: np.ndarray) -> np.ndarray:
    """Pictures of classes 0 and 2 with something dark or bright in the middle."""
    images = pictures(len(labels), 6, 24)
    images[labels == 2, 8:16, 8:16] = 200
    images[labels == 0, 8:16, 8:16] = 40
    return np.minimum(images, 240)


def looked(images: np.ndarray, labels: np.ndarray, predict, project=None) -> dict:
    by_class = {c: np.flatnonzero(labels == c) for c in range(3)}
    return fixed_places.look(by_class, lambda i: images[i], predict, project, 0)


def test_a_mark_in_a_corner_is_found_and_turns_other_classes():
    labels = np.repeat([0, 1, 2], 14)
    found = looked(marked(by_middle(labels), labels), labels, by_corner)
    region = regions.Region(found["place_kinds"][1], *found["place_chosen"][1])
    assert regions.name_of(region) == "top right"
    assert (found["place_turned"][1] == np.r_[np.ones(10), -np.ones(14)]).all()
    assert np.nanmax(found["place_covered"][1]) < 0.1
    assert (found["place_turned"][0] == 1).sum() <= 5


def by_caption(images: np.ndarray) -> np.ndarray:
    """Tell class 1 by what stands all along the bottom edge: no square of it is enough."""
    caption = (images[:, -4:] > 250).mean(axis=(1, 2, 3)) > 0.4
    middle = images[:, 8:16, 8:16].mean(axis=(1, 2, 3)) > 127
    return 0.02 + 0.94 * np.stack([~caption & ~middle, caption, ~caption & middle], axis=1)


def test_a_caption_wider_than_a_square_is_found():
    labels = np.repeat([0, 1, 2], 14)
    images = by_middle(labels)
    images[labels == 1, -4:, 2:22] = 255
    found = looked(images, labels, by_caption)
    assert found["place_kinds"][1] == "bottom"
    assert (found["place_turned"][1][:10] == 1).all()


def test_a_place_may_be_chosen_by_the_energy_of_projections_alone():
    """Either of two corners is enough: covering one costs nothing, and pasting it turns others."""
    labels = np.repeat([0, 1, 2], 14)
    images = marked(by_middle(labels), labels)
    images[labels == 1, -6:, :6] = 255

    def predict(x: np.ndarray) -> np.ndarray:
        either = x.copy()
        either[:, :6, -6:] = np.maximum(x[:, :6, -6:], x[:, -6:, :6])
        return by_corner(either)

    def project(x: np.ndarray, c: int) -> np.ndarray:
        return (x[..., 0] > 250) + 0.01

    found = looked(images, labels, predict, project)
    assert found["place_energy"][1].max() == found["place_energy"][1][0, 4]
    assert (found["place_turned"][1][:10] == 1).all()


def test_energy_is_shared_out_by_place():
    energy = np.zeros((2, 40, 20))
    energy[0, :5, :5], energy[0, -5:, -5:] = 3, 1
    found = fixed_places.shares_of(energy)
    assert found[0, 0, 0] == pytest.approx(0.75)
    assert found[0, 4, 4] == pytest.approx(0.25)
    assert not found[1].any()  # nothing to share out


@pytest.mark.parametrize(
    ("region", "said"),
    [
        (("square", 0, 0), "top left"),
        (("square", 4, 2), "bottom, centre"),
        (("square", 2, 4), "middle, right"),
        (("square", 2, 2), "the centre"),
        (("square", 1, 3), "above the middle, right of the centre"),
        (("left",), "along its left edge"),
        (("border",), "all along its border"),
    ],
)
def test_places_have_names(region, said):
    assert regions.name_of(regions.Region(*region)) == said


def test_regions_are_where_their_names_say():
    strip = regions.mask(regions.Region("bottom"), 48, 24)
    assert strip[40:].all()
    assert not strip[:40].any()
    border = regions.mask(regions.Region("border"), 48, 24)
    assert border.sum() == 48 * 24 - 44 * 20
    square = regions.mask(regions.Region("square", 4, 0), 48, 24)
    assert square[42:, :6].all()
    assert square.sum() == 36
