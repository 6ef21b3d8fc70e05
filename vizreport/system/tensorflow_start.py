"""TensorFlow imported without its chatter, which would bury what vizreport has to say."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from vizreport.errors import RequestError

LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def start_tensorflow() -> None:
    """Import TensorFlow, and Keras on top of it, quietly.

    Whoever sets ``TF_CPP_MIN_LOG_LEVEL`` sees what TensorFlow logs from that level on.

    Raises
    ------
    RequestError
        If TensorFlow or Keras is not installed, or Keras was started on another backend.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    talk = LOG_LEVEL in os.environ
    os.environ.setdefault(LOG_LEVEL, "3")
    try:
        with _without_jax():
            if talk or "tensorflow" in sys.modules:
                import_module("tensorflow")
            else:
                with _standard_error_held_back():
                    import_module("tensorflow")
        if not talk:
            # One function a layer is traced on purpose; TensorFlow advises against it each time.
            logging.getLogger("tensorflow").setLevel(logging.ERROR)
        backend = import_module("keras").backend.backend()
    except ModuleNotFoundError as error:
        raise RequestError(
            f"{error.name} is not installed but needed for computing (vizreport doctor has the "
            "command); vizreport render works without it"
        ) from error
    if backend != "tensorflow":
        raise RequestError(
            f"Keras runs on {backend}, but this needs TensorFlow; set KERAS_BACKEND=tensorflow in "
            "the environment"
        )


def start_backend() -> None:
    """Import Keras on the backend that ``KERAS_BACKEND`` names, quietly: TensorFlow, or JAX.

    Raises
    ------
    RequestError
        If the backend or Keras is not installed, or the backend is another one.
    """
    if os.environ.get("KERAS_BACKEND") != "jax":
        start_tensorflow()
        return
    try:
        import_module("jax")
        import_module("keras")
    except ModuleNotFoundError as error:
        raise RequestError(
            f"{error.name} is not installed, but KERAS_BACKEND is jax; run pip install "
            "vizreport[jax]"
        ) from error


@contextmanager
def _without_jax() -> Iterator[None]:
    """Let TensorFlow not find JAX, which it would load for TensorFlow Lite: 107 MB, 0.25 s."""
    if "jax" in sys.modules:
        yield
        return
    sys.modules["jax"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["jax"]


@contextmanager
def _standard_error_held_back() -> Iterator[None]:
    # Its first lines are written by C++ before any log level counts, so the file descriptor
    # itself is turned away. They are shown after all when the import fails.
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as sink:
        os.dup2(sink.fileno(), 2)
        try:
            yield
        except Exception:
            sink.seek(0)
            os.write(kept, sink.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
