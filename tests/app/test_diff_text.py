"""Diffs as people read them."""

from __future__ import annotations

from agents.tools.files.diff import renamed, several, unified_diff
from app.diff_text import ShownDiff, shown_diff


def test_a_new_file_is_its_lines_with_their_numbers() -> None:
    diff = unified_diff("notes.md", None, "one\ntwo\n")
    assert diff.startswith("--- /dev/null")
    assert shown_diff(diff) == ShownDiff("new", "+ 1  one\n+ 2  two")


def test_a_change_has_no_heads_and_says_where_it_is() -> None:
    before = [f"line {number}" for number in range(1, 41)]
    after = [*before]
    after[2], after[30] = "third", "-- thirty-first"
    shown = shown_diff(unified_diff("a", "\n".join(before) + "\n", "\n".join(after) + "\n"))
    assert shown.change == "changed"
    lines = shown.text.split("\n")
    assert "-  3  line 3" in lines and "+  3  third" in lines and "   4  line 4" in lines
    assert "- 31  line 31" in lines and "+ 31  -- thirty-first" in lines
    assert "…" in lines and not any("@@" in line or "/dev/null" in line for line in lines)


def test_lines_that_look_like_heads_are_lines() -> None:
    shown = shown_diff(unified_diff("a", "-- old\n++ x\n", "++ new\n++ x\n"))
    assert shown.text == "- 1  -- old\n+ 1  ++ new\n  2  ++ x"


def test_a_deleted_file_and_a_move_say_so() -> None:
    assert shown_diff(unified_diff("a", "one\n", None)) == ShownDiff("deleted", "- 1  one")
    moved = shown_diff(renamed("a", "b"))
    assert (moved.change, moved.text) == ("", "rename from a\nrename to b")


def test_a_missing_end_of_line_is_no_line() -> None:
    assert shown_diff(unified_diff("a", None, "one")).text == "+ 1  one"


def test_what_is_no_whole_diff_is_shown_as_it_is() -> None:
    assert shown_diff("+++ b/a\n+x\n") == ShownDiff("", "+x")
    assert shown_diff("") == ShownDiff("", "")


def test_each_of_several_files_has_its_name() -> None:
    moved = renamed("old", "new/name") + unified_diff("new/name", "-- a\n", "-- b\n")
    first, gone = unified_diff("first", "one\n", "two\n"), unified_diff("gone", "z\n", None)
    diff = several(
        [
            ("first", "first", first),
            ("old", "new/name", moved),
            ("x", "y", renamed("x", "y")),
            ("gone", "gone", gone),
        ]
    )
    assert shown_diff(diff) == ShownDiff(
        "",
        "── first\n- 1  one\n+ 1  two\n── new/name\nrename from old\nrename to new/name\n- 1  -- a\n+ 1  -- b\n"
        "── y\nrename from x\nrename to y\n── gone\n- 1  z",
    )
    assert several([("first", "first", first)]) == first
