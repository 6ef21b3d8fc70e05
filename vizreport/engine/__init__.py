"""The deconvnet: backward rules, receptive fields, projection, mining.

``Deconvnet`` is imported when it is first used: what is stored of mining needs no TensorFlow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vizreport.engine.deconvnet import Deconvnet

__all__ = ["Deconvnet"]


def __getattr__(name: str) -> Any:
    if name != "Deconvnet":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from vizreport.engine.deconvnet import Deconvnet

    return Deconvnet
