"""Headlines of a whole report against the records that stand in findings.json."""

import json
from html.parser import HTMLParser

import pytest

from tests.findings.stray_numbers import strays
from vizreport.findings.record import FAULT, LOOK
from vizreport.findings.sentences import LEADING, notice
from vizreport.runs.checking import check
from vizreport.wording.text import printable


class Headlines(HTMLParser):
    """Collects the texts of the sections' headlines, by section."""

    def __init__(self):
        super().__init__()
        self.section, self.inside, self.found, self.listed = "front", False, {}, []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "section":
            self.section = given["id"]
        if tag == "li" and self.section == "front" and given.get("class") in (FAULT, LOOK):
            self.listed.append("")
        if tag == "p":
            self.inside = given.get("class") == "finding"

    def handle_data(self, data):
        if self.listed and self.section == "front":
            self.listed[-1] += data
        if self.inside and self.section:
            self.found[self.section] = self.found.get(self.section, "") + data

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "p"


@pytest.fixture(scope="module")
def written(rendered):
    return json.loads((rendered / "findings.json").read_text("utf-8"))


def test_no_number_stands_in_a_sentence_that_is_not_in_its_record(written):
    allowed = (written["level"], written["confidence"])
    assert written["findings"]
    for record in written["findings"]:
        for text in (record["sentence"], record["advice"], record["compared"], record["claim"]):
            assert strays(text, record, allowed) == [], text


def test_headlines_are_made_of_records_alone(rendered, written):
    page = Headlines()
    page.feed((rendered / "pages" / "all.html").read_text("utf-8"))
    ranking = [each.first.finding for each in check(rendered).ranking]
    shown = max(3, sum(each.severity == FAULT for each in ranking))
    for each, item in zip(ranking[:shown], page.listed, strict=True):
        assert printable(notice(each)) in printable(item)
    assert "front" not in page.found  # the list says it all
    for section in {record["section"] for record in written["findings"]} - {"diagnosis"}:
        left = printable(page.found.get(section, ""))
        leading = [
            record
            for record in written["findings"]
            if record["section"] == section and record["leading"] and record["severity"] != FAULT
        ]
        for record in leading[:LEADING]:
            told = f"{record['sentence']} {record['advice']}".strip()
            assert told in left
            left = left.replace(told, "")
        assert left.strip() == "", section
