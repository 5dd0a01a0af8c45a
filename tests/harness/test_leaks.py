from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


# As a person runs one file, and as `make test` runs them all.
WAYS = {"directly": (), "in a worker": ("-n", "1")}
Problems = dict[str, list[str]]


def run_examples(name: str, folder: Path, way: str) -> Problems:
    """Each example's name with the messages of its failures and errors; none when it passed."""
    report = folder / "report.xml"
    working_folder = folder / "work"
    working_folder.mkdir()
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml", *WAYS[way],
         "--rootdir", ROOT, "--basetemp", folder / "temp", f"--junit-xml={report}", HERE / f"{name}.py"],
        cwd=working_folder,
        env={**os.environ, "COTERIE_TEST_GRACE_S": "0.5"} if name == "leaking_examples" else None,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    return {
        str(case.get("name")): [
            f"{problem.get('message')}\n{problem.text}"
            for problem in [*case.iter("failure"), *case.iter("error")]
        ]
        for case in ElementTree.parse(report).iter("testcase")
    }


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Problems]:
    """What is told each way, of runs side by side: most of their time is a wait for what may still end."""
    folders = [tmp_path_factory.mktemp("leaking") for _ in WAYS]
    with ThreadPoolExecutor() as runs:
        return dict(zip(WAYS, runs.map(run_examples, repeat("leaking_examples"), folders, WAYS), strict=True))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("example", "told"),
    [
        ("test_python_thread", "thread 'forgotten' still runs"),
        ("test_child_process", "still runs"),
        ("test_file_in_the_working_folder", "forgotten.txt was left behind"),
        ("test_file_in_the_system_temp_folder", "was left behind"),
        ("test_window", "window QWidget '' was left behind"),
        ("test_timer", "still ticks every 1000 ms"),
        ("test_qt_thread", "QThread QThread still runs"),
    ],
)
def test_a_test_that_leaves_something_behind_fails(
    leaking: dict[str, Problems], example: str, told: str, way: str
) -> None:
    problems = leaking[way][example]
    assert len(problems) == 1
    assert "the test leaves behind" in problems[0]
    assert told in problems[0]


@pytest.mark.parametrize("way", WAYS)
def test_each_example_leaves_one_thing(leaking: dict[str, Problems], way: str) -> None:
    assert len(leaking[way]) == 7
    for problems in leaking[way].values():
        assert len(problems[0].split("leaves behind:")[-1].strip().splitlines()) == 1, problems


@pytest.mark.parametrize("way", WAYS)
def test_a_test_that_cleans_up_passes(tmp_path: Path, way: str) -> None:
    clean = run_examples("clean_examples", tmp_path, way)
    assert len(clean) == 11
    assert {name: problems for name, problems in clean.items() if problems} == {}


def test_the_engine_side_of_the_harness_does_not_import_qt() -> None:
    script = (
        "import sys, tests.conftest, tests.support.leaks; print([m for m in sys.modules if 'PySide6' in m])"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
