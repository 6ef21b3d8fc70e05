"""A key changes with each ingredient and with nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from vizreport.results.keys import result_key

INGREDIENTS: dict[str, Any] = {
    "experiment_name": "top_patches",
    "version": 1,
    "checkpoint_hash": "aa",
    "data_fingerprint": "bb",
    "settings": {"maps": 16, "layers": ("conv1", "conv2"), "rule": "deconvnet"},
    "required_keys": {"mining": "cc"},
}


def test_written_out() -> None:
    canonical = (
        '{"checkpoint":"aa","data":"bb","experiment":"top_patches","requires":{"mining":"cc"},'
        '"settings":{"layers":["conv1","conv2"],"maps":16,"rule":"deconvnet"},"version":1}'
    )
    assert result_key(**INGREDIENTS) == hashlib.sha256(canonical.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("experiment_name", "filters"),
        ("version", 2),
        ("checkpoint_hash", "ab"),
        ("data_fingerprint", "ba"),
        ("settings", {"maps": 17, "layers": ("conv1", "conv2"), "rule": "deconvnet"}),
        ("settings", {"maps": 16, "layers": ("conv2", "conv1"), "rule": "deconvnet"}),
        ("settings", {"maps": 16, "layers": None, "rule": "deconvnet"}),
        ("required_keys", {"mining": "cd"}),
        ("required_keys", {}),
    ],
)
def test_each_ingredient_counts(name: str, value: Any) -> None:
    assert result_key(**{**INGREDIENTS, name: value}) != result_key(**INGREDIENTS)


def test_order_and_kind_of_sequence_do_not_count() -> None:
    turned = {"rule": "deconvnet", "layers": ["conv1", "conv2"], "maps": 16}
    assert result_key(**{**INGREDIENTS, "settings": turned}) == result_key(**INGREDIENTS)


def test_what_cannot_be_hashed_is_refused() -> None:
    with pytest.raises(TypeError, match="settings"):
        result_key("x", 1, "a", "b", {"rule": object()}, {})
