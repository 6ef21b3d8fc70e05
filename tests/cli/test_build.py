"""What ``vizreport build`` asks of the builder."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import vizreport.building.build
from vizreport.cli import main
from vizreport.data.preprocessing import Preprocessing
from vizreport.experiments.settings import Settings
from vizreport.models.preprocessing_choice import PreprocessingRequest
from vizreport.subject.options import NetworkOptions


@pytest.fixture
def request_of(monkeypatch):
    asked = []

    def build(request):
        asked.append(request)
        return 1

    monkeypatch.setattr(vizreport.building.build, "build", build)
    monkeypatch.setattr("vizreport.cli.options.report.print_reading", lambda folder: None)

    def request_of(*arguments):
        assert main(["build", "--checkpoint", "net.keras", "--data", "photos", *arguments]) == 1
        return asked[-1]

    return request_of


def test_defaults_are_those_of_the_settings(request_of):
    request = request_of()
    assert request.settings == Settings()
    assert request.checkpoint == Path("net.keras")
    assert request.data == "photos"
    assert request.network == NetworkOptions()
    assert (request.out, request.pdf, request.strict) == (None, True, False)


def test_every_option_arrives(request_of):
    request = request_of(
        *("--out", "o", "--split", "test", "--max-images", "5", "--labels", "l.tsv"),
        *("--exif", "ignore", "--alpha", "ignore"),
        *("--labels-in-order", "--import", "mine", "--import", "yours", "--preprocess", "caffe"),
        *("--layers", "a,b", "--maps", "all", "--image", "1.jpg", "--image", "2.jpg"),
        *("--rule", "guided", "--scale", "tile", "--filter-scale", "filter", "--window", "full"),
        *("--occlude", "3.jpg", "--occlude", "4.jpg", "--occlusion-images", "6"),
        *("--occlusion-layer", "c", "--occlusion-size", "0.1", "--occlusion-size", "1/3"),
        *("--occlusion-stride", "9", "--occlusion-fill", "blur", "--refine", "--memory", "1.5G"),
        *("--invariance", "5.jpg", "--invariance-images", "8", "--invariance-layers", "c,d"),
        *("--invariance-interpolation", "bicubic", "--invariance-fill", "mean"),
        *("--parts", "p.csv", "--correspondence-class", "face", "--correspondence-images", "8"),
        *("--correspondence-layers", "d,e"),
        *("--sanity-units", "5", "--seed", "7", "--batch-size", "4", "--no-pdf", "--strict"),
    )
    assert request.settings == Settings(
        layers=("a", "b"),
        maps=None,
        max_images=5,
        split="test",
        exif="ignore",
        alpha="ignore",
        rule="guided",
        scale="tile",
        filter_scale="filter",
        window="full",
        photographs=("1.jpg", "2.jpg"),
        occlude=("3.jpg", "4.jpg"),
        occlusion_images=6,
        occlusion_layer="c",
        occlusion_sizes=(0.1, 1 / 3),
        occlusion_stride=9,
        occlusion_fill="blur",
        refine=True,
        invariance=("5.jpg",),
        invariance_images=8,
        invariance_layers=("c", "d"),
        invariance_interpolation="bicubic",
        invariance_fill="mean",
        parts="p.csv",
        correspondence_class="face",
        correspondence_images=8,
        correspondence_layers=("d", "e"),
        sanity_units=5,
        memory=3 * 2**29,
        seed=7,
        batch_size=4,
    )
    assert request.network == NetworkOptions(
        PreprocessingRequest("caffe"),
        labels=Path("l.tsv"),
        labels_in_order=True,
        imports=("mine", "yours"),
    )
    assert (request.out, request.pdf, request.strict) == (Path("o"), False, True)


def test_preprocessing_parts_are_fields_of_the_preprocessing(request_of):
    parts = request_of(
        *("--input-size", "96x128", "--resize", "squash:100", "--crop", "none"),
        *("--channels", "BGR", "--scale-pixels", "1/2", "--mean", "1,2,3", "--std", "4"),
    ).network.preprocessing.parts
    assert parts == {
        "input_size": (96, 128),
        "resize": "squash",
        "resize_to": 100,
        "crop": "none",
        "channels": "BGR",
        "scale": 0.5,
        "mean": (1.0, 2.0, 3.0),
        "std": (4.0,),
    }
    assert set(parts) <= {field.name for field in fields(Preprocessing)}


def test_names_of_sections_add_up(request_of):
    request = request_of("--only", "filters,hog", "--only", "occlusion", "--only", "hog")
    assert request.only == ("filters", "hog", "occlusion")
    assert request_of("--skip", "hog", "--skip", "sanity").skip == ("hog", "sanity")
    assert request_of().only == ()


def test_repeated_calls_do_not_share_their_lists(request_of):
    assert request_of("--image", "1.jpg").settings.photographs == ("1.jpg",)
    assert request_of("--image", "2.jpg").settings.photographs == ("2.jpg",)


def test_where_the_report_is_and_whether_a_section_failed(request_of, capsys):
    request_of("--out", "there")
    said = capsys.readouterr()
    assert said.out == "there/index.html\nthere/report.pdf\n"
    assert said.err == "vizreport: a section failed; the report shows which and why\n"
    request_of("--out", "there", "--no-pdf")
    assert capsys.readouterr().out == "there/index.html\n"
