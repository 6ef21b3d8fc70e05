"""One tiny network and its mining for all tests of experiments."""

from __future__ import annotations

import pytest

from tests.experiments import tiny


@pytest.fixture(scope="session")
def tiny_files(tmp_path_factory):
    return tiny.files(str(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def tiny_context(tiny_files):
    return tiny.context(*tiny_files)


@pytest.fixture(scope="session")
def mined(tiny_context):
    compute = tiny.computing("mining")

    return compute(tiny_context, {})


@pytest.fixture(scope="session")
def parts(tiny_context, mined):
    """Those of data without ground truth."""
    compute = tiny.computing("parts")

    return compute(tiny_context, {"mining": mined})
