"""How a verb runs."""

from __future__ import annotations

from vizreport.cli.options.settings import option_of
from vizreport.cli.verb import Option
from vizreport.experiments import values
from vizreport.experiments.shared import RUNNING, SHARED

SEED, BATCH_SIZE = option_of(SHARED["seed"]), option_of(SHARED["batch_size"])
CLUSTER = Option(
    "--cluster",
    "Compute on several workers with Ray (pip install 'vizreport[cluster]'): auto for this "
    "machine's processors and GPUs, ray://HOST:PORT for a cluster, HOST:PORT on a machine that "
    "belongs to it.",
    type=values.cluster,
    metavar="auto|ADDRESS",
    group=RUNNING,
)
STRICT = Option(
    "--strict",
    "Stop if a section fails, instead of showing it as failed.",
    group=RUNNING,
    action="store_true",
)
JSON = Option("--json", "Print JSON instead of a table.", dest="as_json", action="store_true")
