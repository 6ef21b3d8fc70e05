"""The version, in one place that the build back end reads without importing anything."""

__version__ = "0.1.0"
