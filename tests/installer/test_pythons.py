from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from installer.project import read_project
from installer.pythons import VERSIONS, Python, candidates, choose, probe

ROOT = Path(__file__).resolve().parents[2]
NO_VENV = frozenset({"ensurepip"})


def python(minor: int, folder: str = "/usr/bin", **facts: object) -> Python:
    return Python(f"{folder}/python3.{minor}", (3, minor), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "chosen"),
    [
        ([python(11), python(14), python(13), python(12)], python(13)),
        ([python(11), python(12), python(14)], python(14)),
        ([python(11), python(12)], python(12)),
        ([python(11), python(10), python(15)], python(11)),
        ([python(10), python(15)], None),
        ([], None),
    ],
)
def test_the_best_version_is_chosen(found: list[Python], chosen: Python | None) -> None:
    assert choose(found) == chosen


def test_a_complete_python_comes_before_a_better_one_without_venv() -> None:
    assert choose([python(13, lacks=NO_VENV), python(11, "/opt")]) == python(11, "/opt")


def test_debians_python_without_venv_will_do_because_a_package_completes_it() -> None:
    assert choose([python(13, lacks=NO_VENV), python(11, lacks=NO_VENV)]) == python(13, lacks=NO_VENV)
    assert python(13).venv_package == "python3.13-venv"


@pytest.mark.parametrize(
    "unfit",
    [
        python(13, "/opt/bin", lacks=NO_VENV),
        python(13, lacks=frozenset({"ssl"})),
        python(13, usual=False),
    ],
)
def test_a_python_that_no_package_completes_will_not_do(unfit: Python) -> None:
    assert choose([unfit]) is None


def test_of_two_alike_the_first_found_is_chosen() -> None:
    assert choose([python(13, "/home/me/bin"), python(13)]) == python(13, "/home/me/bin")


def test_the_versions_are_those_that_the_project_supports() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    low, high = min(VERSIONS), max(VERSIONS)
    assert f'requires-python = ">={low[0]}.{low[1]},<{high[0]}.{high[1] + 1}"' in pyproject
    assert read_project(ROOT).engine_version


def test_pythons_are_found_on_path_and_in_pyenv_once_each(tmp_path: Path) -> None:
    on_path, pyenv = tmp_path / "bin", tmp_path / ".pyenv" / "versions" / "3.12.9" / "bin"
    for folder in (on_path, pyenv):
        folder.mkdir(parents=True)
    for file in (on_path / "python3.11", pyenv / "python3.12"):
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
    (on_path / "python3.13").symlink_to(on_path / "python3.11")
    (on_path / "python3.14").write_text("not executable")
    found = [
        path for path in candidates(f"{on_path}{os.pathsep}{on_path}", tmp_path) if str(tmp_path) in path
    ]
    assert found == [str(on_path / "python3.13"), str(pyenv / "python3.12"), str(on_path / "python3.11")]


def test_a_python_tells_what_it_is() -> None:
    found = probe(sys.executable)
    assert found is not None
    assert found.version == sys.version_info[:2]
    assert found.lacks <= {"venv", "ensurepip"}
    assert found.path == os.path.realpath(sys._base_executable)  # type: ignore[attr-defined]


@pytest.mark.parametrize("script", ["exit 127", "echo nonsense"])
def test_a_python_that_does_not_answer_is_none(tmp_path: Path, script: str) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text(f"#!/bin/sh\n{script}\n")
    shim.chmod(0o755)
    assert probe(str(shim)) is None
    assert probe(str(tmp_path / "missing")) is None
