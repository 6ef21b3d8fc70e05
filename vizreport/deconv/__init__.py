"""The deconvnet: backward rules, receptive fields, projection, mining."""

from vizreport.deconv.deconvnet import Deconvnet

__all__ = ["Deconvnet"]
