"""Which class, pictures and parts are compared, and where their objects are."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.experiments import tiny
from vizreport.data.presets import preset
from vizreport.data.scenes import open_scenes
from vizreport.data.truth import Part, Truth, in_view
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.correspondence.images import (
    choose_class,
    choose_parts,
    compared_images,
    regions,
    visible_points,
)
from vizreport.experiments.mining.result import MiningResult
from vizreport.results.columns import Strings


def made_mining(paths, boxes, sizes, labels, predicted, class_names=("cat", "dog")):
    count = len(paths)
    return MiningResult(
        layers={},
        paths=Strings.of(paths),
        sha256=np.repeat(np.arange(count, dtype=np.uint8)[:, None], 32, axis=1),
        records=np.arange(count, dtype=np.int32),
        labels=np.array(labels, np.int32),
        labels_reason="",
        class_names=list(class_names),
        data_classes=np.full(count, -1, np.int32),
        data_class_names=[],
        output={
            "kind": "classes",
            "activation": "",
            "outputs": 2,
            "evidence": "loss",
            "reason": "",
        },
        output_layer="",
        outputs=np.zeros((count, 0), np.float32),
        top_classes=np.array(predicted, np.int32)[:, None],
        top_probabilities=np.ones((count, 1), np.float32),
        true_probabilities=np.ones(count, np.float32),
        boxes=np.array(boxes, np.float32),
        sizes=np.array(sizes, np.int32),
        skipped=[],
        checked=["output"],
        not_finite=np.zeros(1, np.int32),
        left_out=0,
    )


def made_subject(records, truth=None, size=(96, 96), **settings):
    made = SimpleNamespace(
        dataset=SimpleNamespace(records=records, truth=truth),
        preprocessing=preset("torch", size, 3),
    )
    return tiny.asking(made, **settings)


FACE = {"eye": Part(30, 40, True), "ear": Part(70, 45, True), "nose": Part(50, 60, True)}


def chosen_from(subject, mining):
    return compared_images(subject, subject.asked, mining)


def made(truths, classes, labels=None, predicted=None, **settings):
    """Pictures of 128 x 128 px, all of which the network sees."""
    count = len(truths)
    records = [SimpleNamespace(class_name=name) for name in classes]
    subject = made_subject(records, truths.__getitem__, **settings)
    subject.preprocessing = preset("torch", (128, 128), 3, {"resize": "none"})
    known = [-1] * count if labels is None else labels
    mining = made_mining(
        [f"{i}.png" for i in range(count)],
        [(0, 0, 128, 128)] * count,
        [(128, 128)] * count,
        known,
        known if predicted is None else predicted,
    )
    return subject, mining


def truth(covered=False, **changed):
    mask = np.zeros((128, 128), bool)
    mask[20:100, 20:90] = True
    return Truth(mask, (20, 20, 90, 100), {**FACE, **changed}, covered=covered)


def test_points_agree_with_the_truth_carried_into_the_view():
    dataset = open_scenes("val")
    preprocessing = preset("torch", (96, 80), 3, {"resize": "shortest", "resize_to": 104})
    subject = made_subject(dataset.records, dataset.truth)
    subject.preprocessing = preprocessing
    some = range(0, 24)
    mining = made_mining(
        [dataset.records[i].path for i in some],
        [preprocessing.box(128, 128) for _ in some],
        [(128, 128) for _ in some],
        [0 for _ in some],
        [0 for _ in some],
    )
    cut = 0
    for i, own in enumerate(visible_points(subject, None, mining)):
        known = dataset.truth(i)
        seen = in_view(known, preprocessing)
        expected = {name: (p.x, p.y) for name, p in seen.parts.items() if p.visible}
        cut += sum(part.visible for part in known.parts.values()) - len(expected)
        assert list(own) == ([] if known.covered else list(expected))
        for name, place in own.items():
            assert place == pytest.approx(expected[name], abs=1e-4)
    assert cut > 0  # the crop leaves some parts out


def test_class_with_the_most_pictures_that_show_three_parts():
    three = {"a": (0.0, 0.0), "b": (1.0, 1.0), "c": (2.0, 2.0)}
    two = {"a": (0.0, 0.0), "b": (1.0, 1.0)}
    classes = ["cat", "cat", "cat", "dog", "dog", "mug"]
    points = [three, two, two, three, three, two]
    assert choose_class(classes, points, None) == "dog"
    assert choose_class(classes, points, "mug") == "mug"
    with pytest.raises(RequestError, match="no class 'bird' with parts; .* from cat, dog, mug"):
        choose_class(classes, points, "bird")


def test_parts_that_many_pictures_show_together():
    visible = np.array(
        [
            # eye, ear, nose, mouth, tail, hat
            [1, 1, 1, 1, 0, 0],
            [1, 1, 1, 1, 1, 0],
            [1, 0, 1, 1, 1, 0],
            [1, 0, 1, 1, 0, 1],
            [0, 0, 0, 0, 1, 1],
        ],
        bool,
    )
    parts, pictures = choose_parts(visible)
    assert parts == [0, 2, 3]  # a fourth would cost pictures
    assert pictures.tolist() == [True, True, True, True, False]
    parts, pictures = choose_parts(np.ones((3, 9), bool))
    assert parts == list(range(6))
    parts, pictures = choose_parts(visible[:, :2])
    assert parts == [0, 1]
    assert pictures.tolist() == [True, True, False, False, False]


def test_covered_repeated_and_hidden_are_left_out():
    truths = [truth() for _ in range(8)]
    truths[1] = truth(covered=True)
    truths[2] = truth(nose=Part(50, 60, False))
    subject, mining = made(truths, ["face"] * 8)
    mining.sha256[5] = mining.sha256[4]
    chosen = chosen_from(subject, mining)
    assert chosen.images.tolist() == [0, 3, 4, 6, 7]
    assert chosen.parts == ["eye", "ear", "nose"]
    assert chosen.points[0].tolist() == [[30, 40], [70, 45], [50, 60]]
    assert (chosen.class_name, chosen.usable, chosen.right) == ("face", 5, -1)
    fewer = chosen_from(made(truths, ["face"] * 8, correspondence_images=4)[0], mining)
    assert set(fewer.images) < set(chosen.images)
    assert (len(fewer.images), fewer.usable) == (4, 5)


def test_wrongly_classified_ones_are_left_out_where_five_remain():
    truths, classes, labels = [truth()] * 7, ["face"] * 7, [1] * 7
    for predicted, images, right in (
        ([1, 0, 1, 1, 1, 0, 1], [0, 2, 3, 4, 6], 5),
        ([1, 0, 1, 1, 1, 0, 0], [0, 1, 2, 3, 4, 5, 6], 4),
    ):
        chosen = chosen_from(*made(truths, classes, labels, predicted))
        assert chosen.images.tolist() == images
        assert chosen.right == right


def test_too_few_pictures():
    with pytest.raises(NotApplicable, match="only 3 images of the class 'face'"):
        chosen_from(*made([truth()] * 3, ["face"] * 3))


def test_data_without_parts():
    subject, mining = made([truth()] * 4, [None] * 4)
    subject.dataset.truth = None
    with pytest.raises(NotApplicable, match="--parts FILE"):
        chosen_from(subject, mining)


def test_regions():
    subject, mining = made([truth()] * 4, ["face"] * 4)
    chosen = chosen_from(subject, mining)
    kind, found, boxes = regions(subject, mining, chosen, 15)
    assert kind == "mask"
    assert np.array_equal(found[0], truth().mask)
    assert boxes[0].tolist() == [20, 20, 90, 100]
    subject.dataset.truth = None
    kind, found, boxes = regions(subject, mining, chosen, 35)
    assert kind == "box"
    assert boxes[0].tolist() == [0, 5, 105, 95]  # 30 - 35 is beyond the edge
    assert found[0].sum() == 105 * 90
    assert found[0, 5:95, 0:105].all()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("0.png,eye,3,4\n1.png,nose,129,5\n", "line 3, puts 'nose' at 129, 5, outside 1.png"),
        ("folder/0.png,eye,3,4\n", "names none of the images; .*'folder/0.png'.*'0.png'"),
    ],
)
def test_files_that_do_not_fit_the_data(tmp_path, lines, said):
    path = tmp_path / "parts.csv"
    path.write_text("file,part,x,y\n" + lines)
    subject, mining = made([truth()] * 4, ["face"] * 4, parts=str(path))
    with pytest.raises(RequestError, match=said):
        chosen_from(subject, mining)


def test_a_file_goes_before_the_data(tmp_path):
    path = tmp_path / "parts.csv"
    lines = [f"{i}.png,{part},{x},20" for i in range(5) for part, x in (("paw", 9), ("tail", 90))]
    path.write_text("\n".join(["file,part,x,y", *lines]))
    subject, mining = made([truth()] * 6, [None] * 6, parts=str(path))
    chosen = chosen_from(subject, replace(mining, labels=np.full(6, -1, np.int32)))
    assert chosen.class_name == ""
    assert chosen.images.tolist() == [0, 1, 2, 3, 4]
    assert chosen.parts == ["paw", "tail"]
