"""The deconvnet: backward rules, receptive fields, projection, mining."""

from vizreport.engine.deconvnet import Deconvnet

__all__ = ["Deconvnet"]
