"""Wherever a run dies, it goes on without losing an event and without doing anything twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agents.api import Outcome, ToolContext
from agents.budget import Budget
from agents.context.history import History
from agents.context.prompts import TOOLS_AGAIN
from agents.context.rendering import rendered
from agents.events import (
    Approval,
    FileChange,
    ModelTurn,
    RunEvent,
    RunFinished,
    RunResumed,
    SnapshotTaken,
    ToolResult,
)
from agents.permissions.values import Decision, Effects, ToolFacts
from agents.run.state import RunState
from agents.tools.files.read_file import read_file
from tests.support.agents.journals import ListJournal
from tests.support.agents.runs import Bench, ScriptedApprover, broken_orders, started
from tests.support.agents.scripted_brain import NotedTool, ScriptedBrain, calls, says, schema


class Killed(BaseException):
    """The process ends here."""


def dies_at(place: int, *, written: bool) -> tuple[Callable[[RunEvent], None], type[ListJournal]]:
    """A journal whose process ends at event number `place`, before or after it is written."""
    count = 0

    class Dying(ListJournal):
        def append(self, event: RunEvent) -> Any:
            nonlocal count
            count += 1
            if count == place and not written:
                raise Killed
            entry = super().append(event)
            if count == place:
                raise Killed
            return entry

    return lambda event: None, Dying


class Appending(NotedTool):
    """Adds a line to a file: whoever does it twice is seen. `dies` ends the process behind its effect."""

    def __init__(self) -> None:
        super().__init__(
            "add_line",
            self._add,
            parameters=schema(["line"], line="string"),
            facts=ToolFacts(),
            effects=Effects("files", writes=("lines.txt",)),
        )

    def _add(self, arguments: dict[str, Any], here: ToolContext) -> Outcome:
        with (here.workspace.root / "lines.txt").open("a") as file:
            file.write(arguments["line"] + "\n")
        return Outcome("added")


def script() -> ScriptedBrain:
    """Says what fits the number of results so far, so that another process goes on with it."""

    def reply(ask: Any) -> Any:
        results = sum(message.role == "tool" for message in ask.messages)
        if results < 4:
            pair = [("add_line", {"line": str(results)}), ("add_line", {"line": str(results + 1)})]
            return calls(*pair) if results % 2 == 0 else calls(pair[0])
        return says("Done.")

    return ScriptedBrain(reply)


def bench_of(folder: Path, journal: ListJournal) -> Bench:
    return Bench(
        folder, script(), (Appending(), read_file), journal=journal, approver=ScriptedApprover(Decision(True))
    )


def lines(bench: Bench) -> list[str]:
    path = bench.workspace / "lines.txt"
    return path.read_text().split() if path.exists() else []


def results(journal: ListJournal) -> list[ToolResult]:
    return [event for event in journal.events if isinstance(event, ToolResult)]


def all_deaths() -> Iterator[tuple[int, bool]]:
    for place in range(2, 32):
        yield place, False
        yield place, True


@pytest.mark.parametrize("mode", ["workspace", "ask"])
def test_it_may_die_before_and_after_every_event(tmp_path: Path, mode: Any) -> None:
    whole = bench_of(tmp_path / "whole", ListJournal())
    assert whole.run().go(started(mode=mode)).status == "completed"
    length = len(whole.journal.log)
    assert lines(whole) == ["0", "1", "2", "3"]
    for place, written in all_deaths():
        if place > length:
            break
        _, dying = dies_at(place, written=written)
        bench = bench_of(tmp_path / f"{place}{written}", dying())
        with pytest.raises(Killed):
            bench.run().go(started(mode=mode))
        before = list(bench.journal.log)
        assert bench.run().go(RunResumed(Budget())).status == "completed"
        assert bench.journal.log[: len(before)] == before
        assert not broken_orders(bench.journal.log), (place, written)
        done = lines(bench)
        assert len(done) == len(set(done)), (place, written, done)
        told = [result.status for result in results(bench.journal)]
        assert len(told) == 4 and set(told) <= {"ok", "interrupted"}
        # What is not there was interrupted before its effect, and the model was told that it does not know.
        assert 4 - len(done) <= told.count("interrupted") <= 1


@pytest.mark.parametrize("choice", ["again", "skip", None])
def test_a_call_that_died_behind_its_effect_is_left_to_the_user(tmp_path: Path, choice: Any) -> None:
    whole = bench_of(tmp_path / "whole", ListJournal())
    whole.run().go(started())
    place = whole.journal.kinds.index("snapshot") + 2
    _, dying = dies_at(place, written=False)
    bench = bench_of(tmp_path / "dying", dying())
    with pytest.raises(Killed):
        bench.run().go(started())
    assert lines(bench) == ["0"]
    assert [(call.call, call.approval, call.began) for call in bench.state().open] == [
        ("c1", "allowed", True),
        ("c2", "", False),
    ]
    assert bench.run().go(RunResumed(Budget()), {"c1": choice} if choice else {}).status == "completed"
    first = results(bench.journal)[0]
    if choice == "again":
        assert first.status == "ok" and lines(bench) == ["0", "0", "1", "2", "3"]
        decided = [
            event for event in bench.journal.events if isinstance(event, Approval) and event.call == "c1"
        ]
        assert (decided[-1].by, decided[-1].reasons) == ("user", ("interrupted",))
    else:
        assert first.status == "interrupted" and lines(bench) == ["0", "1", "2", "3"]
        assert "lines.txt (new)" in first.text
    after = [
        event for event in bench.journal.events if isinstance(event, SnapshotTaken) and event.phase == "after"
    ]
    assert after[0].call == "c1" and after[0].files[0].path == "lines.txt"
    assert bench.snapshots is not None
    bench.snapshots.undo(bench.snapshots.plan(bench.journal.entries()))
    assert not (bench.workspace / "lines.txt").exists()


def test_a_call_that_only_reads_is_simply_made_again(tmp_path: Path) -> None:
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "a.txt").write_text("text of a")
    chat_model = ScriptedBrain(calls(("read_file", {"path": "a.txt"})), says("Read."))
    _, dying = dies_at(5, written=False)
    bench = Bench(tmp_path, chat_model, (read_file,), journal=dying())
    with pytest.raises(Killed):
        bench.run().go(started())
    assert bench.state().open[0].approval == "allowed"
    assert bench.run().go(RunResumed(Budget())).status == "completed"
    assert results(bench.journal)[0].status == "ok" and "text of a" in results(bench.journal)[0].text


def test_a_resumed_run_goes_on_with_what_the_user_adds_and_a_new_budget(tmp_path: Path) -> None:
    steps = [calls(("add_line", {"line": str(n)})) for n in range(3)]
    bench = Bench(tmp_path, ScriptedBrain(*steps, says("Out of steps."), says("All done.")), (Appending(),))
    assert bench.run().go(started(budget=Budget(steps=3))).reason == "steps"
    finished = bench.run().go(RunResumed(Budget(steps=3), "Say it in Korean."))
    assert (finished.reason, finished.answer, finished.calls) == ("answered", "All done.", 3)
    spoken = [e.event for e in bench.journal.entries() if isinstance(e.event, ModelTurn)]
    assert finished.tokens == sum(turn.usage.completion_tokens for turn in spoken), "before the end, too"
    # That there are no tools any more was said before the last answer, and is not true now.
    assert bench.chat_model.asks[-1].messages[-1].content == f"{TOOLS_AGAIN}\n\nSay it in Korean."
    assert bench.chat_model.asks[-1].choice == "auto"
    assert bench.state().used.steps == 1


def test_a_finished_run_can_be_asked_for_more(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(says("First."), says("Second.")))
    bench.run().go(started())
    assert bench.run().go(RunResumed(Budget(), "And then?")).answer == "Second."
    assert [message.role for message in bench.chat_model.asks[-1].messages] == [
        "system",
        "user",
        "assistant",
        "user",
    ]


def test_a_resumed_run_sees_the_same_beginning(tmp_path: Path) -> None:
    bench = Bench(
        tmp_path,
        ScriptedBrain(calls(("add_line", {"line": "0"})), says("Done."), says("More.")),
        (Appending(), read_file),
    )
    bench.run().go(started())
    bench.tools = (read_file, Appending())
    bench.run().go(RunResumed(Budget(), "Go on."))
    assert bench.chat_model.asks[-1].tools == bench.chat_model.asks[0].tools
    assert bench.chat_model.asks[-1].messages[:2] == bench.chat_model.asks[0].messages[:2]


def test_a_tool_that_is_gone_when_it_is_resumed_is_told_as_missing(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(calls(("add_line", {"line": "0"}))), (Appending(),))
    run = bench.run()
    bench.chat_model.replies.insert(0, lambda ask: (run.pause(), bench.chat_model.replies[0])[1])
    assert run.go(started()).reason == "paused"
    bench.tools = (read_file,)
    bench.chat_model.replies = [says("It is gone.")]
    bench.run().go(RunResumed(Budget()))
    assert "no tool 'add_line'" in results(bench.journal)[0].text


def test_files_that_are_put_back_while_it_runs_are_seen_by_the_model(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ScriptedBrain(says(".")), (Appending(),))

    def undo(ask: Any) -> Any:
        assert bench.snapshots is not None
        bench.journal.append(bench.snapshots.undo(bench.snapshots.plan(bench.journal.entries())))
        return calls(("read_file", {"path": "nothing"}))

    bench.chat_model.replies = [calls(("add_line", {"line": "0"})), undo, says("Seen.")]
    bench.tools = (Appending(), read_file)
    run = bench.run()
    assert run.go(started()).answer == "Seen."
    assert any("taken back" in message.content for message in bench.chat_model.asks[-1].messages)
    assert run._record.state == RunState.of(bench.journal.entries())
    assert rendered(run._record.history) == rendered(History.of(bench.journal.entries()))


@pytest.mark.parametrize(
    ("ended", "checked"),
    [
        ([], True),
        ([RunFinished("stopped", "paused", "")], True),
        ([RunFinished("failed", "error", "")], True),
        ([RunFinished("completed", "answered", "")], False),
    ],
)
def test_what_was_changed_before_a_run_was_cut_short_still_calls_for_hooks_at_its_end(
    ended: list[RunEvent], checked: bool
) -> None:
    journal = ListJournal()
    written = SnapshotTaken("c1", "after", (FileChange("a.txt", "new"),))
    for event in (started(), written, *ended, RunResumed(Budget())):
        journal.append(event)
    assert RunState.of(journal.entries()).changed_any is checked
