"""``python -m vizreport``, the same as ``vizreport``."""

import sys

from vizreport.cli import main

sys.exit(main())
