"""What training never sees of the second edition's pictures: constructions, ranges, a hue."""

import colorsys
import importlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

TOOLS = Path(__file__).parents[2] / "tools" / "scenes"
NAMES = ("plan", "draws", "colours")


@pytest.fixture
def tools(monkeypatch):
    """The modules that need no renderer."""
    monkeypatch.syspath_prepend(str(TOOLS))
    yield {name: importlib.import_module(name) for name in NAMES}
    for name in NAMES:
        del sys.modules[name]


def test_whole_blocks_are_balanced(tools):
    plan = tools["plan"]
    block, classes = 144, len(plan.CLASSES)
    for start in (0, 7200 - block):
        splits = Counter(plan.plan(number)[:2] for number in range(start, start + block))
        assert splits == {
            ("train", ""): 9 * classes,
            ("val", ""): classes,
            ("test", "ranges"): classes,
            ("test", "construction"): classes,
        }
    designs = Counter(plan.plan(number) for number in range(7200))
    for (_split, held_out, design), count in designs.items():
        assert (design == 5) == (held_out == "construction")
        assert count == (
            600 if design == 5 else 1080 if not held_out and _split == "train" else 120
        )


def test_sizes_and_hues_keep_to_their_parts(tools):
    draws = tools["draws"]
    seen, unseen = draws.Draws([1, 2], held_out=False), draws.Draws([1, 2], held_out=True)
    inner, outer = (rng.between(-2.0, 8.0, 4000) for rng in (seen, unseen))
    assert -1 <= inner.min() < -0.9
    assert 6.9 < inner.max() <= 7
    ends = outer[(outer < -1) | (outer > 7)]
    assert 0.22 < len(ends) / len(outer) < 0.28
    assert 0.45 < (ends < 0).mean() < 0.55
    assert outer.min() >= -2
    assert outer.max() <= 8
    assert 0.45 < violet(tools, unseen) < 0.65
    assert violet(tools, seen) == 0


def violet(tools, rng):
    """Share of vivid colours whose hue is from red-violet to blue-violet."""
    count = 0
    for _ in range(1000):
        linear = np.array(rng.colour("vivid"))
        coded = np.where(linear > 0.0031, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
        count += 0.702 < colorsys.rgb_to_hsv(*coded)[0] < 0.858
    return count / 1000
