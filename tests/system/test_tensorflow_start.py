"""TensorFlow's chatter is held back, what follows it is not."""

from __future__ import annotations

import subprocess
import sys


def stderr_of(program: str) -> str:
    environment_free_of_levels = "import os; os.environ.pop('TF_CPP_MIN_LOG_LEVEL', None)\n"
    done = subprocess.run(
        [sys.executable, "-c", environment_free_of_levels + program],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def test_import_is_quiet_and_standard_error_works_afterwards():
    assert (
        stderr_of(
            "import sys\n"
            "from vizreport.system.tensorflow_start import start_tensorflow\n"
            "start_tensorflow()\n"
            "import keras\n"
            "keras.ops.zeros(3)\n"
            "print('heard', file=sys.stderr)\n"
        )
        == "heard\n"
    )


def test_a_failed_import_shows_what_was_held_back():
    heard = stderr_of(
        "import os, sys\n"
        "from importlib import abc\n"
        "class Broken(abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'tensorflow':\n"
        "            os.write(2, b'libfoo.so is missing\\n')\n"
        "            raise ModuleNotFoundError('no', name='tensorflow')\n"
        "sys.meta_path.insert(0, Broken())\n"
        "from vizreport.cli import main\n"
        "from vizreport.system.tensorflow_start import start_tensorflow\n"
        "sys.exit(main(['inspect', '--checkpoint', 'squeezenet']) != 2)\n"
    )
    lines = heard.splitlines()
    assert lines[0] == "libfoo.so is missing"
    assert lines[1].startswith("vizreport: tensorflow is not installed")
    assert len(lines) == 2
