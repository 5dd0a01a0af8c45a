"""How many tokens two sequences have in common."""

from hypothesis import given
from hypothesis import strategies as st

from engine.local.prompt_cache.prefix import common_prefix, packed

# Few different tokens, and lengths on both sides of the first look.
TOKENS = st.lists(st.integers(0, 2), max_size=200)


def counted(one: list[int], other: list[int]) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


@given(TOKENS, TOKENS, TOKENS)
def test_it_is_what_counting_one_by_one_gives(start: list[int], one: list[int], other: list[int]) -> None:
    one, other = start + one, start + other
    assert common_prefix(packed(one), packed(other)) == counted(one, other)


@given(TOKENS)
def test_a_sequence_is_all_its_own_beginning(tokens: list[int]) -> None:
    assert common_prefix(packed(tokens), packed(tokens)) == len(tokens)
