"""Planted detectors get their names, and chance is what maps get that do not look for a part."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.experiments.parts.naming import Scenes, halves, name_maps, shown_concepts

SIDE, IMAGES = 100, 400


@pytest.fixture(scope="module")
def scenes():
    """Cats with two eyes anywhere, one in ten hidden; mugs with a handle; a rare whisker."""
    random = np.random.default_rng(0)
    classes = np.repeat(np.array(["cat", "mug"]), IMAGES // 2)
    cat = classes == "cat"
    points = {}
    for (name, part), share in {
        ("cat", "left eye"): 0.9,
        ("cat", "right eye"): 0.9,
        ("cat", "whisker"): 0.02,
        ("mug", "handle"): 0.9,
    }.items():
        where = random.uniform(0, SIDE, (IMAGES, 2))
        where[~((classes == name) & (random.random(IMAGES) < share))] = np.nan
        points[name, part] = where
    longer = np.full(IMAGES, 60.0)
    assert cat.sum() == IMAGES // 2
    return Scenes(classes, longer, points, halves(classes, random))


def detector(scenes, random, *points):
    """Fires where one of the points is seen, precisely, and weakly elsewhere."""
    places = random.uniform(0, SIDE, (IMAGES, 2))
    values = random.uniform(0.1, 1, IMAGES)
    for point in points:
        seen = ~np.isnan(scenes.points[point][:, 0])
        places[seen] = scenes.points[point][seen]
        values[seen] += 1
    return values, places


def named(scenes, maps, reach=6.0):
    names, shown = shown_concepts(scenes)
    values, places = (np.stack(column) for column in zip(*maps, strict=True))
    found = name_maps(values, places, scenes, np.full(IMAGES, reach), names, shown)
    return [names[part].name if part >= 0 else "" for part in found.part], found


def test_halves_share_every_class():
    classes = np.repeat(np.array(["a", "b", "c"]), [10, 7, 1])
    first = halves(classes, np.random.default_rng(3))
    assert [first[classes == name].sum() for name in "abc"] == [5, 4, 1]
    again = halves(classes, np.random.default_rng(3))
    np.testing.assert_array_equal(first, again)


def test_rare_parts_are_no_names(scenes):
    names, shown = shown_concepts(scenes)
    assert [concept.name for concept in names] == [
        "left eye (cat)",
        "right eye (cat)",
        "handle (mug)",
        "eye (cat)",
    ]
    seen = ~np.isnan(scenes.points["cat", "left eye"][:, 0])
    assert shown[0].tolist() == [(seen & scenes.first).sum(), (seen & ~scenes.first).sum()]


def test_planted_detectors_are_found(scenes):
    random = np.random.default_rng(4)
    names, found = named(
        scenes,
        [
            detector(scenes, random, ("cat", "left eye")),
            detector(scenes, random, ("mug", "handle")),
            detector(scenes, random, ("cat", "left eye"), ("cat", "right eye")),
        ],
    )
    assert names == ["left eye (cat)", "handle (mug)", "eye (cat)"]
    np.testing.assert_allclose(found.precision, 1, atol=1e-6)
    np.testing.assert_allclose(found.chosen, 1, atol=1e-6)
    assert (found.chance < 0.1).all()


def test_maps_that_look_for_nothing_get_chance(scenes):
    random = np.random.default_rng(5)
    _, found = named(scenes, [detector(scenes, random) for _ in range(200)], reach=20.0)
    # Chosen on one half, they look better there than they are.
    assert found.chosen.mean() > found.precision.mean()
    assert found.precision.mean() == pytest.approx(found.chance.mean(), abs=0.004)


def test_a_map_that_knows_the_class_but_not_the_place_gets_chance(scenes):
    random = np.random.default_rng(6)
    maps = []
    for _ in range(200):
        values, places = detector(scenes, random)
        maps.append((values + (scenes.classes == "cat"), places))
    names, found = named(scenes, maps, reach=20.0)
    assert all("cat" in name for name in names)
    assert found.precision.mean() == pytest.approx(found.chance.mean(), abs=0.006)
    assert found.chance.mean() > 0.03


def test_a_map_that_is_never_active_has_no_part(scenes):
    random = np.random.default_rng(7)
    values, places = detector(scenes, random)
    names, found = named(scenes, [(0 * values, places)])
    assert names == [""]
    assert np.isnan(found.precision).all()
    assert np.isnan(found.chance).all()


def test_many_maps_are_named_as_few(scenes):
    """Maps are worked on in chunks."""
    random = np.random.default_rng(8)
    maps = [detector(scenes, random, ("mug", "handle")) for _ in range(3)]
    maps += [detector(scenes, random) for _ in range(140)]
    _, whole = named(scenes, maps)
    _, alone = named(scenes, maps[130:])
    np.testing.assert_array_equal(whole.precision[130:], alone.precision)
