"""Which preprocessing is taken, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from vizreport.data.presets import preset
from vizreport.errors import RequestError
from vizreport.models.input_range import ExpectedRange
from vizreport.models.preprocessing_choice import PreprocessingRequest, choose_preprocessing
from vizreport.models.sidecar import Sidecar

FILE = Path("net.keras")
SIZE = (20, 30)
RAW = ExpectedRange("raw", "the network itself divides", ("rescaling",))
UNIT = ExpectedRange("unit", "the network itself shifts", ("subtract",))
UNCLEAR = ExpectedRange("", "layer 'norm' tells nothing", ("norm",))


def choose(name=None, expected=None, sidecar=None, twice=False, **parts):
    asked = PreprocessingRequest(name, parts, twice)
    return choose_preprocessing(FILE, SIZE, 3, sidecar, asked, expected)


def test_a_network_that_scales_gets_raw_pixels_squashed_without_antialiasing():
    chosen = choose(expected=RAW)
    assert chosen.preprocessing == preset("raw", SIZE, 3)
    assert not chosen.preprocessing.antialias
    assert (chosen.reason, chosen.warning) == ("the network itself divides", "")


def test_a_network_that_expects_0_to_1_gets_these():
    chosen = choose(expected=UNIT)
    assert chosen.preprocessing == preset("raw", SIZE, 3, {"scale": 1 / 255})
    assert choose("unit", UNIT).warning == ""


@pytest.mark.parametrize("name", ["caffe", "torch", "tf", "unit"])
def test_scaling_twice_is_refused_unless_confirmed(name):
    with pytest.raises(RequestError, match="a second time.*--scale-twice"):
        choose(name, RAW)
    chosen = choose(name, RAW, twice=True)
    assert chosen.preprocessing == preset(name, SIZE, 3)
    assert "0 to 255" in chosen.warning


def test_single_options_that_scale_twice_are_refused_too():
    with pytest.raises(RequestError, match="a second time"):
        choose(expected=RAW, scale=1 / 255)
    with pytest.raises(RequestError, match="a second time"):
        choose(expected=RAW, mean=(104.0, 117.0, 123.0))
    with pytest.raises(RequestError, match="a second time"):
        choose("raw", UNIT)


def test_another_order_of_channels_is_taken_with_a_warning():
    chosen = choose(expected=RAW, channels="BGR")
    assert chosen.preprocessing == preset("raw", SIZE, 3, {"channels": "BGR"})
    assert "BGR" in chosen.warning
    assert "rescaling" in chosen.warning


def test_single_options_work_alone():
    chosen = choose(channels="BGR", mean=(104.0, 117.0, 123.0))
    parts = {"channels": "BGR", "mean": (104.0, 117.0, 123.0)}
    assert chosen.preprocessing == preset("raw", SIZE, 3, parts)
    assert not chosen.warning


@pytest.mark.parametrize("parts", [{}, {"crop": "center"}, {"resize": "squash"}])
def test_where_nothing_tells_the_range_it_is_asked_for(parts):
    with pytest.raises(RequestError, match=r"choose --preprocess zfnet, .*raw$"):
        choose(**parts)
    with pytest.raises(RequestError, match="'norm' tells nothing; choose --preprocess"):
        choose(expected=UNCLEAR, **parts)


def test_the_sidecars_preset_with_parts_and_options():
    sidecar = Sidecar(preset="torch", parts={"channels": "BGR"})
    expected = preset("torch", SIZE, 3, {"channels": "BGR", "crop": "none"})
    assert choose(sidecar=sidecar, crop="none").preprocessing == expected
    assert choose("unit", sidecar=sidecar).preprocessing == preset("unit", SIZE, 3)
