"""What an experiment declares of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Experiment:
    """One experiment: what it computes, what it stores, how it is shown.

    Attributes
    ----------
    name : str
        Folder of its results and anchor of its section.
    title : str
        Heading of its section.
    version : int
        Raised whenever the result's meaning or its way of computing changes; part of the key.
    result : type
        Frozen dataclass of named arrays and scalars.
    compute : str
        ``"package.module:function"``, imported only when it has to run: it may use TensorFlow.
        Called as ``compute(context, required)``.
    section : str
        ``"package.module:function"`` called as ``section(results, run)``; "" for a shared
        result without a section.
    template : str
        Section template, relative to the templates folder.
    requires : tuple of str
        Experiments whose results it reads; their keys enter its own.
    settings : tuple of str
        Fields of :class:`vizreport.settings.Settings` that it depends on.
    findings : str
        ``"package.module:function"`` called as ``findings(results)``, with its own result and those
        it requires: what it claims, as records (:class:`vizreport.findings.record.Finding`), the
        most telling first. The report corrects and decides them, and makes the section's headline
        of the first ones. "" for none.
    warnings : str
        ``"package.module:function"`` called as ``warnings(results)``, with its own result and those
        it requires: sentences about what looks wrong with the network, the data or how they
        were read. They stand first in the report and are printed in the terminal. "" for none.
    epochs : bool
        Whether it reads the checkpoints of all epochs and the history beside them; they enter
        its key. Every other experiment sees the last epoch alone.
    """

    name: str
    title: str
    version: int
    result: type
    compute: str
    section: str
    template: str
    requires: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    findings: str = ""
    warnings: str = ""
    epochs: bool = False

    def load(self, target: str) -> Callable[..., Any]:
        """Import the function that ``compute`` or ``section`` names."""
        module, _, function = target.partition(":")
        loaded: Callable[..., Any] = getattr(import_module(module), function)
        return loaded
