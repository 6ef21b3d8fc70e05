"""What another package's experiment may rely on, version 1; see docs/extend.md.

These names keep their meaning as long as entry points of the group ``vizreport.experiments.v1``
are read.
"""

from vizreport.drawing.charts import styled
from vizreport.drawing.section import Fact, Figure, Highlight, Page, Section
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments import checks, values
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.setting import setting
from vizreport.findings import statistics
from vizreport.findings.quantity import Quantity
from vizreport.findings.record import Finding, Published
from vizreport.wording.text import number, percent, quoted

__all__ = [
    "Experiment",
    "Fact",
    "Figure",
    "Finding",
    "Highlight",
    "NotApplicable",
    "Page",
    "Published",
    "Quantity",
    "RequestError",
    "Section",
    "checks",
    "number",
    "percent",
    "quoted",
    "setting",
    "statistics",
    "styled",
    "values",
]
