"""What an editor is shown of a journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acp.schema import AllowedOutcome, DeniedOutcome
from hypothesis import given
from hypothesis import strategies as st

from agents.budget import Budget
from agents.events import (
    Approval,
    Entry,
    FileChange,
    ModelTurn,
    RunEvent,
    RunFinished,
    RunStarted,
    SnapshotTaken,
    ToolCalled,
    ToolResult,
    Undone,
)
from agents.permissions.values import ApprovalRequest, Decision
from agents.tools.files.diff import renamed, several, unified_diff
from app.acp.diffs import diff_contents
from app.acp.permissions import asked_call, decision_of, options_of
from app.acp.prompts import place_of
from app.acp.tool_calls import code, places_of, title_of
from app.acp.turn import joined, stop_reason
from app.acp.updates import Updates, undone_text
from app.language import Language
from app.services.models.events import Owner, TextDelta
from engine.errors import ErrorInfo
from engine.values import Timings, ToolCall, Usage

ROOT = Path("/work/folder")


def told(*events: RunEvent, again: bool = False, language: Language = "en") -> list[dict[str, Any]]:
    updates = Updates(ROOT, language)
    updates.again = again
    found = [
        update for seq, event in enumerate(events, 1) for update in updates.entry(Entry(1, seq, 0.0, event))
    ]
    return [update.model_dump(mode="json", by_alias=True, exclude_none=True) for update in found]


def turn(content: str, **more: Any) -> ModelTurn:
    return ModelTurn(1, content, "", (), more.pop("finish_reason", "stop"), Usage(), Timings(), **more)


def test_what_was_streamed_is_not_told_twice_and_what_was_not_is_told_at_the_end() -> None:
    updates = Updates(ROOT, "en")
    first = updates.text(1, 1, "", "One ")
    rest = updates.entry(Entry(1, 1, 0.0, turn("One two")))
    assert [each.content.text for each in (*first, *rest)] == ["One ", "two"]
    assert {each.message_id for each in (*first, *rest)} == {"1.1.0"}


def test_a_turn_that_is_asked_for_again_is_another_message() -> None:
    updates = Updates(ROOT, "en")
    broken = updates.text(1, 1, "", "One tw")
    assert updates.entry(Entry(1, 1, 0.0, turn("One tw", error=ErrorInfo("run.turn_broke_off")))) == []
    again = updates.text(1, 1, "", "One two")
    assert broken[0].message_id != again[0].message_id
    assert updates.entry(Entry(1, 2, 0.0, turn("One two"))) == []


def test_a_call_is_shown_while_it_is_written_and_is_the_same_one_afterwards() -> None:
    updates = Updates(ROOT, "en")
    first, second = ToolCall("x", "write_file", {"path": "a"}), ToolCall("y", "shell", {"command": "make"})
    begun = [*updates.writing(1, 1, "x", "write_file"), *updates.writing(1, 1, "x", "write_file")]
    begun += [*updates.writing(1, 1, "y", "shell"), *updates.writing(1, 1, "z", "shell")]
    assert [(each.title, each.kind, each.status) for each in begun] == [
        ("`write_file`", "edit", "pending"),
        ("`shell`", "execute", "pending"),
        ("`shell`", "execute", "pending"),
    ]
    turn = ModelTurn(1, "", "", (first, second), "tool_calls", Usage(), Timings())
    events = [
        turn,
        ToolCalled(1, "c1", "write_file", {"path": "a"}),
        ToolCalled(1, "c2", "shell", {"command": "make"}),
    ]
    events += [ToolResult("c1", "ok", "Done."), ToolResult("c2", "ok", "Done.")]
    told = [each for seq, event in enumerate(events, 1) for each in updates.entry(Entry(1, seq, 0.0, event))]
    ids = [each.tool_call_id for each in begun]
    assert [(each.tool_call_id, each.status) for each in told] == [
        (ids[2], "failed"),  # it was not to be
        (ids[0], "pending"),
        (ids[1], "pending"),
        (ids[0], "completed"),
        (ids[1], "completed"),
    ]
    assert told[1].title == "Write `a`" and updates.id("c2") == ids[1]


def test_a_call_is_shown_from_its_beginning_to_its_result() -> None:
    shown = told(
        ToolCalled(1, "c1", "shell", {"command": "make\nmake check"}),
        Approval("c1", "allowed", "user"),
        SnapshotTaken("c1", "after", (FileChange("out.txt", "new"),)),
        ToolResult("c1", "timeout", "```\nlong\n"),
    )
    assert [(each["sessionUpdate"], each["status"]) for each in shown] == [
        ("tool_call", "pending"),
        ("tool_call_update", "in_progress"),
        ("tool_call_update", "failed"),
    ]
    assert shown[0]["title"] == "`make make check`"
    texts = [each["content"]["text"] for each in shown[2]["content"]]
    assert texts == ["```sh\nmake\nmake check\n```", "````\n```\nlong\n````", "Changed: `out.txt`"]
    assert shown[2]["locations"] == [{"path": "/work/folder/out.txt"}]


def test_calls_that_have_no_result_fail_when_the_run_ends() -> None:
    shown = told(ToolCalled(1, "c1", "read_file", {"path": "a"}), RunFinished("stopped", "paused", ""))
    assert [each["status"] for each in shown] == ["pending", "failed"]


def test_why_a_run_has_stopped_is_told_but_not_where_the_person_did_it() -> None:
    assert told(RunFinished("completed", "answered", "Yes.")) == []
    assert told(RunFinished("stopped", "user", "")) == []
    (steps,) = told(RunFinished("stopped", "steps", ""), language="ko")
    assert "단계" in steps["content"]["text"]
    assert told(RunFinished("failed", "model", "", error=ErrorInfo("engine.no_model"))) == []
    assert len(told(RunFinished("failed", "model", "", error=ErrorInfo("engine.no_model")), again=True)) == 1


def test_what_a_person_said_is_shown_only_where_the_journal_is_shown_again() -> None:
    started = RunStarted("Do it", str(ROOT), "m", "ask", Budget(), (), "", 8)
    assert told(started) == []
    assert [each["content"]["text"] for each in told(started, again=True)] == ["Do it"]


@pytest.mark.parametrize(
    ("call", "title"),
    [
        (ToolCalled(1, "c1", "move_file", {"path": "a", "to": "b"}), "Move `a` to `b`"),
        (ToolCalled(1, "c1", "list_files", {}), "List `.`"),
        (ToolCalled(1, "c1", "write_file", "{broken"), "Write `.`"),
        (ToolCalled(1, "c1", "search_text", {}), "`search_text`"),
        (ToolCalled(1, "c1", "no_such_tool", {}), "`no_such_tool`"),
        (ToolCalled(1, "c1", "time_now", {}, "time"), "`time_now` (time)"),
        (ToolCalled(1, "c1", "read_file", {"path": "a`[x](y)`\u202eb"}), "Read ``a`[x](y)`\\u{202e}b``"),
    ],
)
def test_a_title_says_what_is_done_and_nothing_in_it_is_markup(call: ToolCalled, title: str) -> None:
    assert title_of(call, "en") == title


@given(st.text())
def test_a_code_span_is_one_line_and_cannot_be_closed_from_within(text: str) -> None:
    shown = code(text)
    fence = shown[: len(shown) - len(shown.lstrip("`"))]
    assert (
        "\n" not in shown
        and shown.endswith(fence)
        and fence not in shown[len(fence) : -len(fence)].strip("`")
    )


@given(st.text(), st.text())
def test_a_whole_diff_gives_both_texts_back(before: str, after: str) -> None:
    """As far as it goes: what is the same around it is left out."""
    diff = unified_diff("a.txt", before, after)
    parts = diff_contents(diff, ROOT)
    assert bool(parts) == (before != after)
    for part in parts:
        assert part.path == "/work/folder/a.txt"
        assert (part.old_text or "") in before and part.new_text in after


def test_a_diff_of_several_files_is_one_part_for_each_hunk_of_each() -> None:
    moved = renamed("b", "c") + unified_diff("c", "x\n", "y\n")
    diff = several(
        [("a", "a", unified_diff("a", None, "x\n")), ("b", "c", moved), ("d", "e", renamed("d", "e"))]
    )
    found = [(part.path, part.old_text, part.new_text) for part in diff_contents(diff, ROOT)]
    assert found == [(str(ROOT / "a"), None, "x\n"), (str(ROOT / "c"), "x\n", "y\n")]


def test_a_new_file_has_no_old_text_and_a_deleted_one_no_new() -> None:
    (new,) = diff_contents(unified_diff("a", None, "x\n"), ROOT)
    (gone,) = diff_contents(unified_diff("a", "x\n", None), ROOT)
    assert (new.old_text, new.new_text, gone.old_text, gone.new_text) == (None, "x\n", "x\n", "")
    assert diff_contents("rename from a\nrename to b\n", ROOT) == []


def test_places_outside_the_folder_are_not_pointed_to() -> None:
    for path in ("../a", "/etc/passwd", "a/../../b", "a\0b"):
        assert places_of(ToolCalled(1, "c1", "read_file", {"path": path}), ROOT) == []
    (place,) = places_of(ToolCalled(1, "c1", "read_file", {"path": "a", "first_line": 3}), ROOT)
    assert (place.path, place.line) == ("/work/folder/a", 3)


def test_a_question_shows_all_that_would_happen_and_what_a_wider_yes_covers() -> None:
    request = ApprovalRequest(
        1,
        "c1",
        "shell",
        "shell",
        "git push",
        reasons=("shell", "network"),
        scopes=("run",),
        pattern="git push",
    )
    asked = asked_call(request, ROOT, "en").model_dump(mode="json", by_alias=True, exclude_none=True)
    texts = [each["content"]["text"] for each in asked["content"]]
    assert texts[0] == "```sh\ngit push\n```"
    assert texts[1].startswith("It uses the network.") and texts[1].endswith("`git push`")
    assert asked["kind"] == "execute"


def test_a_search_is_asked_about_with_its_words_where_they_go_and_what_an_always_covers() -> None:
    request = ApprovalRequest(
        1,
        "c1",
        "web_search",
        "search",
        "rust book",
        reasons=("network",),
        scopes=("run", "server"),
        pattern="searx.example",
        message="https://searx.example",
    )
    asked = asked_call(request, ROOT, "en").model_dump(mode="json", by_alias=True, exclude_none=True)
    shown = json.dumps(asked["content"])
    assert "https://searx.example" in shown and "rust book" in shown and "`searx.example`" in shown
    assert asked["kind"] == "search" and "A broader yes covers every search at" in shown
    assert [option.name for option in options_of(request, "en")] == [
        "Allow once",
        "Allow in this run",
        "Always allow",
        "Deny",
    ]


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    reasons = (
        "deletes",
        "network",
        "outside",
        "destructive",
        "unreadable_command",
        "mcp_first_use",
        "untrusted",
        "reads_outside",
        "ports",
    )
    request = ApprovalRequest(1, "c1", "x", "other", "", reasons=(*reasons, "not_undoable", "rail", "writes"))
    for language in ("en", "ko"):
        assert asked_call(request, ROOT, language).content  # type: ignore[arg-type]


def test_ports_are_asked_about_with_one_yes() -> None:
    request = ApprovalRequest(1, "c1", "x", "ports", "localhost:5173  npm run dev", reasons=("ports",))
    assert [option.name for option in options_of(request, "en")] == ["Allow", "Deny"]
    shown = repr(asked_call(request, ROOT, "en").content)
    assert "localhost:5173  npm run dev" in shown and "Your yes ends with the command or the run." in shown


def test_only_what_is_offered_is_allowed() -> None:
    request = ApprovalRequest(1, "c1", "x", "mcp", "", scopes=("run", "workspace", "server"))
    offered = options_of(request, "en")
    assert [option.kind for option in offered] == ["allow_once", *["allow_always"] * 3, "reject_once"]
    passing = options_of(request, "en", lasting=False)
    assert [option.option_id for option in passing] == ["once", "run", "deny"]

    def decided(option: str) -> Any:
        return decision_of(AllowedOutcome(outcome="selected", option_id=option), passing)

    assert [decided(option).allow for option in ("once", "run", "deny", "server", "")] == [
        *(True, True, False, False, False)
    ]
    assert decided("run").scope == "run"
    assert decision_of(DeniedOutcome(outcome="cancelled"), offered) is None


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("file:///work/folder/a%20b.py#L3:7", "a b.py (L3:7)"),
        ("file:///etc/hosts", "/etc/hosts"),
        ("https://example.org/a", "https://example.org/a"),
        ("file://[", "file://["),
    ],
)
def test_a_file_is_named_as_a_tool_takes_it(uri: str, place: str) -> None:
    assert place_of(uri, ROOT) == place


def test_pieces_of_a_text_are_told_together_and_thoughts_before_words() -> None:
    one, two = Owner(0, 1, 1), Owner(0, 1, 2)
    pieces = [
        TextDelta(one, "a", ""),
        TextDelta(one, "b", "c"),
        TextDelta(one, "", "d"),
        TextDelta(one, "e", ""),
        TextDelta(two, "", "f"),
    ]
    found = [event for event in joined(pieces) if isinstance(event, TextDelta)]
    assert [(event.reasoning, event.content) for event in found] == [("ab", "cd"), ("e", ""), ("", "f")]


def test_an_undo_is_told_by_what_became_of_each_file() -> None:
    undone = Undone(("c1",), (FileChange("a", "changed"), FileChange("b", "deleted")), ("c",))
    text = undone_text(undone, "en")
    assert text.splitlines()[::2] == [
        "Restored `a`.",
        "Deleted `b`.",
        "Left alone, because somebody has changed it since: `c`.",
    ]


def test_how_a_run_ended_is_told_in_the_protocols_words() -> None:
    reasons = [
        RunFinished("completed", "answered", ""),
        RunFinished("stopped", "user", ""),
        RunFinished("stopped", "steps", ""),
        RunFinished("stopped", "tokens", ""),
        RunFinished("stopped", "loop", ""),
    ]
    assert list(map(stop_reason, reasons)) == [
        *("end_turn", "cancelled", "max_turn_requests", "max_tokens", "end_turn")
    ]


def test_a_question_about_hosts_names_them_and_offers_the_registries_and_the_network() -> None:
    request = ApprovalRequest(
        1,
        "c1",
        "shell",
        "shell",
        "pip install x",
        reasons=("shell", "hosts"),
        scopes=("workspace", "registries", "network"),
        hosts=("pypi.org", "files.pythonhosted.org"),
        only_hosts=True,
    )
    offered = options_of(request, "en")
    kinds = {option.option_id: option.kind for option in offered}
    assert kinds["registries"] == "allow_always" and kinds["network"] == "allow_once"
    assert [option.option_id for option in options_of(request, "en", lasting=False)] == [
        "once",
        "network",
        "deny",
    ]
    for scope in ("workspace", "registries", "network"):
        outcome = AllowedOutcome(outcome="selected", option_id=scope)
        assert decision_of(outcome, offered) == Decision(True, scope)  # type: ignore[arg-type]
    asked = asked_call(request, Path("/w"), "en")
    assert "Connect to pypi.org, files.pythonhosted.org?" in str(asked.content)
