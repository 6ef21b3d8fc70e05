"""Names and numbers in words, by hand."""

from __future__ import annotations

import pytest

from vizreport.wording import text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (7, "7"),
        (1248424, "1\u202f248\u202f424"),
        (0.09434, "0.0943"),
        (-12.349, "−12.3"),
        (12345.6, "12\u202f346"),
        (9.593e28, "9.59·10²⁸"),
        (0.0000123, "1.23·10⁻⁵"),
        (float("nan"), "–"),
    ],
)
def test_number(value: float, said: str) -> None:
    assert text.number(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.44, "0.4\u202fs"),
        (59.4, "59\u202fs"),
        (59.6, "1\u202fmin 0\u202fs"),
        (7500, "2\u202fh 5\u202fmin"),
    ],
)
def test_duration(seconds: float, said: str) -> None:
    assert text.duration(seconds) == said


def test_wilson() -> None:
    # Agresti and Coull's example: 0 of 10 gives 0 to 27.8 %.
    low, high = text.wilson(0, 10)
    assert low == 0
    assert high == pytest.approx(0.278, abs=5e-4)
    assert text.wilson(10, 10)[1] == 1
    assert text.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=5e-4)


def test_slugs_are_distinct_and_safe() -> None:
    names = ["conv1", "Conv1", "a/b", "a-b", "../../x", "שלום", "🦩", "x" * 300]
    found = text.slugs(names)
    assert found["conv1"] == "conv1"
    assert found["../../x"] == "x"
    assert len(set(found.values())) == len(names)
    for slug in found.values():
        assert slug.isascii()
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert len(slug) <= 52


def test_shorten_keeps_both_ends() -> None:
    assert text.shorten("abcdefghij", 10) == "abcdefghij"
    short = text.shorten("abcdefghijk", 10)
    assert len(short) == 10
    assert (short[0], short[-1]) == ("a", "k")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("beaver", "Beaver"),
        ("garden_snail", "Garden snail"),
        ("St. Bernard", "St. Bernard"),
        ("_", "_"),
    ],
)
def test_headings_are_words(name: str, said: str) -> None:
    assert text.words(name) == said
    assert text.file_words(f"some/folder/{name}.jpeg") == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("042_n01687978_agama", "Agama"),
        ("n02128757_snow_leopard", "Snow leopard"),
        ("3_blind_mice", "3 blind mice"),
        ("0001", "0001"),
        ("1000_2000", "1000 2000"),
    ],
)
def test_numbers_before_a_files_words_are_left_out(name: str, said: str) -> None:
    assert text.file_words(f"{name}.jpg") == said


def test_networks_that_keras_named_are_called_after_their_file() -> None:
    assert text.network_name("functional_3", "my-net.keras") == "my-net"
    assert text.network_name("sequential", "a/b.h5") == "b"
    assert text.network_name("zfnet", "a.keras") == "zfnet"
    assert text.network_name("sequential_cnn", "a.keras") == "sequential_cnn"


def test_a_reason_that_layers_share_is_said_once() -> None:
    reason = "deconvnet has no rule for silu"
    status = {"a": f"{reason} (layer 'x')", "b": "", "c": f"{reason} (layer 'y')", "d": "another"}
    (some, first), (other, second) = text.shared_reasons(status)
    assert [text.printable(names) for names in (some, other)] == ["a, c", "d"]
    assert (first, second) == (reason, "another")
    del status["b"], status["d"]
    assert text.shared_reasons(status) == [("", reason)]
    assert text.shared_reasons({"a": ""}) == []
