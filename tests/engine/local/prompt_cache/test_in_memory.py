"""States in RAM: which one is found, what leaves, and what stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.local.prompt_cache.prompt_cache import PromptCache
from tests.engine.local.prompt_cache.test_prefix import counted

SMALL = st.lists(st.integers(0, 2), max_size=12)


def states(ram: int = 10_000) -> PromptCache:
    return PromptCache(None, "model", ram, 0)


def test_what_was_kept_is_found_by_its_tokens_and_taken_as_it_was() -> None:
    kept = states()
    kept.keep("chat", [1, 2, 3, 4], (("one two", (1, 2)),), bytearray(b"state"), [(2, b"part")])
    found = kept.find([1, 2, 3, 9])
    assert found is not None
    assert (found.tokens, found.length, found.bytes, found.on_disk) == ([1, 2, 3, 4], 3, 9, False)
    assert found.positions == (2,)
    taken = kept.fetch(found, "chat")
    assert taken is not None
    assert (taken.data, taken.said, taken.partials) == (b"state", (("one two", (1, 2)),), ((2, b"part"),))


@given(st.lists(SMALL, max_size=6), SMALL)
def test_the_longest_beginning_is_found(kept_tokens: list[list[int]], prompt: list[int]) -> None:
    kept = states()
    for index, tokens in enumerate(kept_tokens):
        kept.keep(f"chat {index}", tokens, (), bytearray(8))
    best = max((counted(tokens, prompt) for tokens in kept_tokens), default=0)
    found = kept.find(prompt)
    assert (found.length if found else 0) == best
    assert found is None or counted(list(found.tokens), prompt) == best


def test_states_that_are_too_long_for_the_context_are_passed_over() -> None:
    kept = states()
    kept.keep("chat", [1, 2, 3, 4], (), bytearray(8))
    kept.keep("other", [1, 2], (), bytearray(8))
    assert kept.find([1, 2, 3], most=4).length == 3
    assert kept.find([1, 2, 3], most=3).length == 2
    assert kept.find([1, 2, 3], most=1) is None


def test_of_equals_the_one_used_last_is_found() -> None:
    kept = states()
    kept.keep("first", [1, 2, 3], (), bytearray(1))
    kept.keep("second", [1, 2, 4], (), bytearray(2))
    assert kept.find([1, 2]).bytes == 2
    kept.fetch(kept.find([1, 2, 3]), "another")
    kept.keep("first", [1, 2, 5], (), bytearray(3))
    assert kept.find([1, 2]).bytes == 3


def test_a_state_takes_the_place_of_what_it_goes_on_from() -> None:
    kept = states()
    start, one, other = list(range(100)), list(range(200, 300)), list(range(300, 400))
    kept.keep("chat", start, (), bytearray(10))
    kept.keep("another", start, (), bytearray(10))
    kept.keep("chat", [*start, *one], (), bytearray(10))
    assert kept.ram_bytes == 20
    kept.keep("chat", [*start, *other], (), bytearray(10))  # another branch
    assert kept.ram_bytes == 30
    kept.keep("chat", [*start, *one[:-2], 7, 7, 7], (), bytearray(10))  # the same one with another end
    assert kept.ram_bytes == 30
    kept.keep("", start, (), bytearray(10))
    kept.keep("", [*start, *one], (), bytearray(10))
    assert kept.ram_bytes == 50


def test_the_oldest_leaves_when_there_is_no_room() -> None:
    kept = states(ram=25)
    for conversation in range(3):
        kept.keep(str(conversation), [conversation, 7], (), bytearray(10))
        if conversation == 1:
            kept.fetch(kept.find([0]), "")  # the first is used again
    assert kept.find([0]) is not None
    assert kept.find([1]) is None
    assert kept.ram_bytes == 20


def test_what_is_larger_than_all_the_room_is_not_kept() -> None:
    kept = states(ram=25)
    kept.keep("chat", [1], (), bytearray(26))
    assert kept.find([1]) is None
    assert kept.ram_bytes == 0


def test_a_state_that_only_lends_its_beginning_stays() -> None:
    kept = states()
    kept.keep("chat", [1, 2, 3, 4], (), bytearray(8))
    assert kept.take(kept.find([1, 2, 9]), "another") is not None
    assert kept.find([1, 2, 3, 4]) is not None


def test_a_state_leaves_when_its_conversation_goes_on() -> None:
    kept = states()
    kept.keep("chat", [1, 2, 3, 4], (), bytearray(8))
    found = kept.find([1, 2, 9])
    assert kept.take(found, "chat") is not None
    assert kept.ram_bytes == 0
    assert kept.take(found, "chat") is None
    kept.keep("chat", [1, 2], (), bytearray(8))
    assert kept.take(kept.find([1, 2, 9])) is not None
    assert kept.ram_bytes == 0


def test_texts_are_told_longest_first_with_their_tokens() -> None:
    kept = states()
    kept.keep("chat", [1, 2, 3], (("a", (1,)), ("ab", (1, 2))), bytearray(8))
    kept.keep("other", [1, 5], (("a", (1,)), ("ac", (7, 8, 9))), bytearray(8))
    assert kept.texts() == (("ab", (1, 2)), ("ac", (7, 8, 9)), ("a", (1,)))
    assert kept.texts("abc") == (("ab", (1, 2)), ("a", (1,)))


def test_a_conversation_that_is_forgotten_is_gone_with_all_its_branches() -> None:
    kept = states()
    kept.keep("chat", [1, 2], (), bytearray(8))
    kept.keep("chat", [1, 3], (), bytearray(8))
    kept.keep("other", [1, 4], (), bytearray(8))
    kept.keep("", [1, 5], (), bytearray(8))
    kept.forget("chat")
    assert kept.find([1, 2]).length == 1
    assert kept.ram_bytes == 16
    kept.forget("")
    assert (kept.ram_bytes, kept.find([1])) == (0, None)


def test_times_are_predicted_once_they_were_measured() -> None:
    kept = states(ram=10**7)
    kept.keep("chat", [1, 2], (), bytearray(10**6))
    found = kept.find([1, 2])
    assert found.seconds == 0.0
    kept.restored(found, 0.5)
    assert kept.find([1, 2]).seconds == 0.5
    kept.keep("other", [4], (), bytearray(2 * 10**6))
    assert kept.find([4]).seconds == 1.0
