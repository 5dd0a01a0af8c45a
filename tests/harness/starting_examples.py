"""Tests that start processes although their file imports nothing that tells, for test_fast.py to run."""

from __future__ import annotations

import contextlib
import importlib
import sys

import pytest

COMMAND = [sys.executable, "-c", ""]


def test_a_child() -> None:
    importlib.import_module("subprocess").run(COMMAND, check=True)


def test_a_child_whose_failure_is_swallowed() -> None:
    with contextlib.suppress(AssertionError):
        importlib.import_module("subprocess").run(COMMAND, check=True)


def test_a_spawned_child() -> None:
    importlib.import_module("multiprocessing").get_context("spawn").Process(target=int).start()


@pytest.mark.process
def test_a_child_of_a_test_that_is_marked() -> None:
    importlib.import_module("subprocess").run(COMMAND, check=True)


def test_nothing() -> None:
    pass
