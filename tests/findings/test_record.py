import json
import math
from dataclasses import replace

import pytest

from tests.findings.stray_numbers import strays
from vizreport.findings.decisions import decide, holm
from vizreport.findings.quantity import Quantity, alike, told_apart
from vizreport.findings.record import Finding, Published
from vizreport.findings.sentences import (
    beside_all_published,
    beside_published,
    faults,
    headline,
    notice,
    sentence,
)
from vizreport.findings.stored import as_record, findings_json, stored_findings, warnings
from vizreport.wording.text import printable, quoted


def made(p=0.01, n=20, **more):
    return Finding(
        **{
            "kind": "shift-depth",
            "compared": "{deep} against {shallow}",
            "claim": "{deep} changes less than {shallow}",
            "shown": "{deep} changes less than {shallow}: by {effect:interval} in {n} images.",
            "n": n,
            "unit": "images",
            "effect": Quantity(0.234, "share", 0.11, 0.345),
            "test": "made up",
            "p": p,
            "fewest": 6,
            "names": {"deep": quoted("fc7"), "shallow": quoted("conv1")},
            **more,
        }
    )


def test_a_template_must_not_hold_a_number_of_its_own():
    with pytest.raises(ValueError, match="a number stands in"):
        made(shown="It falls by 30 %.")
    with pytest.raises(ValueError, match="'other' is not in the record"):
        made(shown="It falls by {other}.")
    with pytest.raises(ValueError, match="kind"):
        made(kind="A kind")


def test_holm_by_hand():
    # Sorted: 0.01 * 4, 0.02 * 3, 0.03 * 2 (raised to 0.06), 0.5.
    assert holm([0.5, 0.01, 0.03, 0.02]) == pytest.approx([0.5, 0.04, 0.06, 0.06])
    assert not len(holm([]))


def test_decisions_are_corrected_within_the_section():
    shown, lost, few, counted = decide(
        [made(0.02), made(0.04), made(0.001, n=4), made(None, test="")]
    )
    assert [each.decision for each in (shown, lost, few, counted)] == [
        "shown",
        "shown",
        "too little data",
        "shown",
    ]
    assert shown.corrected == pytest.approx(0.04)
    assert few.corrected is None  # not counted among the tests
    several = decide([made(0.02), made(0.03), made(0.2)])
    assert [each.decision for each in several] == ["not shown"] * 3
    assert [each.corrected for each in several] == pytest.approx([0.06, 0.06, 0.2])


def test_what_is_not_shown_is_no_fault_and_advises_nothing():
    odd = made(severity="fault", advice="Try it.")
    (shown,) = decide([odd])
    assert faults([shown]) == (notice(shown),)
    assert notice(shown).endswith("Try it.")
    assert headline([shown]) == ""
    (not_shown,) = decide([replace(odd, p=0.5)])
    assert (not_shown.severity, not_shown.advice) == ("note", "")
    assert headline([not_shown]) == sentence(not_shown)


def test_warnings_are_read_back_as_they_were_said(tmp_path):
    wrong, mute = decide([made(severity="fault", advice="Try {shallow}."), made(severity="fault")])
    (weak,) = decide([made(0.5, caveat="{deep} says little.")])
    written = findings_json({"a": [wrong, *decide([made()])], "b": [mute, weak]})
    (tmp_path / "findings.json").write_text(written, "utf-8")
    said = [*map(printable, faults([wrong, mute])), "fc7 says little."]
    assert said[0].endswith("in 20 images. Try conv1.")
    assert warnings(stored_findings(tmp_path / "findings.json")) == said
    assert stored_findings(tmp_path / "none.json") == []


def test_sentences():
    (shown,) = decide([made()])
    assert sentence(shown) == (
        "\u2068fc7\u2069 changes less than \u2068conv1\u2069: by "
        "23\u202f% (95\u202f% interval 11 to 34\u202f%) in 20 images."
    )
    wanted = {"needed": 85, "reference": Quantity(0.1, "points"), "reference_of": "{reference}"}
    (not_shown,) = decide([made(0.3, **wanted)])
    assert sentence(not_shown) == (
        "No evidence that \u2068fc7\u2069 changes less than \u2068conv1\u2069 (20 images, "
        "p = 0.3); about 85 would be needed to show 10 points."
    )
    (few,) = decide([made(n=3)])
    assert sentence(few).startswith("Too little data to tell whether \u2068fc7\u2069 changes less")
    assert sentence(few).endswith("(3 images; the test needs 6).")


@pytest.mark.parametrize(
    ("p", "same", "word"),
    [(0.01, True, "agrees"), (0.01, False, "differs"), (0.5, True, "these data are inconclusive")],
)
def test_published_findings_stand_beside(p, same, word):
    published = Published("Zeiler & Fergus found the same in layer 7", "Fig. 5", same)
    (found,) = decide([made(p, published=published)])
    assert word in beside_published(found)
    assert beside_published(made()) == ""


def test_findings_that_stand_differently_beside_one_publication_are_named():
    published = Published("Others found the same", "Fig. 2", True)
    layers = {name: {"shallow": "x", "deep": name, "piece": "x" + name} for name in "abc"}
    found = [
        replace(made(published=replace(published, stands=stands)), names=layers[layer])
        for layer, stands in (("a", "agrees"), ("b", "undecided"), ("c", "agrees"))
    ]
    assert beside_all_published([*found, made()]) == [
        "Others found the same (Fig. 2): this agrees for a and c; "
        "these data are inconclusive for b."
    ]
    assert beside_all_published([found[0], found[2]]) == [beside_published(found[0])]


@pytest.mark.parametrize(
    ("quantity", "written"),
    [
        (Quantity(0.0004, "share"), "0.04\u202f%"),
        (Quantity(0.0, "share"), "0\u202f%"),
        (Quantity(0.9996, "share"), "99.96\u202f%"),
        (Quantity(-0.31, "share"), "−31\u202f%"),
        (Quantity(0.01, "points"), "1 point"),
        (Quantity(12345, "count"), "12\u202f345"),
        (Quantity(0.00012, "p"), "0.00012"),
        (Quantity(1.5, "px", digits=1), "1.5 px"),
        (Quantity(math.nan, "share"), "–\u202f%"),
    ],
)
def test_quantities_are_written(quantity, written):
    assert f"{quantity}" == written


def test_the_ends_of_an_interval_have_the_decimals_of_its_value():
    assert f"{Quantity(0.14, 'share', -0.0002, 0.28):interval}".endswith("interval 0 to 28\u202f%)")
    assert "interval 0.0 to 1.5" in f"{Quantity(0.004, 'share', 0.0002, 0.0149):interval}"


def test_numbers_that_are_not_in_the_record_are_found():
    (found,) = decide([made(0.3, needed=85, reference=Quantity(0.1, "points"))])
    record = json.loads(findings_json({"invariance": [found]}))["findings"][0]
    assert not strays(record["sentence"], record)
    assert strays("It falls by 31 % in 20 images, p = 0.3.", record) == ["31"]
    assert strays("In three of 20 images, by 11 to 34 %.", record) == ["three"]
    assert strays("By 0.24 in fc7.", record) == ["0.24"]
    assert not strays("By 0.23, that is −23.4 %, in conv1.", record)


def test_the_file_holds_every_field():
    (found,) = decide([made()])
    record = as_record(found)
    assert {"kind", "compared", "n", "unit", "test", "p", "corrected", "decision"} <= {*record}
    assert record["compared"] == "fc7 against conv1"
    read = json.loads(findings_json({"a": [found], "b": []}))
    assert (read["schema_version"], read["level"], read["confidence"]) == (1, 0.05, 0.95)
    assert read["findings"][0]["effect"]["low"] == 0.11


@pytest.mark.parametrize(
    ("first", "second", "written"),
    [
        (Quantity(0.3421), Quantity(0.3387), "from 0.342 to 0.339"),
        (Quantity(0.88004), Quantity(0.87996), "from 0.88004 to 0.87996"),
        (Quantity(0.8796), Quantity(0.8803), "from 0.8796 to 0.8803"),
        (Quantity(0.71), Quantity(0.34), "from 0.71 to 0.34"),
        (Quantity(0.248, "share"), Quantity(0.25, "share"), "from 24.8\u202f% to 25.0\u202f%"),
        (Quantity(0.99991, "share"), Quantity(1.0, "share"), "from 99.99\u202f% to 100\u202f%"),
        (Quantity(0.341), Quantity(0.341), "from 0.34 to 0.34"),  # the same
        (Quantity(0.34), Quantity(0.3400004), "from 0.34 to 0.34"),  # next to the same
        (Quantity(3.0, "px"), Quantity(3.001), "from 3.00 px to 3.00"),  # of two units
    ],
)
def test_numbers_that_differ_are_not_written_alike(first, second, written):
    (found,) = decide(
        [
            made(
                0.01,
                shown="It falls from {first} to {second}.",
                values={"first": first, "second": second},
            )
        ]
    )
    assert written in sentence(found)
    record = json.loads(findings_json({"invariance": [found]}))["findings"][0]
    assert not strays(record["sentence"], record)
    assert alike(first, second) == (written == "from 0.34 to 0.34")


def test_an_interval_has_the_decimals_that_tell_its_value_from_another():
    near = told_apart(
        {"effect": Quantity(0.248, "share", 0.1, 0.4), "most": Quantity(0.25, "share")}
    )
    assert f"{near['effect']:interval}" == "24.8\u202f% (95\u202f% interval 10.0 to 40.0\u202f%)"
    assert f"{near['most']}" == "25.0\u202f%"
