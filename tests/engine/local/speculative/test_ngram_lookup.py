"""Where a text repeats itself."""

from hypothesis import given
from hypothesis import strategies as st

from engine.local.speculative.ngram_lookup import LONG, SHORT, Lookup


def read(*tokens: int) -> Lookup:
    lookup = Lookup()
    lookup.read(tokens)
    return lookup


def test_text_without_repetition_expects_nothing() -> None:
    lookup = read(*range(100))
    assert lookup.length == 0
    assert lookup.following(5) == []


def test_the_last_tokens_are_found_in_the_prompt_and_followed_token_by_token() -> None:
    lookup = read(*range(100), 1000, 1001)
    for token in (40, 41, 42):
        lookup.take(token)
    assert lookup.length == SHORT
    assert lookup.following(4) == [43, 44, 45, 46]
    assert lookup.take(43)
    assert lookup.length == SHORT + 1
    assert lookup.following(2) == [44, 45]


def test_a_prompt_that_ends_in_something_it_said_before_is_a_match_at_once() -> None:
    assert read(*range(50), *range(10, 20)).following(3) == [20, 21, 22]


def test_of_equal_matches_the_newer_one_is_followed() -> None:
    lookup = read(1, 2, 3, 70, 9, 1, 2, 3, 80, 9)
    for token in (1, 2, 3):
        lookup.take(token)
    assert lookup.following(1) == [80]


def test_a_longer_match_is_preferred_to_a_newer_one() -> None:
    older = list(range(LONG))
    lookup = read(*older, 70, 99, *older[-SHORT:], 80, 98)
    for token in older:
        lookup.take(token)
    assert lookup.following(1) == [70]


def test_a_short_match_gives_way_to_a_long_one() -> None:
    long = list(range(100, 100 + LONG))
    lookup = read(*long, 70, 5, *long[-4:], 80, 6)
    for token in long:
        lookup.take(token)
    assert lookup.following(1) == [70]


def test_what_repeats_itself_goes_round() -> None:
    assert read(9, 1, 2, 3, 1, 2, 3, 1, 2, 3).following(7) == [1, 2, 3, 1, 2, 3, 1]


def test_a_changed_word_costs_a_match_only_part_of_its_length() -> None:
    lookup = read(*range(100), 1000)
    for token in range(40):
        lookup.take(token)
    assert not lookup.take(2000)  # instead of 40
    assert lookup.length == 0
    for token in (41, 42, 43):
        lookup.take(token)
    assert lookup.length > LONG
    assert lookup.following(2) == [44, 45]


def test_another_place_far_from_a_broken_match_inherits_nothing() -> None:
    lookup = read(*range(200), 1000)
    for token in range(40):
        lookup.take(token)
    lookup.take(2000)
    for token in (150, 151, 152):
        lookup.take(token)
    assert lookup.length == SHORT


TOKENS = st.lists(st.integers(0, 3), max_size=60)


@given(TOKENS, TOKENS, st.integers(1, 20))
def test_what_would_follow_is_what_followed_the_same_tokens(
    prompt: list[int], drawn: list[int], count: int
) -> None:
    """A match says so many tokens before its place are the last ones, and it never points behind the text."""
    lookup = Lookup()
    lookup.read(prompt)
    tokens = list(prompt)
    for token in drawn:
        guess = lookup.following(1)
        assert lookup.take(token) == (guess == [token])
        tokens.append(token)
        following = lookup.following(count)
        assert len(following) == (count if lookup.length else 0)
        if lookup.length:
            run = tokens[-SHORT:]
            places = [
                place
                for place in range(SHORT, len(tokens))
                if tokens[place - SHORT : place] == run and tokens[place] == following[0]
            ]
            assert places


@given(TOKENS, TOKENS)
def test_a_prompt_in_pieces_is_the_same_as_in_one(first: list[int], second: list[int]) -> None:
    pieces, whole = Lookup(), Lookup()
    pieces.read(first)
    pieces.read(second)
    whole.read(first + second)
    for token in (0, 1, 2, 3, 0, 1):
        assert pieces.take(token) == whole.take(token)
        assert pieces.following(3) == whole.following(3)
