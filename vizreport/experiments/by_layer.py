"""What was computed layer by layer, as results keep it. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def by_layer(parts: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, Any]]:
    """Return each field's values by layer, in place of each layer's values by field.

    Parameters
    ----------
    parts : mapping of str to TypedDict
        By layer, one at least; all of the same fields.
    """
    fields = next(iter(parts.values()))
    return {field: {layer: part[field] for layer, part in parts.items()} for field in fields}
