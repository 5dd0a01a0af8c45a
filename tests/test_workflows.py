"""The workflows, read as text: what they take along is pinned, and what they call is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# Both are written into shell commands of others' pull requests otherwise.
HOSTILE = re.compile(r"\$\{\{\s*(?:github\.(?:event|head_ref)|inputs)")

pytestmark = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in jobs(path).values() for step in job["steps"]]


def test_actions_are_pinned_by_their_commit(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used and not [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)]


def test_no_job_runs_for_ever_or_may_write_unasked(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    assert all("timeout-minutes" in job for job in jobs(path).values())
    writing = [name for name, job in jobs(path).items() if "write" in str(job.get("permissions", ""))]
    assert all("environment" in jobs(path)[name] for name in writing)


def test_every_target_and_module_that_is_called_is_there(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = "\n".join(step.get("run", "") for step in steps(path))
    targets = set(re.findall(r"\bmake ([a-z][a-z-]+)", commands))
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)]
    for module in re.findall(r"-m (installer[\w.]*)", commands):
        place = ROOT / module.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), module
    for name in re.findall(r"[\w-]+\.lock\b|installer/[\w/]+\.sh", commands):
        assert (ROOT / name).is_file(), name


def test_jobs_wait_for_jobs_that_there_are(path: Path) -> None:
    for job in jobs(path).values():
        needed = job.get("needs", [])
        assert {needed} <= jobs(path).keys() if isinstance(needed, str) else set(needed) <= jobs(path).keys()


def test_commands_are_shell_and_take_nothing_of_others_into_them(path: Path) -> None:
    for step in steps(path):
        text = step.get("run", "")
        assert not HOSTILE.search(text)
        if text and step.get("shell") != "pwsh" and "\\Scripts" not in text:
            plain = re.sub(r"\$\{\{.*?\}\}", "x", text)
            subprocess.run(["bash", "-n"], input=plain, text=True, check=True)
