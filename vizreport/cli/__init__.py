"""The command line: ``vizreport COMMAND ...``, one file per command ("verb" in the code).

Nothing here imports TensorFlow, NumPy or Matplotlib before a verb needs it, so that help and errors
appear at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from vizreport.cli.parser import VERBS, make_parser
from vizreport.errors import RequestError
from vizreport.results.disk import full_disk
from vizreport.system import interruption
from vizreport.system.unforeseen import unforeseen
from vizreport.wording.foreign_text import printable

DONE, FAILED, REQUEST_WRONG, READER_GONE = 0, 1, 2, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        Exit status: 0 done, 1 a section of the report failed (or, for ``doctor``, a build could
        not run) or something unexpected happened, 2 wrong usage or disk full, 3 a condition of
        ``check`` was met, 130 interrupted (Ctrl-C), 141 output pipe closed, 143 terminated
        (SIGTERM).
    """
    arguments = argparse.Namespace()
    try:
        arguments = make_parser().parse_args(argv)
        if arguments.verb is None:
            names = ", ".join(verb.name for verb in VERBS)
            raise RequestError(f"no command given; choose from {names} (see vizreport --help)")
        status: int = arguments.verb.run(arguments)
        sys.stdout.flush()
    except RequestError as error:
        return _complain(" ".join(str(error).split()), REQUEST_WRONG)
    except KeyboardInterrupt as error:
        return _complain(interruption.MESSAGE, interruption.status_of(error))
    except BrokenPipeError:  # as in `vizreport inspect ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except SystemExit as leaving:  # --help and --version
        return leaving.code if isinstance(leaving.code, int) else DONE
    except Exception as error:
        if interruption.received():  # a library made something else of it
            return _complain(interruption.MESSAGE, interruption.status_of(error))
        if full := full_disk(error):
            return _complain(_full(full, _output_folder(arguments)), REQUEST_WRONG)
        # The last net: a defect, or a machine that gave up.
        return _complain(unforeseen(error, _output_folder(arguments)), FAILED)
    return status


def _output_folder(arguments: argparse.Namespace) -> Path | None:
    """Return the folder that a verb writes to or reads a report from."""
    for name in ("out", "RUN"):
        folder = getattr(arguments, name, None)
        if isinstance(folder, Path):
            return folder
    return None


def _full(error: OSError, folder: Path | None) -> str:
    place = error.filename or folder
    where = f"while writing {place}" if place else "while writing"
    return (
        f"{error.strerror or 'the disk is full'} {where}: finished results are kept, and the same "
        "command resumes once there is room"
    )


def _complain(message: str, status: int) -> int:
    print(f"vizreport: {printable(message)}", file=sys.stderr)
    return status
