"""``vizreport sections``: what a report can be made of."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping

from vizreport.cli.options import running
from vizreport.cli.verb import Verb


def run(arguments: argparse.Namespace) -> int:
    """Print each experiment's name, title, requirements, settings and cost.

    Returns
    -------
    int
        0 done, 1 another package brings one that cannot be used.
    """
    from vizreport.experiments.registry import registry

    found = registry()
    listed = [
        {
            "name": each.name,
            "title": each.title if each.section else f"{each.title} (no section)",
            "requires": list(each.requires),
            "options": [s.option for s in each.all_settings.values() if s.option],
            "only_with": each.all_settings[each.only_with].option if each.only_with else "",
            "cost": each.cost,
        }
        for each in found.experiments.values()
    ]
    if arguments.as_json:
        print(json.dumps(listed, indent=1))
    else:
        for each in listed:
            _print(each)
    for name, cause in found.broken.items():
        print(f"vizreport: {name} cannot be used: {cause}", file=sys.stderr)
    return 1 if found.broken else 0


def _print(listed: Mapping[str, object]) -> None:
    print(f"{listed['name']}: {listed['title']}")
    lines = {
        "requires": ", ".join(listed["requires"]),  # type: ignore[arg-type]
        "options": " ".join(listed["options"]),  # type: ignore[arg-type]
        "built only with": listed["only_with"],
        "cost": listed["cost"],
    }
    for what, said in lines.items():
        if said:
            print(f"    {what}: {said}")


VERB = Verb(
    name="sections",
    summary="list the sections of a report",
    description=(
        "List the experiments available for a report, in its order: what each requires, the "
        "options it depends on, and its cost (an estimate by its authors, not measured). "
        "vizreport build accepts their names with --only and --skip. Includes experiments from "
        "other packages."
    ),
    usage="[--json]",
    options=(running.JSON,),
    run=run,
)
