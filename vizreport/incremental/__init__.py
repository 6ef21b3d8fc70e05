"""Occlusion computed incrementally: of every layer only what the square can change."""

from vizreport.incremental.grid import Gain
from vizreport.incremental.occlusion import Scores, count_gain, occlude
from vizreport.incremental.refine import refine

__all__ = ["Gain", "Scores", "count_gain", "occlude", "refine"]
