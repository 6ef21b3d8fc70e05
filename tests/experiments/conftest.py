"""One tiny network and its mining for all tests of experiments."""

from __future__ import annotations

import pytest

from tests.experiments import tiny


@pytest.fixture(scope="session")
def tiny_files(tmp_path_factory):
    return tiny.files(str(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def tiny_subject(tiny_files):
    return tiny.subject(*tiny_files)


@pytest.fixture(scope="session")
def mined(tiny_subject):
    compute = tiny.computing("mining")

    return compute(tiny_subject, {})


@pytest.fixture(scope="session")
def parts(tiny_subject, mined):
    """Those of data without ground truth."""
    compute = tiny.computing("parts")

    return compute(tiny_subject, {"mining": mined})
