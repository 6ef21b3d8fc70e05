"""Memory given back between experiments."""

from __future__ import annotations

import ctypes
import weakref

import pytest

from vizreport.system.memory import release_memory


class Link:
    """One of two that hold each other."""


def test_what_only_holds_itself_goes():
    one, other = Link(), Link()
    one.other, other.other = other, one
    seen = weakref.ref(one)
    del one, other
    release_memory()
    assert seen() is None


@pytest.mark.parametrize("missing", [AttributeError, OSError, TypeError])
def test_systems_without_the_call_are_left_alone(monkeypatch, missing):
    def library(name):
        raise missing

    monkeypatch.setattr(ctypes, "CDLL", library)
    release_memory()
