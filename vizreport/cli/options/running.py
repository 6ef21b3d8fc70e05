"""How a verb runs."""

from __future__ import annotations

from vizreport.cli.options.settings import option_of
from vizreport.cli.verb import Option
from vizreport.experiments.shared import RUNNING, SHARED

SEED, BATCH_SIZE = option_of(SHARED["seed"]), option_of(SHARED["batch_size"])
STRICT = Option(
    "--strict",
    "Stop if a section fails, instead of showing it as failed.",
    group=RUNNING,
    switch=True,
)
JSON = Option("--json", "Print JSON instead of a table.", name="as_json", switch=True)
