"""What a verb and an option of the command line are."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One option, or one positional argument, of a verb.

    Attributes
    ----------
    flag : str
        ``"--name"``, or ``"NAME"`` for a positional argument.
    help : str
        One or two sentences; the default is added where there is one.
    parse : callable
        Turns the text into the value; raises ``argparse.ArgumentTypeError``.
    metavar : str
        What stands for the value in the help, such as ``"FILE"``.
    default : object
        Value where nothing is chosen.
    shown_default : str or None
        The default as a user would type it, where that is not plain.
    choices : tuple of str
        All values there are; empty where any text is parsed.
    group : str
        Heading in the help.
    name : str
        Attribute of the parsed arguments, where the flag does not give it.
    required, repeat, several, switch : bool
        Whether it must be given, may be given several times, takes one or more values, takes
        no value.
    """

    flag: str
    help: str
    parse: Callable[[str], object] = str
    metavar: str | None = None
    default: object = None
    shown_default: str | None = None
    choices: tuple[str, ...] = ()
    group: str = "options"
    name: str = ""
    required: bool = False
    repeat: bool = False
    several: bool = False
    switch: bool = False


@dataclass(frozen=True)
class Verb:
    """One verb of the command line: ``vizreport NAME ...``.

    Attributes
    ----------
    name, summary, description : str
        How it is called, its line in the list of verbs, and the paragraph that heads its own help.
    usage : str
        What stands after ``vizreport NAME`` in the usage line.
    options : tuple of Option, or callable
        What returns them, where they are known only once other packages have been asked.
    run : callable
        Takes the parsed arguments, returns the exit status.
    """

    name: str
    summary: str
    description: str
    usage: str
    options: tuple[Option, ...] | Callable[[], tuple[Option, ...]]
    run: Callable[[argparse.Namespace], int]

    def all_options(self) -> tuple[Option, ...]:
        """Return its options."""
        return self.options() if callable(self.options) else self.options
