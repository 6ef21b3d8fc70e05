"""Ctrl-C and SIGTERM, from the first line of the program to its last: one sentence, no traceback.

The first signal raises, so that what is half made is removed. Where a library swallowed that, what
it made may be wrong: :func:`check` raises again before anything takes its place. A second signal
ends the process at once. This module imports as little as it can:
what is imported before :func:`handle_signals` is called may still end in a traceback.
"""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False  # as in vizreport/__init__.py
if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from types import FrameType
    from typing import NoReturn

MESSAGE = "interrupted; finished results are kept, and the same command resumes"


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived; handled as Ctrl-C is."""


_process = 0
_errors = 2  # file descriptor
_received = 0


def handle_signals() -> None:
    """Turn SIGINT and SIGTERM into exceptions, unless they are ignored as under ``nohup``."""
    global _process, _errors
    # TensorFlow's start turns the standard one away for a while.
    _process, _errors = os.getpid(), os.dup(2)
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    sys.unraisablehook = _unraisable


def stop_handling() -> None:
    """Ignore signals from now on, since all work is done, so that the interpreter can exit."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def received() -> bool:
    """Return whether a signal arrived, whatever a library made of the exception."""
    return bool(_received)


def check() -> None:
    """Raise again what a library swallowed; called before a finished file takes its place."""
    if _received:
        raise Terminated if _received == signal.SIGTERM else KeyboardInterrupt


def status_of(error: BaseException) -> int:
    """Return the exit status for what ended a verb: 143 after SIGTERM, else 130."""
    number = signal.SIGTERM if isinstance(error, Terminated) else signal.SIGINT
    return 128 + (_received or number)


def end_now() -> NoReturn:
    """Report it and end the process."""
    os.write(_errors, f"vizreport: {MESSAGE}\n".encode())
    os._exit(128 + _received)


def _stop(number: int, frame: FrameType | None) -> None:
    global _received
    if os.getpid() != _process:  # a copy of it that has not begun its work
        os._exit(128 + number)
    if _received:
        end_now()
    _received = number
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt


def _unraisable(unraisable: UnraisableHookArgs) -> None:
    """Raise again, shortly, what came up in a destructor or callback, which cannot pass it on."""
    if _received and issubclass(unraisable.exc_type, KeyboardInterrupt):
        signal.signal(signal.SIGALRM, lambda *_: check())
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    else:
        sys.__unraisablehook__(unraisable)
