"""Which changes of a review are kept, and the rows that it is shown as."""

from __future__ import annotations

from agents.review.hunks import hunks_of
from agents.review.values import Review, ReviewFile
from agents.snapshots.manifest import Item
from app.desktop.run_view.review.choice import Choice
from app.desktop.run_view.review.diff_rows import MOST_LINES, diff_rows, shown
from tests.agents.review.test_hunks import NUMBERS, changed

AFTER = changed(NUMBERS, l5="five\n", l20="twenty\n")


def file(path: str, before: str, after: str, *, kept: bool = True) -> ReviewFile:
    old, new = (Item(path, "file", text, len(text), 0o644) if text else None for text in (before, after))
    change = "new" if old is None else "deleted" if new is None else "changed"
    hunks = hunks_of(before, after)
    return ReviewFile(path, change, old, new, "", hunks, before, after, kept=kept)


TWO, ONE = file("two", NUMBERS, AFTER), file("one", "", "new\n")
BARE = ReviewFile("bare", "changed", Item("bare", "file", "x", 1), Item("bare", "file", "y", 1))
LOST = ReviewFile("lost", "changed", Item("lost", "file", "", 1), Item("lost", "file", "y", 1), kept=False)


def test_each_hunk_is_decided_alone_and_files_of_one_or_none_as_a_whole() -> None:
    choice = Choice(Review((TWO, ONE, BARE)))
    assert len(choice.places) == 4 and choice.kept() == {"two": None, "one": None, "bare": None}
    choice.set_kept(1, False)
    assert (choice.dropped(), choice.kept()) == ({"two": (2,)}, {"two": (1,), "one": None, "bare": None})
    assert choice.file_state("two") == "some"
    choice.set_kept(3, False)
    choice.set_file_kept("two", False)
    assert choice.dropped() == {"two": None, "bare": None} and choice.file_state("two") == "none"
    assert (choice.dropped_count, choice.kept_count) == (3, 1)
    choice.set_file_kept("two", True)
    assert choice.dropped() == {"bare": None}


def test_what_cannot_be_put_back_cannot_be_dropped() -> None:
    choice = Choice(Review((LOST,)))
    choice.set_kept(0, False)
    assert choice.dropped() == {}


def test_rows_stand_for_the_places_in_their_order() -> None:
    rows = diff_rows(Choice(Review((TWO, ONE, BARE))))
    heads = [(row.kind, row.file.path, row.place) for row in rows if row.kind != "line"]
    assert heads == [
        ("file", "two", -1), ("hunk", "two", 0), ("hunk", "two", 1), ("file", "one", 2), ("file", "bare", 3),
    ]  # fmt: skip
    assert {row.place for row in rows if row.kind == "line"} == {0, 1, 2}


def test_very_long_hunks_and_lines_are_cut_and_what_is_hidden_is_written_out() -> None:
    long = file("long", "", "x\n" * (MOST_LINES + 5))
    assert diff_rows(Choice(Review((long,))))[-1].left == 5
    assert len(shown("x" * 5000)) < 1100 and shown("\ta\r") == "    a"
    assert "\u202e" not in shown("a\u202eb")
