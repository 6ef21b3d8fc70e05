"""What the diagnosis says of changed images, on made-up results: each text written out."""

import numpy as np
import pytest

from tests.findings.stray_numbers import strays
from tests.report.fake_diagnosis import make_diagnosis
from tests.report.fake_results import make_mining
from vizreport.experiments.diagnosis import evidence, images, turns
from vizreport.experiments.diagnosis.figures import section
from vizreport.experiments.diagnosis.findings import findings
from vizreport.findings.decisions import decide
from vizreport.findings.ranking import Found
from vizreport.findings.record import LOOK, Finding
from vizreport.findings.sentences import notice
from vizreport.findings.stored import as_record


@pytest.fixture(scope="module", params=[False, True], ids=["sound", "suspicious"])
def results(request):
    random = np.random.default_rng(3)
    mining = make_mining(random, [f"class {c}" for c in "abcdef"], True)
    seen = random.integers(0, 256, (60, 24, 24, 3), dtype=np.uint8)
    made = make_diagnosis(random, mining, seen, request.param)
    return request.param, {"mining": mining, "diagnosis": made}


def test_every_sentence_is_written_out_with_numbers_of_its_record(results):
    for each in decide(findings(results[1])):
        said = notice(each)
        assert "{" not in said
        assert strays(said, as_record(each), (0.05, 0.95)) == [], said


def test_what_stands_out_is_worth_a_look_and_nothing_else_is(results):
    suspicious, made = results
    labels = made["mining"].labels
    found = [
        *evidence.place_findings(made["diagnosis"], made["mining"]),
        *evidence.change_findings(made["diagnosis"], labels),
        evidence.shift_finding(made["diagnosis"]),
        *images.repeated_findings(made["diagnosis"], made["mining"]),
        images.plain_finding(made["diagnosis"]),
        turns.finding(made["diagnosis"], made["mining"]),
    ]
    telling = {each.kind for each in decide(found) if each.severity != "note"}
    expected = {
        "evidence-place",
        "evidence-colour",
        "evidence-background",
        "shifts-pixel",
        "images-repeated",
        "images-repeated-across",
        "images-plain",
        "images-turned",
    }
    assert telling == (expected if suspicious else set())


def test_the_share_kept_is_counted_above_the_largest_class():
    kept = evidence.Kept("colour", 100, 60, 90, 0.2)
    assert kept.kept == pytest.approx((0.6 - 0.2) / (0.9 - 0.2))
    assert np.isnan(evidence.Kept("colour", 100, 20, 21, 0.2).kept)


def test_the_figure_of_what_to_look_at_first_comes_first(results):
    suspicious, made = results
    shown = section(made, None)
    names = [figure.name for figure in shown.figures]
    ranked = [row["evidence"] for row in shown.context["ranking"] if row["evidence"]]
    assert names[: len(set(ranked))] == list(dict.fromkeys(ranked))
    assert bool(ranked) == suspicious


def test_the_headline_is_the_first_look_of_all_sections(results):
    suspicious, made = results
    other = Finding(
        kind="sanity-top", compared="", claim="", shown="Said.", n=1, unit="units", severity=LOOK
    )
    (decided,) = decide([other])
    said = section(made, None, [Found("sanity", "Sanity", decided)]).finding
    assert said.startswith("To look at first: ")
    assert said.endswith("Said.") == (not suspicious)  # the last of the causes
    if not suspicious:
        assert section(made, None).finding == ""  # the section's own findings say that all is well
