"""Text of the command line turned into values."""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from vizreport.errors import RequestError
from vizreport.experiments import values


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (values.checkpoint, "not/there/yet.keras", Path("not/there/yet.keras")),
        (values.photograph, "C:photo.jpg", "C:photo.jpg"),
        (values.folder, "not/there/yet", Path("not/there/yet")),
        (values.count, "3", 3),
        (values.count_or_all, "all", None),
        (values.count_or_all, "16", 16),
        (values.seed, "0", 0),
        (values.size, "224", (224, 224)),
        (values.size, "240x320", (240, 320)),
        (values.resize, "shortest:256", ("shortest", 256)),
        (values.resize, "squash", ("squash", None)),
        (values.resize, "none", ("none", None)),
        (values.fraction, "1/4", 0.25),
        (values.fraction, "2", 2.0),
        (values.share, "0.2", 0.2),
        (values.share, "1/5", 0.2),
        (values.memory, "500M", 500 * 2**20),
        (values.memory, "1.5g", 3 * 2**29),
        (values.numbers, "104,117,123", (104.0, 117.0, 123.0)),
        (values.numbers, "-1", (-1.0,)),
        (values.bands, "3, 2,1", (3, 2, 1)),
        (values.names, "a, b/c@1,a", ("a", "b/c@1")),
    ],
)
def test_right(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (values.checkpoint, "hf://someone/network"),
        (values.folder, __file__),
        (values.count, "0"),
        (values.count, "ten"),
        (values.count_or_all, "-1"),
        (values.seed, "-1"),
        (values.seed, str(2**32)),
        (values.size, "1x2x3"),
        (values.size, "0"),
        (values.resize, "stretch:9"),
        (values.resize, "shortest:"),
        (values.resize, "none:9"),
        (values.fraction, "0"),
        (values.fraction, "1/0"),
        (values.fraction, "1e999"),
        (values.fraction, "nan"),
        (values.share, "1"),
        (values.share, "0"),
        (values.memory, "500"),
        (values.memory, "G"),
        (values.memory, "-1G"),
        (values.memory, "nanG"),
        (values.numbers, "1,,2"),
        (values.bands, "3,2"),
        (values.bands, "0,1,2"),
        (values.bands, "r,g,b"),
        (values.numbers, "nan"),
        (values.divisors, "1,0,1"),
        (values.names, " , "),
    ],
)
def test_wrong(parse, text):
    with pytest.raises(ArgumentTypeError):
        parse(text)


def test_photographs_that_scikit_image_does_not_have():
    with pytest.raises(RequestError, match=r"skimage:camera; available are .*skimage:chelsea"):
        values.photograph("skimage:camera")
