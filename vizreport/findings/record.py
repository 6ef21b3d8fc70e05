"""What a section claims, and everything that the claim rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

from vizreport.findings.quantity import Quantity

SHOWN, NOT_SHOWN, TOO_LITTLE = "shown", "not shown", "too little data"
NOTE, LOOK, FAULT = "note", "look", "fault"
AGREES, DIFFERS, UNDECIDED = "agrees", "differs", "undecided"

_KIND = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Published:
    """What a publication found about the same thing, for a network that has the property at issue.

    Attributes
    ----------
    found : str
        A sentence without its full stop, its subject included: "Zeiler & Fergus found that ...".
    source : str
        Where: "Fig. 5".
    same : bool
        Whether the effect measured here points the same way.
    stands : {"agrees", "differs", "undecided"} or None
        "undecided" where nothing is shown here; None until
        :func:`vizreport.findings.decisions.decide` has set it.
    """

    found: str
    source: str
    same: bool
    stands: str | None = None


@dataclass(frozen=True)
class Finding:
    """One claim of a section.

    The texts ``compared``, ``claim``, ``shown``, ``not_shown``, ``caveat`` and ``advice`` are
    templates: ``{effect}``, ``{n}``, ``{reference}``, and every key of ``values`` and ``names`` in
    braces.
    They must hold no digit of their own: each number of a sentence is a field of its record.

    Attributes
    ----------
    kind : str
        What is claimed, made of a-z, 0-9 and "-": "invariance-depth". The table of calibration
        has a line for each kind that is tested.
    compared : str
        What is compared with what, without a full stop.
    claim : str
        What would be shown, as it stands behind "that": "{deep} changes less than {shallow}".
    shown : str
        The sentence where the claim is shown, with its full stop.
    n : int
        How many units the finding rests on.
    unit : str
        What they are, in the plural: "images", "maps".
    effect : Quantity or None
        What was measured, with its interval; None where there is no such number.
    test : str
        "" where nothing is tested: a count over a whole, or an estimate with its interval.
    p : float or None
        Two-sided where the test allows it; None without a test.
    fewest : int
        Below this many units the test could not show anything.
    not_shown : str
        The sentence where it is not shown, in place of "No evidence that ...".
    caveat : str
        A sentence on why it says little here that this is not shown; "" where it says enough, and
        unless it was tested and not shown.
    needed : int or None
        How many units would show ``reference`` in four of five samples.
    reference : Quantity or None
        The effect that ``needed`` is for.
    reference_of : str
        Whose it is: "the paper's difference of {reference}".
    evidence : str
        Name of the section's figure that shows it, or "".
    severity : {"note", "look", "fault"}
        "note" unless shown.
    advice : str
        What to try, a sentence; "" unless shown.
    published : Published or None
        The paper's finding that stands beside it, if it applies to this network.
    values : mapping of str to Quantity
        Further numbers of the sentences.
    names : mapping of str to str
        Names of layers, classes and files, as :func:`vizreport.wording.text.quoted` writes them.
    leading : bool
        Whether its sentence may stand in the section's headline.
    corrected : float or None
        ``p`` after Holm's correction over the section's tests.
    decision : {"shown", "not shown", "too little data"} or None
        None until :func:`vizreport.findings.decisions.decide` has set this and ``corrected``.

    Raises
    ------
    ValueError
        If a template holds a digit or a name that the record has not.
    """

    kind: str
    compared: str
    claim: str
    shown: str
    n: int
    unit: str
    effect: Quantity | None = None
    test: str = ""
    p: float | None = None
    fewest: int = 0
    not_shown: str = ""
    caveat: str = ""
    needed: int | None = None
    reference: Quantity | None = None
    reference_of: str = ""
    evidence: str = ""
    severity: str = NOTE
    advice: str = ""
    published: Published | None = None
    values: Mapping[str, Quantity] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    leading: bool = True
    corrected: float | None = None
    decision: str | None = None

    def __post_init__(self) -> None:
        """Refuse a template with a number or a name that is not in the record."""
        if not _KIND.fullmatch(self.kind):
            raise ValueError(f"{self.kind!r} cannot be the kind of a finding")
        known = self.filling()
        for template in self.templates():
            for literal, name, _, _ in Formatter().parse(template):
                if re.search(r"\d", literal):
                    raise ValueError(f"{self.kind}: a number stands in {template!r} itself")
                if name is not None and name not in known:
                    raise ValueError(f"{self.kind}: {name!r} is not in the record")

    def templates(self) -> tuple[str, ...]:
        """Return every text that is filled from the record."""
        return (
            self.compared,
            self.claim,
            self.shown,
            self.not_shown,
            self.caveat,
            self.reference_of,
            self.advice,
        )

    def filling(self) -> dict[str, Quantity | str]:
        """Return what may stand in braces."""
        own: dict[str, Quantity | str] = {
            **self.names,
            **self.values,
            "n": Quantity(self.n, "count"),
        }
        if self.effect is not None:
            own["effect"] = self.effect
        if self.reference is not None:
            own["reference"] = self.reference
        return own
