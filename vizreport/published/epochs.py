"""When the paper looks at a network under training."""

PAPER_EPOCHS = (1, 2, 5, 10, 20, 30, 40, 64)
"""Those of Fig. 4."""
