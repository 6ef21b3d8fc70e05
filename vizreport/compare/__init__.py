"""Finished runs side by side, read from their results alone."""
