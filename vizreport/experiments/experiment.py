"""What an experiment declares of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from vizreport.experiments.setting import Setting, settings_of
from vizreport.experiments.shared import SHARED

Results = dict[str, Any]
"""Results by the names of their experiments, each of the class that its experiment declares."""


@dataclass(frozen=True)
class Experiment:
    """One experiment: what it computes, what it stores, how it is shown.

    What stands as ``"package.module:name"`` is imported only when it is needed: help is printed
    without NumPy, a finished report is drawn without TensorFlow.

    Attributes
    ----------
    name : str
        Folder of its results and anchor of its section.
    title : str
        Heading of its section.
    version : int
        Raised whenever the result's meaning or its way of computing changes; part of the key.
    result : str or type
        Frozen dataclass of named arrays and scalars, or where it is.
    compute : str
        Where the function is that makes the result, the only one that may use TensorFlow. Its
        parameters name what it is given: ``subject``, network and data
        (:class:`vizreport.subject.subject.Subject`); ``settings``, those declared here and no
        others (:class:`vizreport.experiments.settings.Given`); ``required``, the results of
        ``requires`` by name; ``pieces``, a map over pieces of work
        (:class:`vizreport.parallel.pieces.Pieces`).
    section : str
        Where the function is that is called as ``section(results, run)``; "" for a shared result
        without a section.
    template : str
        Section template, relative to the folder ``templates`` beside ``section``'s module, else to
        vizreport's own.
    requires : tuple of str
        Experiments whose results it reads; their keys enter its own.
    settings : tuple of str
        Shared choices (:class:`vizreport.experiments.shared.Shared`) that it depends on. A name
        that is none of them becomes a text of its own, None unless given.
    own : type or None
        Frozen dataclass of its own settings, see :func:`vizreport.experiments.setting.setting`.
    findings : str
        Where the function is that is called as ``findings(results)``, with its own result and
        those it requires: what it claims, as records
        (:class:`vizreport.findings.record.Finding`), the most telling first. The report corrects
        and decides them, and makes the section's headline of the first ones; faults stand first in
        the report and are printed in the terminal. "" for none.
    epochs : bool
        Whether it reads the checkpoints of all epochs and the history beside them; they enter
        its key. Every other experiment sees the last epoch alone.
    only_with : str or None
        A setting that it depends on; where that is empty, the section is left out. None for always.
    summary : bool
        Whether its section sums up all others: ``section`` is called with what they find
        (:class:`vizreport.findings.ranking.Found`) as its third argument.
    essential : bool
        Whether no report makes sense without its result: what is wrong with the request then ends
        the build, instead of being shown in place of the section.
    cost : str
        What computing it takes, in a few words, for ``vizreport sections``.
    """

    name: str
    title: str
    version: int
    result: str | type
    compute: str
    section: str
    template: str
    requires: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    own: type | None = None
    findings: str = ""
    epochs: bool = False
    only_with: str | None = None
    summary: bool = False
    essential: bool = False
    cost: str = ""

    def load(self, target: str) -> Callable[..., Any]:
        """Import the function that ``compute``, ``section`` or ``findings`` names."""
        loaded: Callable[..., Any] = _named(target)
        return loaded

    @property
    def package(self) -> str:
        """Where its section's module is; a folder ``templates`` may be beside it."""
        module = self.section.partition(":")[0]
        return module.rpartition(".")[0] or module

    @cached_property
    def result_type(self) -> type:
        """The dataclass of its result."""
        found: type = _named(self.result) if isinstance(self.result, str) else self.result
        return found

    @cached_property
    def own_settings(self) -> dict[str, Setting]:
        """The settings that it brings, by name."""
        texts = {
            name: Setting(None, f"For the section {self.title}.", name=name, owner=self.name)
            for name in self.settings
            if name not in SHARED
        }
        return {**texts, **settings_of(self.own, self.name)}

    @cached_property
    def all_settings(self) -> dict[str, Setting]:
        """The settings that it depends on, by name: those it shares, then its own."""
        shared = {name: SHARED[name] for name in self.settings if name in SHARED}
        return {**shared, **self.own_settings}


def _named(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)
