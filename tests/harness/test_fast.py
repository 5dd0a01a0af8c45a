"""Which tests `make test-fast` takes, and that none of them starts a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.test_leaks import Problems, run_examples
from tests.support.fast import ROOT, is_fast_file


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import pathlib, json\nfrom engine.values import Sampling", True),
        ("from tests.support.waiting import wait_until", True),
        ("from PySide6.QtCore import QTimer", False),
        ("def test():\n    import subprocess", False),
        ("from app import desktop", False),
        ("import subprocessing", True),
        ("from tests.support.qt_leaks import windows", False),
        ("from tests.support import qt_leaks", False),
    ],
)
def test_a_file_is_fast_by_what_it_and_its_helpers_import(
    tmp_path: Path, source: str, expected: bool
) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(source)
    assert is_fast_file(file) is expected


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> Problems:
    return run_examples("starting_examples", tmp_path_factory.mktemp("starting"), "directly")


@pytest.mark.parametrize(
    "example", ["test_a_child", "test_a_child_whose_failure_is_swallowed", "test_a_spawned_child"]
)
def test_a_fast_test_that_starts_a_process_fails(problems: Problems, example: str) -> None:
    assert any("mark it with pytest.mark.process" in problem for problem in problems[example])


@pytest.mark.parametrize("example", ["test_a_child_of_a_test_that_is_marked", "test_nothing"])
def test_other_tests_may(problems: Problems, example: str) -> None:
    assert problems[example] == []


def test_only_fast_files_are_collected_for_fast_tests() -> None:
    asked = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--collect-only",
        "-m",
        "fast",
        "tests/harness",
        "tests/resources",
    ]
    ran = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    files = {line.partition("::")[0] for line in ran.stdout.splitlines() if "::" in line}
    assert "tests/resources/test_catalogue.py" in files
    assert "tests/harness/test_fast.py" not in files
