"""A command that fails for a path that it does not see: the person is asked, and it is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from agents.events import Approval, Background, ToolResult
from agents.permissions.paths import READ_PATH
from agents.permissions.values import ApprovalRequest, Decision
from agents.sandbox.find import find_sandbox
from agents.tools.executing import python, shell
from agents.tools.unseen import unseen
from tests.support.agents.runs import Bench, ScriptedApprover, started
from tests.support.agents.scripted_brain import ScriptedBrain, calls, says

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(find_sandbox() is None, reason="no sandbox works on this machine"),
]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that a person may let commands read, with a file in it."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "data.csv").write_text("a,b\n1,2\n")
    return folder


def bench(tmp_path: Path, outside: Path, approver: ScriptedApprover, *commands: str) -> Bench:
    script = ScriptedBrain(*(calls(("shell", {"command": each})) for each in commands), says("Done."))
    made = Bench(tmp_path / "run", script, (shell, python), approver=approver)

    def allowable(paths: Sequence[str]) -> tuple[Path, ...]:
        found = [Path(path).resolve() for path in paths]
        return tuple(path for path in found if path.exists() and path.is_relative_to(outside))

    made.here = msgspec.structs.replace(made.here, sandbox=find_sandbox(), allowable=allowable)
    return made


def results(made: Bench) -> list[str]:
    return [e.event.text for e in made.journal.entries() if isinstance(e.event, ToolResult)]


def go(made: Bench) -> list[str]:
    made.run().go(started(mode="workspace", tools=("shell",)))
    return results(made)


def test_it_is_asked_by_its_path_and_read_in_a_second_try(tmp_path: Path, outside: Path) -> None:
    file = outside / "data.csv"
    approver = ScriptedApprover(Decision(True, "run"))
    made = bench(tmp_path, outside, approver, f"cat {file}", f"wc -l < {file}")
    first, second = go(made)
    assert first.startswith("a,b") and "second try" in first and second.startswith("2")
    (asked,) = approver.asked
    assert (asked.tool, asked.kind, asked.subject, asked.reasons) == (
        READ_PATH,
        "read",
        str(file),
        ("reads_outside",),
    )
    assert asked.scopes == ("run", "workspace") and asked.pattern == str(file)
    assert [(grant.tool, grant.pattern, grant.run) for grant in made.grants.kept] == [
        (READ_PATH, str(file), 1)
    ]
    approvals = [e.event.decision for e in made.journal.entries() if isinstance(e.event, Approval)]
    assert approvals.count("asked") == 1


def test_once_is_once_and_a_no_is_not_asked_again(tmp_path: Path, outside: Path) -> None:
    file = outside / "data.csv"
    answers = iter([Decision(True), Decision(False, message="not that one")])

    def person(_: ApprovalRequest) -> Decision:
        return next(answers)

    approver = ScriptedApprover(person)
    texts = go(bench(tmp_path, outside, approver, f"cat {file}", f"head {file}", f"tail {file}"))
    assert texts[0].startswith("a,b") and len(approver.asked) == 2
    assert "does not let commands read" in texts[1] and "not that one" in texts[1]
    assert "No such file" in texts[2] and "second try" not in texts[2]


@pytest.mark.parametrize(
    "command",
    [
        "cat {file}.gone",  # not there
        "cat {file} || true",  # it did not fail
        "echo {file}; exit 1",  # told by the command itself; asked about, and no harm
        "echo x > made; cat {file}",  # it changed something, and is not carried out twice
        "cat /etc/shadow",  # what a person cannot allow
    ],
)
def test_what_is_not_asked_about(tmp_path: Path, outside: Path, command: str) -> None:
    approver = ScriptedApprover(Decision(False))
    texts = go(bench(tmp_path, outside, approver, command.format(file=outside / "data.csv")))
    asked = [request.subject for request in approver.asked]
    assert asked == ([str(outside / "data.csv")] if "exit 1" in command else [])
    if not asked:
        assert "let commands read" not in texts[0]


def test_what_runs_in_the_background_and_the_variables_live_on(tmp_path: Path, outside: Path) -> None:
    file = outside / "data.csv"
    approver = ScriptedApprover(Decision(True, "run"))
    script = ScriptedBrain(
        calls(("shell", {"command": "export WORD=heron"})),
        calls(("shell", {"command": "sleep 60", "background": True})),
        calls(("shell", {"command": f"cat {file} && echo $WORD"})),
        calls(("shell", {"command": "echo $WORD"})),
        says("Done."),
    )
    made = bench(tmp_path, outside, approver)
    made.chat_model = script
    texts = go(made)
    assert "a,b" in texts[2] and "heron" in texts[3]
    ended = [
        e.event
        for e in made.journal.entries()
        if isinstance(e.event, Background) and e.event.state == "ended"
    ]
    assert [event.reason for event in ended] == ["run"]


def test_where_nobody_is_there_nothing_says_that_it_is_there(tmp_path: Path, outside: Path) -> None:
    (text,) = go(bench(tmp_path, outside, ScriptedApprover(None), f"cat {outside / 'data.csv'}"))
    assert "No such file" in text and "let commands read" not in text


def test_a_program_of_python_names_paths_too(tmp_path: Path, outside: Path) -> None:
    from agents.api import Confinement, Ran

    file = outside / "data.csv"
    ran = Ran(1, "", f"FileNotFoundError: [Errno 2] No such file or directory: '{file}'", 0.1)
    here = Confinement(tmp_path / "run")
    assert unseen(f"print(open('{file}').read())", ran, here, lambda paths: tuple(map(Path, paths))) == (
        str(file),
    )
    assert unseen(f"open('{tmp_path}/run/x')", ran, here, lambda paths: tuple(map(Path, paths))) == ()
