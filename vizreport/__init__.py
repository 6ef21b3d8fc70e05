"""Reports on what a convolutional network learned, after Zeiler & Fergus (2014).

``Deconvnet``, ``GalleryCallback``, ``build``, ``check`` and ``open_run`` are imported when they are
first used, so that ``import vizreport`` is quick and works without TensorFlow.
"""

from __future__ import annotations

from vizreport.version import __version__

# Not from `typing`: until `__main__` runs, Ctrl-C ends in a traceback, so as little as possible is
# imported.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from vizreport.api import build
    from vizreport.building.gallery import GalleryCallback
    from vizreport.engine import Deconvnet
    from vizreport.runs.checking import check
    from vizreport.runs.opened import open_run

__all__ = ["Deconvnet", "GalleryCallback", "__version__", "build", "check", "open_run"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "Deconvnet":
        return import_module("vizreport.engine").Deconvnet
    if name == "GalleryCallback":
        return import_module("vizreport.building.gallery").GalleryCallback
    if name == "open_run":
        return import_module("vizreport.runs.opened").open_run
    if name == "build":
        return import_module("vizreport.api").build
    if name == "check":
        return import_module("vizreport.runs.checking").check
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
