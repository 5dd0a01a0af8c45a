"""What a question on the terminal shows of a call."""

from __future__ import annotations

from agents.permissions.values import ApprovalRequest
from agents.tools.files.diff import unified_diff
from app.cli.run.approving import question_lines


def test_the_server_of_a_tool_is_named_and_cannot_steer_the_terminal() -> None:
    request = ApprovalRequest(
        1, "c1", "read_file_1a2b3c", "mcp", '{"path": "\x1b[2Jx"}', server="files\x1b[2J"
    )
    shown = "\n".join(question_lines(request, "en"))
    assert "read_file_1a2b3c (server files" in shown and "\x1b" not in shown
    assert "files" in "\n".join(question_lines(request, "ko"))


def test_a_change_is_shown_without_the_marks_of_a_patch() -> None:
    def shown(before: str | None, after: str | None) -> list[str]:
        diff = unified_diff("a.txt", before, after)
        return question_lines(ApprovalRequest(1, "c1", "write_file", "files", "a.txt", diff=diff), "en")[4:]

    assert shown(None, "one\n") == ["  new:", "  + 1  one"]
    assert shown("one\ntwo\n", "one\n2\n") == ["    1  one", "  - 2  two", "  + 2  2"]
    assert shown("one\n", None) == ["  deleted:", "  - 1  one"]


def test_a_tool_of_ours_has_no_server() -> None:
    lines = question_lines(ApprovalRequest(1, "c1", "write_file", "files", "a.txt", diff="+a"), "en")
    assert lines == ["", "Run this?", "  write_file", "  a.txt", "  +a"]


def test_ports_are_asked_about_by_their_addresses() -> None:
    request = ApprovalRequest(
        1, "c1", "playwright_open", "ports", "localhost:5173  npm run dev", server="playwright"
    )
    shown = "\n".join(question_lines(request, "en"))
    assert "Let playwright open what this run serves?" in shown and "  localhost:5173  npm run dev" in shown
    assert "playwright 서버가" in "\n".join(question_lines(request, "ko"))
