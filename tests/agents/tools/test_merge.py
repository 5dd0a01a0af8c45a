"""What was changed in a copy comes together with what was changed in the file since, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.tools.files.merge import merged

OLD = b"".join(b"line %d\n" % number for number in range(30))


def test_changes_in_other_places_come_together() -> None:
    after, here = OLD.replace(b"line 3\n", b"three\n"), OLD.replace(b"line 20\n", b"twenty\nmore\n")
    assert merged(OLD, after, here) == here.replace(b"line 3\n", b"three\n")


def test_a_change_in_the_same_place_is_none() -> None:
    assert merged(OLD, OLD.replace(b"line 3\n", b"three\n"), OLD.replace(b"line 3\n", b"drei\n")) is None


def test_what_is_no_text_is_not_merged() -> None:
    assert merged(b"\0\1", b"\0\2", b"\0\3") is None


def test_line_ends_stay_as_they_are_in_the_file() -> None:
    old = OLD.replace(b"\n", b"\r\n")
    after, here = old.replace(b"line 3\r\n", b"three\r\n"), old.replace(b"line 20\r\n", b"twenty\r\n")
    assert merged(old, after, here) == here.replace(b"line 3\r\n", b"three\r\n")


LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=12).map(
    lambda lines: "\n".join(lines).encode()
)


@given(LINES, LINES)
def test_a_file_that_was_not_changed_since_becomes_what_the_copy_is(before: bytes, after: bytes) -> None:
    assert merged(before, after, before) in (after, None)
