"""The drawn architecture: nothing lost when stages are merged, nothing overlapping."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from tests.report.fake_results import squeezenet_diagram
from vizreport.experiments.overview import architecture


def stage(name: str, side: int, maps: int, *operations: str) -> dict[str, Any]:
    return {"name": name, "rows": side, "cols": side, "maps": maps, "operations": operations}


ZFNET = [
    stage("input", 224, 3),
    stage("conv1", 110, 96, "conv 7x7, 96, stride 2"),
    stage("conv2", 26, 256, "3x3 max pool, stride 2", "contrast norm", "conv 5x5, 256, stride 2"),
    stage("conv3", 13, 384, "3x3 max pool, stride 2", "contrast norm", "conv 3x3, 384"),
    stage("conv4", 13, 384, "conv 3x3, 384"),
    stage("conv5", 13, 256, "conv 3x3, 256"),
    stage("full6", 1, 4096, "3x3 max pool, stride 2", "full 4096"),
    stage("full7", 1, 4096, "dropout", "full 4096"),
    stage("softmax", 1, 1000, "dropout", "full 1000", "softmax"),
]
RESNET50 = [
    stage("input", 224, 3),
    stage("conv1_relu", 112, 64, "conv 7x7, 64, stride 2"),
    *(
        stage(f"conv{group}_block{i}_out", side, maps, "conv 1x1", "conv 3x3", "conv 1x1", "add")
        for group, side, maps, count in (
            (2, 56, 256, 3),
            (3, 28, 512, 4),
            (4, 14, 1024, 6),
            (5, 7, 2048, 3),
        )
        for i in range(1, count + 1)
    ),
    stage("a/very/long/nested/name/of_the_predictions", 1, 1000, "global average pool", "softmax"),
]
PYRAMID = [stage(f"layer{i}", 400 - 10 * i, 2**i, "conv 3x3") for i in range(30)]
HOSTILE = [stage("$x^2$ \U0001f9a9\n<b>", 8, 1, "op " * 40, "y" * 300), stage("", 1, 1)]
NETWORKS = [ZFNET, squeezenet_diagram(), RESNET50, PYRAMID, HOSTILE, [stage("input", 8, 1)]]


@pytest.mark.parametrize("stages", NETWORKS)
def test_blocks_are_few_and_account_for_every_stage(stages: list[dict[str, Any]]) -> None:
    blocks = architecture.condense(stages)
    assert 1 <= len(blocks) <= architecture.MOST
    assert sum(block["stages"] for block in blocks) == len(stages)
    assert blocks[0]["rows"] == stages[0]["rows"]
    assert blocks[-1]["maps"] == stages[-1]["maps"]


def test_few_stages_are_left_as_they_are() -> None:
    assert [block["name"] for block in architecture.condense(ZFNET)] == [s["name"] for s in ZFNET]


def test_deep_networks_are_merged_by_map_size() -> None:
    blocks = architecture.condense(RESNET50)
    assert [block["rows"] for block in blocks] == [224, 112, 56, 28, 14, 7, 1]
    assert blocks[4]["operations"] == [
        "conv 1x1 (12 times)",
        "conv 3x3 (6 times)",
        "add (6 times)",
    ]


@pytest.mark.parametrize("stages", NETWORKS)
def test_no_two_texts_overlap_and_none_leaves_the_figure(stages: list[dict[str, Any]]) -> None:
    chart = architecture.draw(stages)
    chart.canvas.draw()
    whole = chart.bbox
    boxes = [text.get_window_extent() for text in chart.axes[0].texts if text.get_text().strip()]
    for box in boxes:
        assert box.x0 >= whole.x0 - 1
        assert box.x1 <= whole.x1 + 1
        assert box.y0 >= whole.y0 - 1
    for a, b in combinations(boxes, 2):
        # Letters' boxes include some air: touching by a hair's breadth is not overlapping.
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert width <= 1 or height <= 1.5, (a, b)


@pytest.mark.parametrize("stages", NETWORKS[:-2])
def test_sizes_and_words_are_not_broken(stages: list[dict[str, Any]]) -> None:
    drawn = [text.get_text() for text in architecture.draw(stages).axes[0].texts]
    for block in architecture.condense(stages):
        rows, cols, maps = block["rows"], block["cols"], f"{block['maps']:,}".replace(",", "\u202f")
        size = f"{rows}\u200a×\u200a{cols}\u200a×\u200a{maps}" if rows > 1 else f"{maps} unit"
        assert any(text.startswith(size) for text in drawn)
    said = " ".join(drawn).replace("\u00a0", " ").replace("×", "x")
    for operation in (op for block in architecture.condense(stages) for op in block["operations"]):
        assert operation in said


def test_a_long_name_keeps_both_ends() -> None:
    name = "a/very/long/nested/name/of_the_predictions"
    drawn = [text.get_text() for text in architecture.draw(RESNET50).axes[0].texts]
    assert any(text.startswith(name[:4]) for text in drawn)
    assert any(text.endswith(name[-11:]) for text in drawn)
