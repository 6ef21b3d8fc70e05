"""A map over pieces of work: a loop in one process, or Ray on several (docs/cluster.md).

Pieces are the same whatever computes them, each result is kept in the run's folder as it is
finished, and results are handed out in the order of the pieces.
"""
