"""Which class a photograph's map stands for."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.report.fake_results import NOUNS, make_mining
from vizreport.experiments.photographs.figures import classes_of


def stage(name: str, *operations: str) -> dict[str, object]:
    return {"name": name, "operations": list(operations)}


@pytest.mark.parametrize(
    ("last", "named"),
    [
        (["global average pool"], True),
        (["global max pool"], False),
        (["global average pool", "full 3"], False),
        (["3x3 max pool", "global average pool"], False),
    ],
)
def test_maps_that_are_averaged_into_scores_bear_their_class(last, named):
    mining = make_mining(np.random.default_rng(0), list(NOUNS), False)
    layer, other = [*mining.layers][:2]
    few = replace(mining.layers[layer], values=np.zeros((len(NOUNS), 9), np.float32))
    layers = {**mining.layers, layer: few}
    mining = replace(mining, layers=layers, class_names=list(NOUNS), output_layer="pool")
    overview = SimpleNamespace(
        diagram=[stage("input"), stage(other, "conv"), stage(layer, "conv"), stage("pool", *last)]
    )
    assert classes_of(mining, overview, layer) == (list(NOUNS) if named else [])
    assert classes_of(mining, overview, other) == []  # not pooled into the scores
    fewer = replace(mining, class_names=list(NOUNS)[:-1])
    assert classes_of(fewer, overview, layer) == []
