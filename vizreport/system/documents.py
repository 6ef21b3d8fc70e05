"""What JSON documents are made of."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]
"""An object of a JSON document, as ``json`` reads and writes it."""
