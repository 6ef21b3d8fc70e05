"""How a verb runs."""

from __future__ import annotations

from vizreport.cli import values
from vizreport.cli.verb import Option
from vizreport.settings import Settings

RUNNING = "running"

SEED = Option(
    "--seed",
    "Seed of everything chosen at random.",
    parse=values.seed,
    metavar="N",
    default=Settings.seed,
    group=RUNNING,
)
BATCH_SIZE = Option(
    "--batch-size",
    "Images in a forward pass.",
    parse=values.count,
    metavar="N",
    default=Settings.batch_size,
    group=RUNNING,
)
MEMORY = Option(
    "--memory",
    "Memory that batches of occluded images may take, such as 500M or 2G; the default is 1G.",
    parse=values.memory,
    metavar="BYTES",
    group=RUNNING,
)
STRICT = Option(
    "--strict",
    "Stop when a section fails, instead of showing it as failed.",
    group=RUNNING,
    switch=True,
)
JSON = Option("--json", "Print JSON instead of a table.", name="as_json", switch=True)
