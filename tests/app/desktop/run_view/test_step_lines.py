"""Lines of a run, folded from its journal."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.events import (
    Approval,
    ContextTrimmed,
    FileChange,
    HookRan,
    PlanWritten,
    RunEvent,
    RunFinished,
    ToolResult,
    Undone,
)
from app.desktop.run_view.steps import step_text
from app.desktop.run_view.steps.call_words import call_words
from app.desktop.run_view.steps.step_lines import (
    AnswerLine,
    CallLine,
    EndLine,
    QuietLine,
    SaidLine,
    StepLines,
    ThoughtLine,
    WordsLine,
)
from engine.errors import ErrorInfo
from tests.app.desktop.run_view import invoices


def folded(events: list) -> StepLines:  # type: ignore[type-arg]
    lines = StepLines()
    lines.add(invoices.entries(events))
    return lines


def test_each_call_is_a_line_with_what_came_of_it() -> None:
    lines = folded(invoices.finished())
    calls = [line for line in lines.lines if isinstance(line, CallLine)]
    assert [line.call for line in calls] == ["c1", "c2", "c3", "c4", "c5"]
    third, fourth = calls[2], calls[3]
    assert third.thought_s == 6.2 and "Daum" in third.reasoning and third.handle == "r1" and third.foreign
    assert (
        fourth.undoing == "possible"
        and fourth.diff == invoices.DIFF
        and (fourth.by, fourth.scope) == ("user", "run")
    )
    assert isinstance(lines.lines[-1], AnswerLine) and isinstance(lines.lines[-2], ThoughtLine)
    assert lines.task == invoices.TASK and lines.finished is not None


@given(st.lists(st.integers(1, 6), max_size=12))
def test_lines_do_not_depend_on_how_the_entries_come(sizes: list[int]) -> None:
    entries = invoices.entries(invoices.finished())
    whole = StepLines()
    whole.add(entries)
    pieces, start = StepLines(), 0
    for size in [*sizes, len(entries)]:
        changed = pieces.add(entries[max(0, start - 2) : start + size])  # what is known comes again
        assert all(index < len(pieces.lines) for index in changed)
        start += size
    assert pieces.lines == whole.lines


def test_thoughts_and_words_belong_to_the_first_call_of_a_turn() -> None:
    lines = folded(
        [
            invoices.started(),
            invoices.turn(1, "c1", "c2", reasoning="hm", content="Both."),
            invoices.call(1, "c1", "read_file", path="a"),
            invoices.call(1, "c2", "read_file", path="b"),
        ]
    )
    first, second = lines.lines
    assert isinstance(first, CallLine) and isinstance(second, CallLine)
    assert (first.first, first.reasoning, first.content) == (True, "hm", "Both.")
    assert (second.first, second.reasoning, second.content) == (False, "", "")
    assert lines.working


def test_steps_are_numbered_as_they_are_shown() -> None:
    lines = folded(
        [
            invoices.started(),
            invoices.turn(1, "c1", "c2"),
            invoices.call(1, "c1", "read_file", path="a"),
            invoices.call(1, "c2", "read_file", path="b"),
            invoices.turn(2, content=""),  # of which nothing is shown
            ContextTrimmed("nudge", text="Go on.", about="empty"),
            invoices.turn(3, reasoning="hm"),
            invoices.turn(4, "c3"),
            invoices.call(4, "c3", "read_file", path="c"),
        ]
    )
    told = [(line.step, line.number) for line in lines.lines if isinstance(line, CallLine | ThoughtLine)]
    assert told == [(1, 1), (1, 1), (3, 2), (4, 3)]


def test_a_turn_that_broke_off_says_why() -> None:
    error = ErrorInfo("run.turn_broke_off")
    lines = folded([invoices.started(), invoices.turn(1, "c1", reasoning="hm", error=error)])
    assert [type(line) for line in lines.lines] == [ThoughtLine]
    assert msgspec.structs.asdict(lines.lines[0])["error"] == error


def test_undoing_is_offered_once_the_run_rests_and_going_back_where_something_follows() -> None:
    lines = folded(invoices.finished())
    told = {"c1": (False, True), "c4": (True, True), "c5": (True, False)}
    lines.stand(under_way=True)
    for call in told:
        assert (line := lines.call(call)) is not None and not line.undo and not line.back
    lines.stand(under_way=False)
    assert {c: (line.undo, line.back) for c in told if (line := lines.call(c)) is not None} == told


def test_that_tools_are_chosen_is_told_once() -> None:
    chosen = [ContextTrimmed("tools", names=("a", "b")), ContextTrimmed("tools", names=("a", "b", "c"))]
    assert [line.code for line in folded(chosen).lines if isinstance(line, QuietLine)] == ["tools"]
    answer = StepLines(in_chat=True)
    assert answer.add(invoices.entries(chosen)) == [] and answer.lines == []


def test_calls_without_a_result_are_told_apart_when_the_run_has_ended() -> None:
    begun = invoices.call(5, "c6", "read_file", path="a")
    lines = folded([*invoices.begun(), invoices.allowed("c5", "user", "once"), begun])
    assert {4, 5} <= set(lines.stand(under_way=False, interrupted=("c5",)))
    told = {line.call: step_text.badge(line)[0] for line in lines.lines if isinstance(line, CallLine)}
    assert (told["c5"], told["c6"]) == ("interrupted", "not begun")
    assert lines.stand(under_way=False, interrupted=("c5",)) == []
    lines.add(invoices.entries([ToolResult("c5", "ok", "done")], lines.seq + 1))
    lines.stand(under_way=True)
    told = {line.call: step_text.badge(line)[0] for line in lines.lines if isinstance(line, CallLine)}
    assert (told["c5"], told["c6"]) == ("done", "in progress")
    # A quiet sentence behind it changes nothing.
    lines.add(invoices.entries([ContextTrimmed("reasoning", turns=2)], lines.seq + 1))
    assert lines.working
    lines.add(invoices.entries([ToolResult("c6", "ok", "done")], lines.seq + 1))
    assert not lines.working


def test_undoing_marks_the_calls_whose_files_are_all_back() -> None:
    events = invoices.finished()
    back = FileChange("plan.csv", "deleted")
    one = FileChange("2026-04-12 Hanbit.pdf", "deleted")
    lines = folded([*events, Undone(("c4", "c5"), (back, one))])
    states = {line.call: line.undoing for line in lines.lines if isinstance(line, CallLine)}
    assert states["c4"] == "undone" and states["c5"] == "possible" and states["c1"] == ""
    assert lines.lines[-1] == QuietLine(lines.seq, "undone", 2)
    lines.add(invoices.entries([Undone(("c4",), (back,), redo=True)], lines.seq + 1))
    assert lines.call("c4").undoing == "possible"  # type: ignore[union-attr]


def test_a_folder_that_went_with_its_file_is_no_file_that_was_restored() -> None:
    gone = (FileChange("out", "deleted", kind="folder"), FileChange("out/list.md", "deleted"))
    lines = folded([*invoices.finished(), Undone(("c4",), gone)])
    assert lines.lines[-1] == QuietLine(lines.seq, "undone", 1)
    lines = folded([*invoices.finished(), Undone(("c4",), gone[:1])])
    assert lines.lines[-1] == QuietLine(lines.seq, "undone", 1)


def test_a_run_that_goes_on_keeps_its_first_answer_in_its_place() -> None:
    lines = folded([*invoices.finished(), invoices.RESUMED])
    assert [type(line) for line in lines.lines[-2:]] == [AnswerLine, SaidLine]
    assert lines.finished is None


def test_an_end_without_an_answer_is_told() -> None:
    lines = folded([invoices.started(), RunFinished("stopped", "steps", "So far so good.")])
    answer, end = lines.lines
    assert isinstance(answer, AnswerLine) and isinstance(end, EndLine) and end.reason == "steps"


@pytest.mark.usefixtures("looks")
def test_what_a_run_took_stands_before_its_answer_and_doing_nothing_is_told_after_it() -> None:
    ended = RunFinished("completed", "answered", "42.", tokens=1204, seconds=72.0, calls=0)
    took, answer, end = folded([invoices.started(), ended]).lines
    assert isinstance(took, QuietLine) and isinstance(answer, AnswerLine) and isinstance(end, EndLine)
    assert (
        step_text.quiet_text(took) == "1 min 12 s, 0 tool calls, 1,204 tokens written"
        and end.reason == "idle"
    )
    done = folded([invoices.started(), msgspec.structs.replace(ended, calls=1)]).lines
    assert [type(line) for line in done] == [QuietLine, AnswerLine]


@pytest.mark.usefixtures("looks")
@pytest.mark.parametrize(
    ("trimmed", "words"),
    [
        (ContextTrimmed("results", calls=("c1", "c2", "c3")), "3 long results are shown"),
        (ContextTrimmed("results", calls=("c1",)), "1 long result is shown"),
        (ContextTrimmed("turns", turns=4), "first 4 steps"),
        (ContextTrimmed("nudge", about="loop"), "repeated itself and was told so"),
        (ContextTrimmed("nudge", about="empty"), "gave no answer"),
        (ContextTrimmed("nudge", about="cut"), "cut off"),
        (ContextTrimmed("nudge"), "repeated itself"),
        (ContextTrimmed("loop", calls=("c1",)), "again and again"),
        (ContextTrimmed("tools", names=("a", "b")), "2 tools"),
        (ContextTrimmed("final"), "without tools"),
        (ContextTrimmed("reasoning", turns=3), "Earlier reasoning"),
    ],
)
def test_what_was_done_to_the_context_is_a_quiet_sentence(trimmed: ContextTrimmed, words: str) -> None:
    (line,) = folded([invoices.started(), trimmed]).lines
    assert isinstance(line, QuietLine) and words in step_text.quiet_text(line)


@pytest.mark.usefixtures("looks")
@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([], ("in progress", "quiet")),
        ([Approval("c1", "asked")], ("needs you", "warning")),
        ([Approval("c1", "denied", "user", message="no")], ("denied", "warning")),
        ([ToolResult("c1", "error", "x")], ("failed", "bad")),
        ([ToolResult("c1", "timeout", "x")], ("timed out", "bad")),
        ([ToolResult("c1", "interrupted", "x")], ("interrupted", "warning")),
        ([ToolResult("c1", "skipped", "x")], ("skipped", "quiet")),
        ([ToolResult("c1", "ok", "x", summary="3")], ("3 entries", "quiet")),
        ([ToolResult("c1", "ok", "x", summary="500+")], ("500+ entries", "quiet")),
    ],
)
def test_the_badge_says_what_came_of_a_call(events: list, told: tuple[str, str]) -> None:  # type: ignore[type-arg]
    start = [invoices.started(), invoices.turn(1, "c1"), invoices.call(1, "c1", "list_files", path=".")]
    line = folded([*start, *events]).call("c1")
    assert line is not None and step_text.badge(line) == told


@pytest.mark.usefixtures("looks")
@pytest.mark.parametrize(
    ("tool", "summary", "words"),
    [
        ("read_file", "1–120 / 120", "120 lines"),
        ("read_file", "41–80 / 120", "lines 41 to 80 of 120"),
        ("read_document", "2 / 9", "2 of 9 pages"),
        ("shell", "exit code 0", "done"),
        ("shell", "exit code -9", "ended by signal 9"),
        ("search_text", "1", "1 match"),
        ("write_file", "+3 −1", "+3 −1"),
        ("anything", "7", "7"),
        ("anything", "a\u202eb", "a\\u{202e}b"),
    ],
)
def test_summaries_are_put_in_words(tool: str, summary: str, words: str) -> None:
    assert step_text.summary_text(tool, summary) == words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"path": "a/청구서.pdf"}, "a/청구서.pdf"),
        ({"path": "a.txt", "to": "b.txt"}, "a.txt → b.txt"),
        ({"path": ".", "pattern": "*.py"}, "*.py"),
        ({"command": "ls\n-l"}, "ls -l"),
        ({"city": "Jeju", "days": 3}, "city: Jeju, days: 3"),
        ({}, ""),
        ('{"path": ', '{"path":'),
        ({"command": "x" * 900}, "x" * 200 + "…"),
        ({"path": "a\u202eb"}, "a\\u{202e}b"),
    ],
)
def test_a_call_is_written_as_a_person_would(arguments: dict[str, object] | str, words: str) -> None:
    assert step_text.short_arguments(arguments) == words


@pytest.mark.parametrize(
    ("server", "name", "words"),
    [("", "date_time", "date_time()"), ("mail", "mail_send", "mail · send()"), ("mail", "other", "mail · other()"),
     ("a\u202eb", "x\ny", "a\\u{202e}b · x y()"), ("", "", "?()")],
)  # fmt: skip
def test_a_call_names_its_tool_and_whose_it_is(server: str, name: str, words: str) -> None:
    assert step_text.call_text(CallLine(1, 1, 1, "c1", name, {}, server)) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (CallLine(1, 1, 1, "c1", "list_files", {"path": "."}, "", status="ok"), "Looked at the folder"),
        (CallLine(1, 1, 1, "c1", "list_files", {"path": "a"}, "", status="ok"), "Looked at the folder a"),
        (CallLine(1, 1, 1, "c1", "list_files", {}, ""), "Look at the folder"),
        (CallLine(1, 1, 1, "c1", "write_file", {"path": "n.md"}, "", status="ok"), "Wrote n.md"),
        (CallLine(1, 1, 1, "c1", "write_file", {"path": "n.md"}, "", status="denied"), "Write n.md"),
        (CallLine(1, 1, 1, "c1", "move_file", {"path": "a", "to": "b"}, "", status="ok"), "Moved a → b"),
        (CallLine(1, 1, 1, "c1", "write_file", {}, ""), "write_file()"),
        (CallLine(1, 1, 1, "c1", "mail_send", {"to": "x"}, "mail"), "mail · send(to: x)"),
        (CallLine(1, 1, 1, "c1", "write_file", {"path": "x"}, "mail"), "mail · write_file(x)"),
    ],
)
def test_a_call_of_ours_is_told_in_plain_words(line: CallLine, words: str) -> None:
    assert call_words(line) == words


@pytest.mark.parametrize(
    "told",
    [
        ContextTrimmed("nudge", about="left"),
        ContextTrimmed("nudge", about="plan"),
        HookRan("h1", "end", "make test", "failed", again=True),
    ],
)
def test_an_answer_after_which_the_run_had_to_go_on_is_still_to_be_read(told: RunEvent) -> None:
    events = [invoices.started(), invoices.turn(1, content="**Sorted.**"), told]
    first, second = folded(events).lines
    assert isinstance(first, WordsLine) and first.text == "**Sorted.**" and isinstance(second, QuietLine)


def test_an_answer_that_ends_the_run_is_told_once() -> None:
    passed = HookRan("h1", "end", "make test", "ok")
    ended = RunFinished("completed", "answered", "Sorted.")
    lines = folded([invoices.started(), invoices.turn(1, content="Sorted."), passed, ended]).lines
    assert [line.text for line in lines if isinstance(line, AnswerLine | WordsLine)] == ["Sorted."]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "I take the dates from the names.\n\n1. Read\n   - all\n2. Sort",
            ["I take the dates from the names."],
        ),
        ("1. Read\n2. Sort", []),
    ],
)
def test_what_a_model_says_besides_its_plan_is_read_before_the_plan_is_decided(
    said: str, words: list[str]
) -> None:
    proposed = PlanWritten("proposed", ("Read", "Sort"), "model")
    lines = folded([invoices.started(), invoices.turn(1, content=said), proposed]).lines
    assert [line.text for line in lines if isinstance(line, WordsLine)] == words


def test_a_no_to_what_a_call_asked_for_does_not_say_that_it_was_denied() -> None:
    called = invoices.finished()[:3]
    [call] = [line.call for line in folded(called).lines if isinstance(line, CallLine)][:1]
    for answer, told in (
        (
            Approval(call, "denied", "user", "once", ("hosts",)),
            "It ran, but you denied what it asked for then",
        ),
        (Approval(call, "denied", "nobody", "", ("hosts",)), "Allowed without asking"),
        (
            Approval(call, "allowed", "user", "registries", ("hosts",)),
            "You allowed package registries in this folder",
        ),
    ):
        asked = [Approval(call, "allowed", "mode"), Approval(call, "asked", "", "", ("hosts",)), answer]
        lines = folded([*called, *asked]).lines
        [line] = [line for line in lines if isinstance(line, CallLine) and line.call == call]
        assert step_text.decision_text(line) == told
