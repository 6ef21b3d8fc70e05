"""Occlusion computed incrementally: of every layer only what the square can change."""

from vizreport.engine.occlusion.places import Gain
from vizreport.engine.occlusion.refine import refine
from vizreport.engine.occlusion.scores import Running, Scores, Squares, count_gain, occlude

__all__ = ["Gain", "Running", "Scores", "Squares", "count_gain", "occlude", "refine"]
