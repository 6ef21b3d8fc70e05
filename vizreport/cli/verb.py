"""What a verb and an option of the command line are."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One option, or one positional argument, of a verb, in the words of ``argparse``.

    Attributes
    ----------
    flag : str
        ``"--name"``, or ``"NAME"`` for a positional argument.
    help : str
        One or two sentences; the default is added where there is one.
    type : callable
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
    dest : str or None
        Attribute of the parsed arguments, where the flag does not give it.
    required : bool
        Whether it must be given.
    action : {"store", "append", "store_true"}
        Whether it is given once, may be given several times, or takes no value.
    nargs : {None, "+"}
        Whether it takes one value, or one or more.
    """

    flag: str
    help: str
    type: Callable[[str], object] = str
    metavar: str | None = None
    default: object = None
    shown_default: str | None = None
    choices: tuple[str, ...] = ()
    group: str = "options"
    dest: str | None = None
    required: bool = False
    action: str = "store"
    nargs: str | None = None


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
