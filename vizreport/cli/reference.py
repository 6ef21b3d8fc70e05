"""docs/cli.md, made from the help: ``python -m vizreport.cli.reference docs/cli.md``."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path

from vizreport.cli.parser import VERBS, make_parser

HEAD = """# Command line

Generated from `--help` by `make docs`; a test fails if it is out of date.
"""


def reference() -> str:
    """Return the text of docs/cli.md.

    Returns
    -------
    str
        Markdown: the help of the program and of each verb.
    """
    parser = make_parser()
    parts = [HEAD, _block(parser.format_help())]
    for verb in VERBS:
        parts += [f"\n## vizreport {verb.name}\n", _block(_help_of(verb.name))]
    return "\n".join(parts)


def _help_of(verb: str) -> str:
    text = StringIO()
    with redirect_stdout(text), suppress(SystemExit):
        make_parser().parse_args([verb, "--help"])
    return text.getvalue()


def _block(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
