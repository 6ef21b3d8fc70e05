"""What maps may be named after, by hand."""

from __future__ import annotations

from vizreport.experiments.parts.concepts import concepts


def test_sides_and_classes():
    points = [
        ("cat", "left eye"),
        ("cat", "right eye"),
        ("cat", "nose"),
        ("fish", "left eye"),
        ("car", "right front wheel"),
        ("car", "left front wheel"),
        ("car", "left rear wheel"),
        ("bicycle", "front wheel"),
        ("mug", "front of rim"),
    ]
    found = {concept.name: set(concept.points) for concept in concepts(points)}
    assert found == {
        "left eye (cat)": {points[0]},
        "right eye (cat)": {points[1]},
        "nose (cat)": {points[2]},
        "left eye (fish)": {points[3]},
        "right front wheel (car)": {points[4]},
        "left front wheel (car)": {points[5]},
        "left rear wheel (car)": {points[6]},
        "front wheel (bicycle)": {points[7]},
        "front of rim (mug)": {points[8]},
        "eye (cat)": {points[0], points[1]},
        "front wheel (car)": {points[4], points[5]},
        "wheel (car)": {points[4], points[5], points[6]},
        "left eye": {points[0], points[3]},
        "eye": {points[0], points[1], points[3]},
        "front wheel": {points[4], points[5], points[7]},
        "wheel": {points[4], points[5], points[6], points[7]},
    }


def test_without_classes():
    found = concepts([("", "left eye"), ("", "right eye")])
    assert [concept.name for concept in found] == ["left eye", "right eye", "eye"]
