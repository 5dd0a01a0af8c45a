"""Stop strings end the text at the first match, whatever the cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.local.generation.stop_strings import StopStrings


def shown(stops: list[str], parts: list[str]) -> tuple[str, str]:
    filter_ = StopStrings(stops)
    text = "".join(filter_.feed(part) for part in parts)
    return text + filter_.finish(), filter_.hit


def test_text_up_to_the_first_stop_string_is_shown_and_the_rest_is_not() -> None:
    assert shown(["END", "###"], ["one ### two END"]) == ("one ", "###")


def test_a_stop_string_split_over_parts_is_found() -> None:
    assert shown(["</answer>"], ["yes </ans", "wer> no"]) == ("yes ", "</answer>")


def test_the_beginning_of_a_stop_string_that_never_ends_is_shown_at_the_end() -> None:
    assert shown(["</answer>"], ["yes </ans"]) == ("yes </ans", "")


def test_without_stop_strings_nothing_is_held_back() -> None:
    filter_ = StopStrings([])
    assert filter_.feed("abc") == "abc"


def test_only_what_may_become_a_stop_string_is_held_back() -> None:
    filter_ = StopStrings(["xyz"])
    assert filter_.feed("abcx") == "abc"
    assert filter_.feed("q") == "xq"


def test_of_stop_strings_within_each_other_the_first_to_be_complete_counts() -> None:
    assert shown(["bcd", "c"], ["abcd"]) == ("ab", "c")
    assert shown(["c", "bc"], ["abcd"]) == ("a", "bc")


@given(
    st.text("ab#", max_size=40),
    st.lists(st.integers(0, 40), max_size=8),
    st.lists(st.text("ab#", min_size=1, max_size=4), min_size=1, max_size=3),
)
def test_the_result_does_not_depend_on_the_cut(text: str, cuts: list[int], stops: list[str]) -> None:
    edges = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    parts = [text[a:b] for a, b in pairwise(edges)]
    ends = [end for end in range(len(text) + 1) if text[:end].endswith(tuple(stops))]
    stop = max((each for each in stops if text[: ends[0]].endswith(each)), key=len) if ends else ""
    assert shown(stops, parts) == (text[: ends[0]].removesuffix(stop) if ends else text, stop)
