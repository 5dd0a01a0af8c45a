"""Places at which two texts differ, and texts made with some of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.review.hunks import Carried, Hunk, hunks_of, lines_of, split, with_only, without

NUMBERS = "".join(f"{number}\n" for number in range(1, 31))
TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d\n", "한\n"]), max_size=40).map("".join)
ENDED = st.tuples(TEXTS, st.sampled_from(["", "end"])).map("".join)


def changed(text: str, **lines: str) -> str:
    """The text with lines (named "l3" for the third) replaced."""
    made = lines_of(text)
    for name, new in lines.items():
        made[int(name[1:]) - 1] = new
    return "".join(made)


def test_changes_that_lie_close_together_are_one_hunk() -> None:
    after = changed(NUMBERS, l2="two\n", l6="six\n", l20="", l30="30")
    first, second, third = hunks_of(NUMBERS, after)
    assert (first.head, second.head, third.head) == (
        "@@ -1,9 +1,9 @@",
        "@@ -17,7 +17,6 @@",
        "@@ -27,4 +26,4 @@",
    )
    assert [line.text for line in first.lines if line.mark == "+"] == ["two", "six"]
    assert [(line.mark, line.old, line.new) for line in second.lines[2:5]] == [
        (" ", 19, 19),
        ("-", 20, 0),
        (" ", 21, 20),
    ]
    assert not third.lines[-1].ended


def test_a_file_that_begins_or_ends_is_one_hunk() -> None:
    (new,) = hunks_of("", "a\nb\n")
    (gone,) = hunks_of("a\nb\n", "")
    assert (new.head, gone.head) == ("@@ -0,0 +1,2 @@", "@@ -1,2 +0,0 @@")
    assert hunks_of("a\n", "a\n") == ()


@given(ENDED, ENDED)
@settings(max_examples=200, deadline=None)
def test_all_hunks_lead_to_the_one_text_and_none_to_the_other(before: str, after: str) -> None:
    hunks = hunks_of(before, after)
    assert without(before, after, hunks, after).text == before
    assert without(before, after, (), after).text == after
    assert with_only(before, after, hunks, before).text == after


@given(ENDED, ENDED, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_dropping_some_is_keeping_the_others(before: str, after: str, random: object) -> None:
    hunks = hunks_of(before, after)
    dropped = [hunk for hunk in hunks if random.random() < 0.5]  # type: ignore[attr-defined]
    kept = [hunk for hunk in hunks if hunk not in dropped]
    made = without(before, after, dropped, after)
    assert made == with_only(before, after, kept, before) and made.left == ()


@given(ENDED, ENDED, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_parts_of_a_split_hunk_are_dropped_one_by_one(before: str, after: str, random: object) -> None:
    hunks = hunks_of(before, after)
    for number in range(len(hunks), 0, -1):
        hunks = split(before, after, hunks, number)
    assert [hunk.number for hunk in hunks] == list(range(1, len(hunks) + 1))
    assert all(len(hunk.changes) == 1 for hunk in hunks)
    dropped = [hunk for hunk in hunks if random.random() < 0.5]  # type: ignore[attr-defined]
    kept = [hunk for hunk in hunks if hunk not in dropped]
    made = without(before, after, dropped, after)
    assert made == with_only(before, after, kept, before) and made.left == ()


def test_what_is_shown_of_a_split_hunk_ends_where_the_next_begins() -> None:
    after = changed(NUMBERS, l5="five\n", l7="seven\n", l20="twenty\n")
    hunks = split(NUMBERS, after, hunks_of(NUMBERS, after), 1)
    assert [hunk.head for hunk in hunks] == ["@@ -2,5 +2,5 @@", "@@ -6,5 +6,5 @@", "@@ -17,7 +17,7 @@"]
    assert [line.text for line in hunks[0].lines] == ["2", "3", "4", "5", "five", "6"]


def _second(hunks: tuple[Hunk, ...]) -> tuple[Hunk, ...]:
    return hunks[1:2]


def test_what_somebody_changed_elsewhere_stays() -> None:
    after = changed(NUMBERS, l5="five\n", l20="twenty\n")
    now = "first\n" + changed(after, l30="")
    made = without(NUMBERS, after, _second(hunks_of(NUMBERS, after)), now)
    assert made.left == () and made.text == "first\n" + changed(NUMBERS, l5="five\n", l30="")


def test_a_change_that_somebody_worked_on_is_left() -> None:
    after = changed(NUMBERS, l5="five\n", l20="twenty\n")
    now = changed(after, l20="zwanzig\n")
    made = without(NUMBERS, after, hunks_of(NUMBERS, after), now)
    assert made.left == (2,) and made.text == changed(NUMBERS, l20="zwanzig\n")


def test_removed_lines_come_back_only_between_the_neighbours_they_had() -> None:
    after = changed(NUMBERS, l15="")
    hunks = hunks_of(NUMBERS, after)
    assert without(NUMBERS, after, hunks, after + "31\n").text == NUMBERS + "31\n"
    apart = changed(after, l14="14\nbetween\n")
    assert without(NUMBERS, after, hunks, apart) == Carried(apart, (1,))


def test_large_texts_that_differ_all_over_are_one_change() -> None:
    before = "".join(f"a{number}\n" for number in range(3000))
    after = "".join(f"b{number}\n" for number in range(3000))
    (hunk,) = hunks_of(before, after)
    assert without(before, after, (hunk,), after).text == before


@given(ENDED, ENDED, st.lists(st.integers(0, 45), max_size=6))
@settings(max_examples=200, deadline=None)
def test_lines_of_a_person_stay_wherever_they_are(before: str, after: str, places: list[int]) -> None:
    lines = lines_of(after if after.endswith("\n") or not after else after + "\n")
    after = "".join(lines)
    mine = [f"mine {number}\n" for number in range(len(places))]
    for line, at in zip(mine, places, strict=True):
        lines.insert(min(at, len(lines)), line)
    made = without(before, after, hunks_of(before, after), "".join(lines))
    assert [line for line in lines_of(made.text) if line.startswith("mine")] == [
        line for line in lines if line.startswith("mine")
    ]
    if not made.left:
        without_mine = "".join(line for line in lines_of(made.text) if not line.startswith("mine"))
        assert without_mine.rstrip("\r\n") == before.rstrip("\r\n")
