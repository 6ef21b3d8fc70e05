"""Numbers of figures and tables, and references to them.

1 to n is what prints, S1 to Sn what the HTML has beside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from vizreport.drawing.section import Figure

# A table is referred to before it stands on a page, so that its number is put in at the end.
# Characters for private use: no text that a page shows has them.
_BEGIN, _END = "\ue000", "\ue001"

Address = Callable[[str], str]


def number_figures(figures: Sequence[Figure], counts: dict[bool, int]) -> tuple[str, ...]:
    """Return the numbers of a section's figures.

    Parameters
    ----------
    figures : sequence of Figure
        In the report's order.
    counts : dict
        Figures that were numbered before, by whether they are supplementary; is changed.
    """
    return tuple(_next(counts, figure.supplement) for figure in figures)


def _next(counts: dict[bool, int], supplement: bool) -> str:
    counts[supplement] = counts.get(supplement, 0) + 1
    return f"{'S' if supplement else ''}{counts[supplement]}"


@dataclass(frozen=True)
class Table:
    """A table that was numbered.

    Attributes
    ----------
    name : str
        Its anchor.
    number : str
        As it is printed; of a supplementary table with an S before it.
    label : str
        What it shows.
    section : str
        Where it stands.
    """

    name: str
    number: str
    label: str
    section: str


@dataclass
class References:
    """The tables of a report, numbered while its templates are filled, and what refers to what.

    Attributes
    ----------
    supplement : bool
        Whether supplementary tables are there, to be linked.
    section : str
        The section that is being filled.
    listed : list of Table
        So far, in the report's order.
    """

    supplement: bool = True
    section: str = ""
    listed: list[Table] = field(default_factory=list)
    _counts: dict[bool, int] = field(default_factory=dict)
    _references: list[Callable[[Address], str]] = field(default_factory=list)

    def add(self, name: str, label: str, supplement: bool) -> Table:
        """Number a table; without a name it is called after its number."""
        number = _next(self._counts, supplement)
        added = Table(name or f"table-{number.lower()}", number, label, self.section)
        self.listed.append(added)
        return added

    def see(self, name: str) -> Markup:
        """Refer to a table before or after it; one that is not there becomes the word alone."""

        def reference(address: Address) -> str:
            found = next((each for each in self.listed if each.name == name), None)
            if found is None:
                return "Table"
            if found.number.startswith("S") and not self.supplement:
                return f"Table&nbsp;{found.number}"
            return f'<a class="see" href="{address(name)}">Table&nbsp;{found.number}</a>'

        return self._later(reference)

    def at(self, anchor: str) -> Markup:
        """Return the address of a section, a figure or a table, wherever it is."""
        return self._later(lambda address: address(anchor))

    def _later(self, reference: Callable[[Address], str]) -> Markup:
        self._references.append(reference)
        return Markup(f"{_BEGIN}{len(self._references) - 1}{_END}")

    def settle(self, page: str, address: Address = "#{}".format) -> str:
        """Put the references into a page that is filled.

        Parameters
        ----------
        page : str
            A filled template.
        address : callable
            Returns where an anchor is, as seen from the page; on the page itself by default.
        """
        begin, *parts = page.split(_BEGIN)
        return begin + "".join(self._settled(part, address) for part in parts)

    def _settled(self, part: str, address: Address) -> str:
        number, end, rest = part.partition(_END)
        known = end and number.isdecimal() and int(number) < len(self._references)
        return self._references[int(number)](address) + rest if known else _BEGIN + part

    def kept(self) -> References:
        """Return a copy, to go back to where a template fails."""
        return replace(
            self,
            listed=list(self.listed),
            _counts=dict(self._counts),
            _references=list(self._references),
        )
