"""The program: ``vizreport``, or ``python -m vizreport``."""

import os
import sys

try:
    from vizreport.system import interruption
except KeyboardInterrupt:
    os.write(2, b"vizreport: interrupted\n")
    os._exit(130)


def run() -> int:
    """Run the command line of this process; returns its exit status."""
    interruption.handle_signals()
    try:
        from vizreport.cli import main

        status = main()
        interruption.stop_handling()
    except BaseException:
        if not interruption.received():
            raise
        interruption.end_now()
    return status


if __name__ == "__main__":
    sys.exit(run())
