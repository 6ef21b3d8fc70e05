"""Where a program finds :class:`Settings`; vizreport itself has them from ``experiments``."""

from vizreport.experiments.settings import Settings

__all__ = ["Settings"]
