"""The argument parser, made from the verbs and their tables of options."""

from __future__ import annotations

import argparse
import re
from typing import Any, NoReturn

from vizreport.cli import (
    ablate,
    annotate,
    build,
    check,
    compare,
    deconvnet_learn,
    demo,
    describe,
    doctor,
    evaluate,
    figure,
    index,
    inspect,
    listing,
    render,
    sections,
    slides,
    train,
    transfer,
)
from vizreport.cli.verb import Option, Verb
from vizreport.errors import RequestError
from vizreport.version import __version__
from vizreport.wording.nearest import meant

VERBS: tuple[Verb, ...] = (
    demo.VERB,
    build.VERB,
    render.VERB,
    check.VERB,
    sections.VERB,
    listing.VERB,
    figure.VERB,
    slides.VERB,
    index.VERB,
    compare.VERB,
    train.VERB,
    ablate.VERB,
    evaluate.VERB,
    transfer.VERB,
    deconvnet_learn.VERB,
    inspect.VERB,
    describe.VERB,
    annotate.VERB,
    doctor.VERB,
)

DESCRIPTION = (
    "What did a convolutional network learn? Writes a report in HTML and PDF with the experiments "
    "of Zeiler & Fergus, Visualizing and Understanding Convolutional Networks (2014)."
)
EPILOGUE = (
    "Exit status: 0 success, 1 a section of the report failed, 2 wrong usage or disk full, 3 a "
    "condition of vizreport check was met, 130 interrupted (Ctrl-C), 143 terminated (SIGTERM). "
    "vizreport COMMAND --help explains a command."
)


class _Formatter(argparse.HelpFormatter):
    """Help of one width everywhere: docs/cli.md is made from it."""

    def __init__(self, prog: str, **keywords: Any) -> None:
        keywords.update(width=92, max_help_position=28)
        super().__init__(prog, **keywords)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are RequestErrors of one line.

    That of a verb has its options once it is used: only the verb asked for makes them.
    """

    verb: Verb | None = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        verb, self.verb = self.verb, None
        if verb is not None:
            _add_options(self, verb)
        found, unknown = super().parse_known_args(args, namespace)
        if verb is not None and unknown:
            known = [flag for option in verb.all_options() if (flag := option.flag)[0] == "-"]
            wrong = next((each for each in unknown if each.startswith("-")), unknown[0])
            hint = meant(wrong.partition("=")[0], known, "")
            self.error(
                "; ".join(filter(None, (f"unrecognized arguments: {' '.join(unknown)}", hint)))
            )
        return found, unknown

    def error(self, message: str) -> NoReturn:
        wrong = re.match(r"argument COMMAND: invalid choice: '(.*)' \(", message)
        if wrong and (hint := meant(wrong[1], [verb.name for verb in VERBS], "")):
            message = f"there is no command {wrong[1]!r}; {hint}"
        raise RequestError(f"{message.removeprefix('argument ')} (see {self.prog} --help)")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line.

    Returns
    -------
    argparse.ArgumentParser
        Its arguments carry ``verb``, the chosen :class:`Verb`, or None.
    """
    parser = _Parser(
        prog="vizreport",
        usage="vizreport COMMAND ...",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"vizreport {__version__}")
    parser.set_defaults(verb=None)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", prog="vizreport")
    for verb in VERBS:
        _add_verb(verbs, verb)
    return parser


def _add_verb(verbs: argparse._SubParsersAction[_Parser], verb: Verb) -> None:
    parser = verbs.add_parser(
        verb.name,
        usage=f"vizreport {verb.name} {verb.usage}".rstrip(),
        help=verb.summary,
        description=verb.description,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.set_defaults(verb=verb)
    parser.verb = verb


def _add_options(parser: _Parser, verb: Verb) -> None:
    groups: dict[str, argparse._ArgumentGroup] = {}
    for option in verb.all_options():
        if option.group not in groups and option.group != "options":
            groups[option.group] = parser.add_argument_group(option.group)
        _add_option(groups.get(option.group, parser), option)


def _add_option(group: argparse._ActionsContainer, option: Option) -> None:
    text = option.help.replace("%", "%%")
    keywords: dict[str, Any] = {}
    if option.flag.startswith("--"):
        keywords["dest"] = option.dest or option.flag.lstrip("-").replace("-", "_")
        keywords["required"] = option.required
    if option.action == "store_true":
        group.add_argument(option.flag, action=option.action, help=text, **keywords)
        return
    repeated = option.action == "append"
    keywords.update(action=option.action, default=[] if repeated else option.default)
    if option.shown_default or (option.default is not None and not repeated):
        text += f" (default: {option.shown_default or _shown(option.default)})"
    if option.nargs is not None:
        keywords["nargs"] = option.nargs
    if option.choices:
        keywords["choices"] = option.choices
    group.add_argument(option.flag, type=option.type, metavar=option.metavar, help=text, **keywords)


def _shown(default: object) -> str:
    """Return a default as it would be typed."""
    return ",".join(f"{part:g}" for part in default) if isinstance(default, tuple) else str(default)
