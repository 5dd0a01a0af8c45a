"""What each mode allows, asks and refuses."""

from __future__ import annotations

from agents.permissions.decide import decide
from agents.permissions.grants import released
from agents.permissions.question import Question
from agents.permissions.request import grant_for, request
from agents.permissions.values import Effects, ToolFacts

WRITE = Effects(kind="files", writes=("a.txt",), diff="+hello")


def write(**fields: object) -> Question:
    given: dict[str, object] = {
        "run": 1,
        "call": "c1",
        "tool": "write_file",
        "arguments": {"path": "a.txt", "content": "hello"},
        "facts": ToolFacts(destructive=False),
        "effects": WRITE,
        "mode": "ask",
        "workspace": "/home/u/w",
        "sandboxed": True,
    }
    return Question(**(given | fields))  # type: ignore[arg-type]


def test_writing_a_file_is_refused_asked_or_allowed_as_the_mode_says() -> None:
    modes = ("read", "ask", "workspace", "all-in-sandbox")
    assert [decide(write(mode=mode)).action for mode in modes] == ["deny", "ask", "allow", "allow"]
    assert decide(write(mode="workspace", undoable=False)).reasons == ("writes", "not_undoable")


def test_what_was_granted_is_not_asked_again() -> None:
    question = write()
    shown = request(question, decide(question))
    assert shown.subject == "a.txt" and shown.diff == "+hello" and shown.scopes == ("run", "workspace")
    grant = grant_for(shown, "run", workspace=question.workspace, created=1.0)
    assert grant is not None
    assert decide(write(grants=(grant,))).action == "allow"
    assert decide(write(grants=(grant,), run=2)).action == "ask"
    assert grant_for(shown, "once", workspace=question.workspace, created=1.0) is None


def test_a_note_is_kept_unasked_until_text_from_outside_came_in_and_never_where_the_run_only_reads() -> None:
    def note(**fields: object) -> Question:
        facts, arguments = ToolFacts(destructive=False, keeps=True), {"name": "n", "text": "x"}
        return write(tool="write_note", facts=facts, effects=Effects(), arguments=arguments, **fields)

    assert decide(note(mode="read")).action == "deny"
    for mode in ("ask", "workspace", "all-in-sandbox"):
        assert decide(note(mode=mode)).action == "allow"
        verdict = decide(note(mode=mode, tainted=True))
        assert (verdict.action, verdict.reasons, verdict.scopes) == ("ask", ("untrusted",), ())
        assert decide(note(mode=mode, tainted=True, present=False)).action == "deny"
    assert '"text": "x"' in request(note(tainted=True), decide(note(tainted=True))).subject


def test_where_nobody_is_there_to_ask_it_is_denied() -> None:
    verdict = decide(write(present=False))
    assert (verdict.action, verdict.by) == ("deny", "nobody") and verdict.message


def test_a_file_that_other_programs_carry_out_is_asked_about_by_name_in_every_mode() -> None:
    tasks = Effects(kind="files", writes=(".vscode", ".vscode/tasks.json"))
    named = (".vscode/tasks.json",)
    for mode in ("ask", "workspace", "all-in-sandbox"):
        verdict = decide(write(mode=mode, effects=tasks, autorun=named))
        assert verdict.action == "ask" and "autorun" in verdict.reasons
        assert verdict.pattern == ".vscode/tasks.json"
    question = write(mode="workspace", effects=tasks, autorun=named)
    shown = request(question, decide(question))
    assert shown.autorun == named
    grant = grant_for(shown, "workspace", workspace=question.workspace, created=1.0)
    assert grant is not None

    def decided(**fields: object) -> str:
        return decide(write(mode="workspace", effects=tasks, grants=(grant,), **fields)).action

    assert decided(autorun=named) == decided(autorun=named, tool="edit_file") == "allow"
    assert decided(autorun=named, tool="apply_patch") == "allow"
    more = Effects("files", writes=(*named, "notes.txt"))  # of which the yes said nothing
    patch = write(mode="workspace", tool="apply_patch", effects=more, grants=(grant,), autorun=named)
    assert decide(patch).action == "ask" and decide(patch).scopes == ()
    assert decided(autorun=(".envrc",)) == decided(autorun=(*named, ".envrc")) == "ask"
    assert decided(autorun=named, tainted=True) == "ask"  # what a stranger wrote may be behind it
    assert decide(write(mode="workspace", effects=tasks, autorun=named, present=False)).action == "deny"
    assert released((grant,), question.workspace, 7) == named and not released((grant,), "/elsewhere", 7)


def test_a_grant_to_write_files_is_none_for_those_that_other_programs_carry_out() -> None:
    question = write()
    grant = grant_for(request(question, decide(question)), "run", workspace=question.workspace, created=1.0)
    assert grant is not None and decide(write(grants=(grant,))).action == "allow"
    assert decide(write(grants=(grant,), autorun=("AGENTS.md",))).action == "ask"
    assert released((grant,), question.workspace, 1) == ()
