"""How many feature maps answer mostly to one class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from vizreport.experiments.mining.classes import counted_as
from vizreport.experiments.top_patches.figures import gathered
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import Finding
from vizreport.findings.statistics import share
from vizreport.report.text import quoted


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Count the maps more than half of whose strongest images show one class or label."""
    result, top = results["feature_maps"], results["top_patches"]
    layers = [layer for layer in gathered(results) if layer["name"] in result.layers]
    cells = [cell for layer in layers for cell in layer["cells"]]
    known = [cell for cell in cells if cell["times"]]
    if not known:
        return []
    noun = counted_as(results["mining"], top.labelled)
    owned = Counter(cell["common"] for cell in known if 2 * cell["times"] > cell["of"])
    most, maps = owned.most_common(1)[0] if owned else ("", 0)
    shown = (
        f"{{owned}} of {{n}} feature maps ({{effect}}) respond mostly to one {noun}: it is in "
        f"more than "
        "half of the images that excite them most"
    )
    return [
        Finding(
            kind="feature-maps-owned",
            compared=f"most frequent {noun} among the images that excite each map most",
            claim=f"feature maps respond mostly to one {noun}",
            shown=f"{shown}; most often {{most}} ({{maps}} of them)." if owned else f"{shown}.",
            **share(owned.total(), len(known)).fields(SHARE),
            unit="feature maps",
            values={"owned": Quantity(owned.total(), COUNT), "maps": Quantity(maps, COUNT)},
            names={"most": quoted(most, 40)},
        )
    ]
