"""A run that plans first reads and proposes; nothing changes before a person approves, whose plan it is then."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.api import ModelRequest, ModelResponse
from agents.budget import Budget
from agents.events import Approval, PlanWritten, RunEvent, RunResumed, ToolResult
from agents.permissions.values import ApprovalRequest, Decision, Effects, ToolFacts
from agents.tools.delegate import delegate
from agents.tools.files.read_file import read_file
from agents.tools.files.write_file import write_file
from agents.tools.update_plan import update_plan
from tests.support.agents.journals import ListJournal
from tests.support.agents.runs import Bench, ScriptedApprover, broken_orders, started
from tests.support.agents.scripted_brain import NotedTool, ScriptedBrain, calls, says

WRITE = ("write_file", {"path": "b.txt", "content": "hello\n"})
YES = Decision(True)


def plan(*texts: str, state: str = "todo") -> tuple[str, dict[str, object]]:
    return "update_plan", {"items": [{"text": text, "state": state} for text in texts]}


def bench(
    folder: Path,
    *replies: object,
    approver: ScriptedApprover | None = None,
    journal: ListJournal | None = None,
) -> Bench:
    tools = (read_file, write_file, update_plan)
    brain = ScriptedBrain(*replies)  # type: ignore[arg-type]
    return Bench(folder, brain, tools, approver=approver or ScriptedApprover(YES), journal=journal)


def plans(of: Bench) -> list[tuple[str, tuple[str, ...], str]]:
    return [(e.state, e.items, e.who) for e in of.journal.events if isinstance(e, PlanWritten)]


def offered(ask: ModelRequest) -> set[str]:
    return {tool["function"]["name"] for tool in ask.tools}


def said(ask: ModelRequest) -> str:
    return str(ask.messages[-1].content)


def test_a_plan_is_proposed_approved_and_carried_out(tmp_path: Path) -> None:
    of = bench(
        tmp_path,
        calls(plan("Write b.txt")),
        calls(WRITE),
        calls(plan("Write b.txt", state="done")),
        says("It is written."),
    )
    finished = of.run().go(started(plan=True))
    assert (finished.status, finished.answer, finished.left) == ("completed", "It is written.", ())
    assert plans(of) == [("proposed", ("Write b.txt",), "model"), ("approved", ("Write b.txt",), "user")]
    first, second = of.chat_model.asks[:2]
    assert offered(first) == {"read_file", "update_plan", "read_result"}
    assert offered(second) == {"read_file", "write_file", "update_plan", "read_result"}
    assert "1. Write b.txt" in said(second) and second.messages[-1].role == "user"
    assert "Begin with a plan" in str(first.messages[0].content)
    assert first.messages[0] == second.messages[0]
    assert of.approver.asked[0].kind == "plan" and of.approver.asked[0].steps == ("Write b.txt",)
    assert not broken_orders(of.journal.log)


def test_a_run_without_the_wish_has_no_plan_first(tmp_path: Path) -> None:
    of = bench(tmp_path, calls(plan("Write b.txt")), calls(WRITE), says("Done."))
    assert of.run().go(started()).status == "completed"
    assert not plans(of) and (tmp_path / "workspace/b.txt").exists()
    assert "Begin with a plan" not in str(of.chat_model.asks[0].messages[0].content)


def test_what_a_person_makes_of_the_plan_is_what_the_model_is_told(tmp_path: Path) -> None:
    mine = ("Read a.txt", "Write b.txt in UTF-8")
    of = bench(
        tmp_path,
        calls(plan("Write b.txt", "Delete a.txt")),
        calls(plan(*mine, state="done")),
        says("Done."),
        approver=ScriptedApprover(Decision(True, steps=mine)),
    )
    assert of.run().go(started(plan=True)).left == ()
    assert [state for state, _, _ in plans(of)] == ["proposed", "edited", "approved"]
    assert plans(of)[1:] == [("edited", mine, "user"), ("approved", mine, "user")]
    assert "1. Read a.txt\n2. Write b.txt in UTF-8" in said(of.chat_model.asks[1])
    assert "Delete a.txt" not in said(of.chat_model.asks[1])


def test_a_rejected_plan_is_made_anew(tmp_path: Path) -> None:
    of = bench(
        tmp_path,
        calls(plan("Delete a.txt")),
        calls(plan("Write b.txt")),
        calls(plan("Write b.txt", state="done")),
        says("Done."),
        approver=ScriptedApprover(Decision(False, message="Delete nothing."), YES),
    )
    assert of.run().go(started(plan=True)).status == "completed"
    assert [state for state, _, _ in plans(of)] == ["proposed", "rejected", "proposed", "approved"]
    assert "Delete nothing." in said(of.chat_model.asks[1])
    assert "write_file" not in offered(of.chat_model.asks[1])


def test_a_plan_that_is_let_go_ends_the_run_and_can_be_taken_up(tmp_path: Path) -> None:
    of = bench(tmp_path, calls(plan("Write b.txt")), approver=ScriptedApprover(Decision(False)))
    finished = of.run().go(started(plan=True))
    assert (finished.status, finished.reason, finished.resumable) == ("stopped", "plan_rejected", True)
    of.approver.answers = [YES]
    of.chat_model.replies = [calls(plan("Write c.txt")), says("Done.")]
    of.run().go(RunResumed(Budget(), "Write c.txt instead."))
    assert plans(of)[-1] == ("approved", ("Write c.txt",), "user")


def test_nobody_there_leaves_the_plan_for_later(tmp_path: Path) -> None:
    of = bench(tmp_path, calls(plan("Write b.txt")), approver=ScriptedApprover(None))
    finished = of.run().go(started(plan=True))
    assert (finished.status, finished.reason) == ("stopped", "plan")
    of.approver.answers = [YES]
    of.chat_model.replies = [calls(WRITE), calls(plan("Write b.txt", state="done")), says("Done.")]
    assert of.run().go(RunResumed(Budget())).status == "completed"
    assert [state for state, _, _ in plans(of)] == ["proposed", "proposed", "approved"]
    assert not broken_orders(of.journal.log)


def test_words_to_a_plan_that_waits_reject_it(tmp_path: Path) -> None:
    of = bench(tmp_path, calls(plan("Write b.txt")), approver=ScriptedApprover(None))
    of.run().go(started(plan=True))
    of.approver.answers = [YES]
    of.chat_model.replies = [calls(plan("Write c.txt")), says("Done.")]
    of.run().go(RunResumed(Budget(), "Name it c.txt."))
    assert plans(of)[1] == ("rejected", ("Write b.txt",), "user")
    assert plans(of)[-1] == ("approved", ("Write c.txt",), "user")


def test_a_plan_can_come_first_for_what_is_said_later(tmp_path: Path) -> None:
    of = bench(tmp_path, says("Hello."))
    of.run().go(started())
    of.chat_model.replies = [
        calls(WRITE),
        calls(plan("Write b.txt")),
        calls(WRITE),
        calls(plan("Write b.txt", state="done")),
        says("Done."),
    ]
    assert of.run().go(RunResumed(Budget(), "Write b.txt.", plan=True)).status == "completed"
    assert [state for state, _, _ in plans(of)] == ["proposed", "approved"]
    results = [event.status for event in of.journal.events if isinstance(event, ToolResult)]
    assert results == ["denied", "ok", "ok", "ok"]
    assert "Begin with a plan" in said(of.chat_model.asks[1])


def test_a_plan_is_over_with_the_answer(tmp_path: Path) -> None:
    of = bench(tmp_path, calls(plan("Write b.txt")), says("Done."))
    assert of.run().go(started(plan=True)).left == ("Write b.txt",)
    of.chat_model.replies = [calls(WRITE), says("Written.")]
    finished = of.run().go(RunResumed(Budget(), "Do it after all."))
    assert (finished.left, finished.answer) == ((), "Written.")


def test_helpers_are_for_later(tmp_path: Path) -> None:
    of = bench(tmp_path, calls(("delegate", {"task": "Look", "changes": True})), calls(plan("Write b.txt")))
    of.tools, of.approver.answers = (*of.tools, delegate), [None]
    of.run().go(started(plan=True))
    assert "delegate" not in offered(of.chat_model.asks[0])
    assert next(e.status for e in of.journal.events if isinstance(e, ToolResult)) == "denied"


def test_steps_that_are_not_ticked_are_asked_for_once_and_then_named(tmp_path: Path) -> None:
    of = bench(tmp_path, calls(plan("Write b.txt", "Test it")), calls(WRITE), says("Done."))
    finished = of.run().go(started(plan=True))
    assert (finished.status, finished.left) == ("completed", ("Write b.txt", "Test it"))
    assert "- Test it" in said(of.chat_model.asks[-1])
    assert len(of.chat_model.asks) == 4


def test_writing_while_planning_is_refused_and_told(tmp_path: Path) -> None:
    changing = NotedTool("change", facts=ToolFacts(), effects=Effects("files", writes=("a.txt",)))
    shell = NotedTool("sh", facts=ToolFacts(anywhere=True), effects=Effects("shell", command="ls"))
    of = bench(
        tmp_path,
        calls(WRITE, ("change", {}), ("sh", {})),
        calls(plan("Write b.txt")),
        approver=ScriptedApprover(None),
    )
    of.tools = (*of.tools, changing, shell)
    of.run().go(started(plan=True, mode="all-in-sandbox"))
    denied = [event for event in of.journal.events if isinstance(event, ToolResult)][:3]
    assert [event.status for event in denied] == ["denied"] * 3
    assert all("approved the plan" in event.text for event in denied[:2])
    assert not changing.done and not shell.done and not (tmp_path / "workspace/b.txt").exists()
    assert [request.kind for request in of.approver.asked] == ["plan"]


@pytest.mark.parametrize(
    "text", ["I would do this:\n1. Read a.txt\n2. Write b.txt", "Plan\n- Read a.txt\n- Write b.txt"]
)
def test_a_plan_that_is_only_said_counts(tmp_path: Path, text: str) -> None:
    of = bench(tmp_path, says(text), calls(plan("Read a.txt", "Write b.txt", state="done")), says("Done."))
    assert of.run().go(started(plan=True)).left == ()
    assert plans(of)[0] == ("proposed", ("Read a.txt", "Write b.txt"), "model")


def test_a_model_that_never_proposes_is_asked_twice(tmp_path: Path) -> None:
    of = bench(tmp_path, says("It cannot be done."))
    finished = of.run().go(started(plan=True))
    assert (finished.status, finished.reason, finished.answer) == ("stopped", "no_plan", "It cannot be done.")
    assert len(of.chat_model.asks) == 3 and not plans(of)


def test_plans_that_are_empty_or_endless_are_sent_back(tmp_path: Path) -> None:
    many = [f"Step {number}" for number in range(200)]
    said_many = "\n".join(f"{number}. {text}" for number, text in enumerate(many))
    of = bench(
        tmp_path,
        calls(plan()),
        calls(plan(*many)),
        says(said_many),
        calls(plan("Write b.txt")),
        says("Done."),
    )
    of.run().go(started(plan=True))
    assert plans(of)[0] == ("proposed", ("Write b.txt",), "model")
    assert "at least one" in said(of.chat_model.asks[1]) and "at most 30" in said(of.chat_model.asks[2])
    assert "at most 30" in said(of.chat_model.asks[3])


def test_waiting_for_a_person_takes_no_time(tmp_path: Path) -> None:
    clock = [0.0]

    def late(request: ApprovalRequest) -> Decision:
        clock[0] += 5000.0
        return YES

    of = bench(
        tmp_path,
        calls(plan("Write b.txt")),
        calls(plan("Write b.txt", state="done")),
        says("Done."),
        approver=ScriptedApprover(late),
    )
    of.options["clock"] = lambda: clock[0]
    assert of.run().go(started(plan=True)).status == "completed"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("place", range(2, 20))
@pytest.mark.parametrize("written", [False, True])
def test_wherever_it_is_killed_the_plan_is_asked_for_and_carried_out_once(
    tmp_path: Path, place: int, written: bool
) -> None:
    class Dying(ListJournal):
        count = 0

        def append(self, event: RunEvent):  # type: ignore[no-untyped-def]
            self.count += 1
            if self.count == place and not written:
                raise Killed
            entry = super().append(event)
            if self.count == place:
                raise Killed
            return entry

    def reply(ask: ModelRequest) -> ModelResponse:
        words = "\n".join(str(message.content) for message in ask.messages)
        if "the plan that I approve" not in words:
            return calls(plan("Read a.txt"))
        if not (tmp_path / "workspace/b.txt").exists():
            return calls(WRITE)
        return says("Done.") if "1 of 1 done" in words else calls(plan("Write b.txt", state="done"))

    mine = ScriptedApprover(Decision(True, steps=("Write b.txt",)))
    of = bench(tmp_path, reply, approver=mine, journal=Dying())
    event: RunEvent = started(plan=True)
    for _ in range(3):
        try:
            finished = of.run().go(event)  # type: ignore[arg-type]
            break
        except Killed:
            event = RunResumed(Budget()) if of.journal.events else event
    assert (finished.status, finished.left) == ("completed", ())
    assert plans(of)[-1] == ("approved", ("Write b.txt",), "user")
    assert [state for state, _, _ in plans(of)].count("approved") == 1
    done = [
        event for event in of.journal.events if isinstance(event, Approval) and event.decision == "allowed"
    ]
    assert done and (tmp_path / "workspace/b.txt").read_text() == "hello\n"
    assert not broken_orders(of.journal.log)
