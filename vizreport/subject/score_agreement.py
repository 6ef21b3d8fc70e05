"""Whether unexplained outputs of a network are scores of the data's classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.label_order import agreement
from vizreport.data.labels import in_order

if TYPE_CHECKING:
    from vizreport.graph.network import Graph

_TESTED = 256  # images


def scores_agree(
    graph: Graph,
    dataset: Dataset,
    inputs: Callable[[np.ndarray], Iterator[tuple[np.ndarray, np.ndarray]]],
) -> str:
    """State that the outputs agree with the data's classes beyond chance; "" if they do not.

    Parameters
    ----------
    graph : Graph
        Of the network.
    dataset : Dataset
        A seeded sample of its images is read.
    inputs : callable
        Indices of images -> theirs and what the network is given, in batches.
    """
    from vizreport.engine.mining import reduction_function
    from vizreport.graph.outputs import given_out

    outputs = graph.nodes[given_out(graph)].shape[-1]
    labels = in_order(dataset, max(outputs, 2))
    if labels is None or not (labels >= 0).any():
        return ""
    known = np.flatnonzero(labels >= 0)
    random = np.random.default_rng(0)
    tested = np.sort(random.permutation(known)[:_TESTED])
    reduce, predicted, seen = reduction_function(graph, []), [], []
    for indices, tensor in inputs(tested):
        y = np.asarray(reduce(tensor)[1])
        predicted.append(y.argmax(axis=1) if outputs > 1 else (y[:, 0] > 0).astype(int))
        seen.append(indices)
    if not seen:
        return ""
    found = agreement(labels[np.concatenate(seen)], np.concatenate(predicted))
    if not (found.above_chance or (outputs == 1 and found.below_chance)):
        return ""
    what = "the largest is that of the image's class" if outputs > 1 else "its sign identifies them"
    return (
        f"the data have {max(outputs, 2)} classes, and in {100 * found.accuracy:.0f}\u202f% of "
        f"{found.images:,} images {what} ({100 * found.expected:.0f}\u202f% by chance)"
    )
