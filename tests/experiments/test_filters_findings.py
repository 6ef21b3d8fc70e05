"""What is said of the filters, on made-up banks."""

from types import SimpleNamespace

import numpy as np
import pytest

from vizreport.experiments.filters.findings import findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import headline, sentence


def said(dead=0, rms=(1.0,) * 40, images=100):
    result = SimpleNamespace(
        layer="conv1",
        dead=np.arange(len(rms)) < dead,
        rms=np.array(rms),
        dominating=np.array(rms) > 3 * np.median(rms),
        dominating_ratio=3.0,
    )
    return decide(
        findings({"filters": result, "mining": SimpleNamespace(paths=["x"] * images)}),
    )


def test_a_sound_bank():
    found = said()
    assert [each.severity for each in found] == ["note", "note"]
    assert "All 40 filters" in sentence(found[0])
    assert sentence(found[1]).startswith(
        "No filter of \u2068conv1\u2069 dominates: the strongest has 1.0"
    )
    assert "try" not in headline(found)


@pytest.mark.parametrize(
    ("dead", "images", "severity"),
    [(1, 100, "note"), (4, 100, "look"), (30, 100, "fault"), (30, 5, "note")],
)
def test_dead_filters_matter_by_their_share_and_by_how_many_images_say_so(dead, images, severity):
    found = said(dead, images=images)[0]
    assert found.severity == severity
    assert f"{dead} of the 40 filters" in sentence(found)
    assert ("learning rate" in found.advice) == (severity != "note")


def test_what_no_image_shows_may_still_be_active_in_some():
    # Wilson: 0 of n leaves z² / (n + z²)
    few, many = (said(1, images=n)[0].values["active_at_most"].value for n in (5, 500))
    assert few == pytest.approx(1.96**2 / (5 + 1.96**2), rel=1e-3)
    assert many < 0.01


def test_a_dominating_filter_is_named_by_its_ratio():
    found = said(rms=(1.0,) * 39 + (5.0,))[1]
    assert found.severity == "look"
    assert (
        "1 of the 40 filters of \u2068conv1\u2069 dominates the others: the strongest has 5.0 times"
        in sentence(found)
    )
