"""Memory given back between experiments."""

from __future__ import annotations

import ctypes
import gc
import os
import weakref

import pytest

from vizreport.system.memory import long_lived, release_memory
from vizreport.system.processors import processors


class Link:
    """One of two that hold each other."""


def test_what_only_holds_itself_goes():
    one, other = Link(), Link()
    one.other, other.other = other, one
    seen = weakref.ref(one)
    del one, other
    release_memory()
    assert seen() is None


def test_what_lasts_is_not_looked_at_until_the_build_ends():
    one, other = Link(), Link()
    one.other, other.other = other, one
    seen = weakref.ref(one)
    with long_lived():
        release_memory()
        del one, other
        gc.collect()
        assert seen() is not None
    gc.collect()
    assert seen() is None


def test_processors_are_those_of_this_process(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert processors() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    assert processors() == 7


@pytest.mark.parametrize("missing", [AttributeError, OSError, TypeError])
def test_systems_without_the_call_are_left_alone(monkeypatch, missing):
    def library(name):
        raise missing

    monkeypatch.setattr(ctypes, "CDLL", library)
    release_memory()
