"""Foreign messages and values in sentences of our own."""

import pytest

from vizreport.wording.foreign_text import brief, printable, quoted


def test_messages_are_one_line_without_colours():
    assert brief("\x1b[1mno such\x1b[0m\n\n   layer.") == "no such layer"


@pytest.mark.parametrize("width", [20, 43, 80])
def test_long_messages_end_with_a_whole_word(width):
    text = "the quick brown fox jumps over the lazy dog again and again"
    found = brief(text, width)
    assert len(found) <= width
    kept = found.removesuffix(" …")
    assert text == kept or text.startswith(kept + " ")


def test_one_endless_word_is_shown_in_part():
    assert brief("x" * 500, 100) == "x" * 50 + "…"


def test_deep_and_long_values():
    deep: list = []
    for _ in range(900):
        deep = [deep]
    for value in (deep, "x" * 10_000, 10**1000, {str(i): i for i in range(1000)}):
        assert len(quoted(value)) < 400
    assert quoted("few") == "'few'"


def test_nothing_steers_the_terminal():
    assert printable("photo\x1b[2J\r\udcff é.png") == "photo\\x1b[2J\\r\\udcff é.png"
